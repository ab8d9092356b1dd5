/**
 * The text of `--help`.
 *
 * @module
 */

/** What `oauth-introspect-dev --help` prints. */
export const help = `oauth-introspect-dev: an OAuth 2.0 authorization server for development

  --port <number>         port to listen on; another free one when it is taken (default 4444)
  --host <host>           host name or IP address to listen on (default 127.0.0.1)
  --client <client>       id:secret or 'id:secret:scope scope'; repeatable, replaces the default clients;
                          a client without scopes gets no tokens, it only introspects
  --clients <file>        the same from JSON: [{ "clientId": …, "clientSecret": …, "scopes": […] }]
  --ttl <seconds>         lifetime of access tokens (default 3600)
  --audience <aud>        "aud" of tokens whose request names no resource (default: none)
  --dialect <name[:port]> another product's server beside it: wso2 (port 9443), friendly (9000), check-token (8080),
                          axway (8089); repeatable
  --dialects <file>       the same with their settings, from JSON: { "wso2": { "tenants": ["foo.com"] } }
  --ca-file <file>        where to write the certificate authority of wso2 (default: it is printed)
  --store <place>         where tokens are kept: memory (default), sql:<folder> (an embedded PostgreSQL, with the package
                          @electric-sql/pglite), redis://<host> (with @redis/client); a restart then loses nothing
  --fault <fault>         what goes wrong, to rehearse an outage; repeatable: introspection:delay=3000,
                          token:status=503,times=2, all:reset, introspection:type=text/html,body=<p>Oops
  --console               /console, /usage, /metrics and /faults, for this machine only
  --allow-non-loopback    lets other machines reach it: only in a network you trust
  -h, --help              this text
  --version               the version

oauth-introspect-dev gravitee-lint <resource.json> [--policy <policy.json>] [--check-token]
                          says what a configuration of Gravitee means to fromGravitee(); exit code 1 with faults

It serves client credentials, introspection, revocation, discovery and resource indicators.
`
