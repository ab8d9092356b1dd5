import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, test } from '@jest/globals'

const source = fileURLToPath(new URL('../src', import.meta.url))
const packages = fileURLToPath(new URL('../..', import.meta.url))

/** The house, from the ground up: a file imports only from floors below its own. */
const floors: readonly (readonly RegExp[])[] = [
  [
    /^(errors|private-field|form|challenge|scope|strict-json|retry-after|option-faults|media-type|pause|patience|auth-signal|base64url|network-address|token-source)\.ts$/,
    /^runtime\/runtime\.ts$/,
    /^cache\/(bounded-map|expiring-text|shared-values|freshness|clock-watch|digest)\.ts$/,
  ],
  [
    /^(request-body|endpoint-fault|token-response|introspection-response|introspection-endpoint|refusal-response|refusal-error|http-options|json-web-key|compact-jwt|circuit-breaker|call-limits|redis-client)\.ts$/,
    /^runtime\/(fetch-connection|node-reply|node-dispatcher|node-trust-store)\.ts$/,
    /^cache\/(store|stored-answer|encryption-key)\.ts$/,
    /^revocation\/revocation-mark\.ts$/,
  ],
  [
    /^(resource-request|authorization-server-metadata|introspection-reply|json-web-key-set|breaker-options)\.ts$/,
    /^cache\/((memory|redis|kv|cache-api|encrypted)-store|cache-options)\.ts$/,
    /^key-origin-options\.ts$/,
    /^redis-subscriber\.ts$/,
    /^client-authentication\/(client-authentication|private-key)\.ts$/,
    /^revocation\/(mark-index|own-marks|stored-marks|signal-fault|bus-subscription|poll-response|poll-options)\.ts$/,
  ],
  [
    /^(admission|bearer-token|authorization-server-selection|events|auth-info|requirements|claims-schema|encrypted-introspection|signed-introspection-options)\.ts$/,
    /^jwt-signature\.ts$/,
    /^runtime\/(node|web)\.ts$/,
    /^revocation\/redis-mark-subscription\.ts$/,
    /^client-authentication\/(client-assertion|client-certificate)\.ts$/,
    /^revocation\/(webhook|signal-content|subject-identifier|logout-token|revocation-options)\.ts$/,
  ],
  [
    /^(token-sources|token-request|introspection-request|needs|outcome|discovery|signed-introspection)\.ts$/,
    /^cache\/(answer|answer-table)\.ts$/,
    /^revocation\/redis-revocation-bus\.ts$/,
    /^client-authentication\//,
    /^revocation\/(security-event-token)\.ts$/,
  ],
  [
    /^(introspection-(identity|exchange|answers|request-options)|dialect|client-credentials-options)\.ts$/,
    /^cache\/(lifetimes|remembered|judge|shared-answers)\.ts$/,
    /^revocation\/(signed-signal|marks)\.ts$/,
  ],
  [/^(options|authorization-server-options|introspection-client)\.ts$/, /^cache\/calls\.ts$/, /^revocation\/signal-intake\.ts$/],
  [/^listed-authorization-servers\.ts$/, /^cache\/levels\.ts$/, /^revocation\/(revocation|security-events)\.ts$/],
  [
    /^resolve-options\.ts$/,
    /^authorization-servers\/(preset|gravitee-document)\.ts$/,
    /^cache\/(asking|refresh-ahead)\.ts$/,
    /^revocation\/poll-security-events\.ts$/,
  ],
  [/^cache\/recall\.ts$/],
  [/^cache\/memory\.ts$/],
  [/^authorization-server\.ts$/],
  [/^(answers|standing)\.ts$/, /^authorization-servers\/(wso2|friendly-oauth2|spring-check-token|gravitee-reading)\.ts$/],
  [/^(resource-server|client-credentials)\.ts$/, /^authorization-servers\/gravitee-(policy|connection|tls|resource)\.ts$/],
  [/^authorization-servers\/gravitee\.ts$/],
  [/^(index|adapter)\.ts$/],
]

/** What only some files may have. */
const reserved: readonly (readonly [what: string, pattern: RegExp, where: RegExp])[] = [
  ['undici', /from 'undici'/, /^runtime\/node(-reply|-dispatcher)?\.ts$/],
  ['lru-cache', /from 'lru-cache'/, /^cache\/bounded-map\.ts$/],
  ['jose', /'jose'/, /^(client-authentication\/client-assertion|encrypted-introspection|jwt-signature)\.ts$/],
  ['a module of Node', /from 'node:/, /^runtime\/node(-reply|-dispatcher|-trust-store)?\.ts$/],
  [
    'a clock',
    /Date\.now|new Date\(\)|performance\.now/,
    /^(resource-server|client-credentials|cache\/(memory|kv|cache-api|encrypted)-store)\.ts$/,
  ],
  ['the environment', /process\.env/, /^$/],
  ['the console', /console\./, /^$/],
]

const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'))
const floorOf = (path: string): number => floors.findIndex((floor) => floor.some((pattern) => pattern.test(path)))
const readCode = (path: string): string => readFileSync(join(source, path), 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '')
const importsOf = (text: string): string[] => [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map((match) => match[1] ?? '')

describe('the house', () => {
  it('has a floor for every file', () => {
    expect(files.filter((path) => floorOf(path) < 0)).toEqual([])
  })

  it('is imported downwards only', () => {
    const upwards = files.flatMap((path) =>
      importsOf(readCode(path))
        .map((imported) =>
          imported === '#runtime' ? 'runtime/node.ts' : imported.startsWith('.') ? join(dirname(path), imported) : undefined,
        )
        .filter((imported) => imported !== undefined && floorOf(imported) >= floorOf(path))
        .map((imported) => `${path} imports ${String(imported)}`),
    )
    expect(upwards).toEqual([])
  })

  test.each(reserved)('keeps %s where it belongs', (_what, pattern, where) => {
    expect(files.filter((path) => !where.test(path) && pattern.test(readCode(path)))).toEqual([])
  })

  it('depends on nothing but what package.json names', () => {
    const named = Object.keys((JSON.parse(readCode('../package.json')) as { readonly dependencies: object }).dependencies)
    const outside = files.flatMap((path) => importsOf(readCode(path)).filter((imported) => !/^(\.|#|node:)/.test(imported)))
    expect([...new Set(outside)].sort()).toEqual(named.sort())
  })
})

test.each(['express', 'koa', 'hono'])('the %s adapter comes in by the public doors', (name) => {
  const folder = join(packages, name, 'src')
  const inside = readdirSync(folder, { encoding: 'utf8' }).flatMap((path) => importsOf(readFileSync(join(folder, path), 'utf8')))
  const allowed = /^(@oauth-introspect\/core(\/adapter)?|@standard-schema\/spec|node:http|\.\/index\.ts)$|^(express|koa|hono)(\/|$)/
  expect(inside.filter((imported) => !allowed.test(imported)).map((imported) => relative(packages, imported))).toEqual([])
})
