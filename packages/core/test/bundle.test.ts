import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'
import { type BuildOptions, build } from 'esbuild'

const resolveDir = fileURLToPath(new URL('.', import.meta.url))

/** What an application has that uses these names of the core, on a runtime of the web platform or on Node. */
async function bundle(contents: string, platform: 'neutral' | 'node'): Promise<{ readonly text: string; readonly parts: string[] }> {
  const where: Pick<BuildOptions, 'platform' | 'conditions' | 'mainFields'> =
    platform === 'node'
      ? { platform, conditions: ['@oauth-introspect/source', 'node'] }
      : { platform, mainFields: ['module', 'main'], conditions: ['@oauth-introspect/source', 'workerd', 'worker', 'browser'] }
  const options = { format: 'esm', bundle: true, write: false, metafile: true, logLevel: 'silent', minifySyntax: true } as const
  const { outputFiles, metafile } = await build({ stdin: { contents, resolveDir }, ...options, ...where })
  const parts = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.keys(inputs).filter((path) => inputs[path]?.bytesInOutput !== 0),
  )
  return { text: outputFiles[0]?.text ?? '', parts }
}

const using = (names: string): string =>
  `export { createResourceServer, IntrospectionError, ${names} } from '../src/index.ts'; export * from '../src/adapter.ts'`
const packagesOf = (parts: readonly string[]): string[] =>
  [...new Set(parts.map((path) => /node_modules\/(?!.*node_modules\/)((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]))]
    .filter((name) => name !== undefined)
    .sort()

describe('a bundle', () => {
  const without = 'clientSecretBasic, clientSecretPost, bearerToken, none, tlsClientAuth, selfSignedTlsClientAuth'

  it.each(['neutral', 'node'] as const)('has jose in it only for methods that sign: %s', async (platform) => {
    const always = platform === 'node' ? ['lru-cache', 'undici'] : ['lru-cache']
    expect(packagesOf((await bundle(using(without), platform)).parts)).toEqual(always)
    for (const name of ['privateKeyJwt', 'clientSecretJwt']) {
      expect(packagesOf((await bundle(using(name), platform)).parts)).toEqual(['jose', ...always])
    }
  })

  it('loads jose when the first assertion is signed, and not before', async () => {
    const stdin = { contents: using('privateKeyJwt, clientSecretJwt'), resolveDir }
    const conditions = ['@oauth-introspect/source', 'node']
    const parts = { format: 'esm', platform: 'node', bundle: true, splitting: true, outdir: 'parts', write: false, metafile: true } as const
    const { outputs } = (await build({ stdin, conditions, ...parts })).metafile
    const first = Object.values(outputs).find(({ entryPoint }) => entryPoint === '<stdin>')
    const later = first?.imports.filter(({ kind }) => kind === 'dynamic-import').map(({ path }) => Object.keys(outputs[path]?.inputs ?? {}))
    const atOnce = first?.imports
      .filter(({ kind }) => kind === 'import-statement')
      .map(({ path }) => Object.keys(outputs[path]?.inputs ?? {}))
    expect(packagesOf([...Object.keys(first?.inputs ?? {}), ...(atOnce ?? []).flat()])).toEqual(['lru-cache', 'undici'])
    expect(packagesOf(later?.flat() ?? [])).toEqual(['jose'])
  })

  it('for the web platform has no module of Node in it', async () => {
    const { text } = await bundle(using(`${without}, privateKeyJwt, clientSecretJwt`), 'neutral')
    expect(text.match(/from ?"node:|require\("|import\("node:(?!diagnostics_channel)/g)).toBeNull()
  })
})

interface Core {
  readonly createResourceServer: (options: object) => { close(): Promise<void>; ready(): Promise<void> }
  readonly tlsClientAuth: (settings: object) => object
  readonly privateKeyJwt: (settings: object) => {
    credentials(attempt: object): Promise<{ readonly form: Readonly<Record<string, string>> }>
  }
}

describe('on a runtime of the web platform', () => {
  const options = { introspectionEndpoint: 'https://as.example/introspect', clientId: 'id', clientSecret: 'CANARY', audience: null }
  const load = async (): Promise<Core> => {
    const { text } = await bundle(using('tlsClientAuth, privateKeyJwt'), 'neutral')
    return (await import(`data:text/javascript;base64,${Buffer.from(text).toString('base64')}`)) as Core
  }
  const faultOf = (make: () => unknown): string => {
    try {
      make()
    } catch (error) {
      return String(error)
    }
    throw new Error('expected a TypeError')
  }

  it('connections cannot be configured, and to try is a fault', async () => {
    const { createResourceServer, tlsClientAuth } = await load()
    await createResourceServer(options).close()
    const here = '"http" must not be here: this runtime makes its connections itself'
    for (const http of [{}, { http2: true }, { proxy: 'http://user:CANARY@proxy.example' }, { ca: 'CANARY' }]) {
      expect(faultOf(() => createResourceServer({ ...options, http }))).toBe(`TypeError: oauth-introspect options: ${here}`)
    }
    const { introspectionEndpoint } = options
    const clientAuthentication = tlsClientAuth({ clientId: 'id', cert: 'CANARY', key: 'CANARY' })
    expect(faultOf(() => createResourceServer({ introspectionEndpoint, clientAuthentication, audience: null }))).toBe(
      'TypeError: oauth-introspect options: "clientAuthentication" must not be tls_client_auth here: this runtime shows no client certificate',
    )
  })

  it('assertions are signed all the same', async () => {
    const { privateKeyJwt } = await load()
    const { privateKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
    const { form } = await privateKeyJwt({ clientId: 'id', key: privateKey, algorithm: 'ES256' }).credentials({
      issuer: 'https://as.example',
      now: 0,
    })
    expect(form['client_assertion']).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
  })
})
