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
  --allow-non-loopback    lets other machines reach it: only in a network you trust
  -h, --help              this text
  --version               the version

oauth-introspect-dev gravitee-lint <resource.json> [--policy <policy.json>] [--check-token]
                          says what a configuration of Gravitee means to fromGravitee(); exit code 1 with faults

It serves client credentials, introspection, revocation, discovery and resource indicators, from memory.
`
