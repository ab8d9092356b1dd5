import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'
import { type BuildOptions, build, type Metafile } from 'esbuild'

const resolveDir = fileURLToPath(new URL('.', import.meta.url))

type Platform = 'neutral' | 'node'

function optionsOf(contents: string, platform: Platform): BuildOptions & { readonly metafile: true } {
  const where: Pick<BuildOptions, 'platform' | 'conditions' | 'mainFields'> =
    platform === 'node'
      ? { platform, conditions: ['@oauth-introspect/source', 'node'] }
      : { platform, mainFields: ['module', 'main'], conditions: ['@oauth-introspect/source', 'workerd', 'worker', 'browser'] }
  return {
    stdin: { contents, resolveDir },
    format: 'esm',
    bundle: true,
    write: false,
    metafile: true,
    logLevel: 'silent',
    minifySyntax: true,
    ...where,
  }
}

async function split(contents: string, platform: Platform): Promise<Metafile> {
  return (await build({ ...optionsOf(contents, platform), splitting: true, outdir: 'parts' })).metafile
}

/** What an application has that uses these names of the core, on a runtime of the web platform or on Node. */
async function bundle(contents: string, platform: Platform): Promise<string> {
  const { outputFiles } = await build({ ...optionsOf(contents, platform), write: false })
  return outputFiles[0]?.text ?? ''
}

const using = (names: string): string =>
  `export { createResourceServer, IntrospectionError, ${names} } from '../src/index.ts'; export * from '../src/adapter.ts'`
const packagesOf = (parts: readonly string[]): string[] =>
  [...new Set(parts.map((path) => /node_modules\/(?!.*node_modules\/)((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]))]
    .filter((name) => name !== undefined)
    .sort()

/** The packages in what is loaded at the start, and in all of it: signed assertions and replies are loaded when the first one comes. */
async function packagesIn(names: string, platform: Platform): Promise<{ readonly start: string[]; readonly whole: string[] }> {
  const { outputs } = await split(using(names), platform)
  const start = new Set<string>()
  const add = (path: string): void => {
    if (start.has(path)) return
    start.add(path)
    for (const { kind, path: imported } of outputs[path]?.imports ?? []) if (kind === 'import-statement') add(imported)
  }
  add(Object.keys(outputs).find((path) => outputs[path]?.entryPoint === '<stdin>') ?? '')
  const inputsOf = (paths: Iterable<string>): string[] => [...paths].flatMap((path) => Object.keys(outputs[path]?.inputs ?? {}))
  return { start: packagesOf(inputsOf(start)), whole: packagesOf(inputsOf(Object.keys(outputs))) }
}

describe('a bundle', () => {
  const without = 'clientSecretBasic, clientSecretPost, bearerToken, none, tlsClientAuth, selfSignedTlsClientAuth'

  it.each(['neutral', 'node'] as const)('has nothing in what is loaded at the start but what introspection needs: %s', async (platform) => {
    const needed = platform === 'node' ? ['undici'] : []
    for (const names of [without, 'privateKeyJwt, clientSecretJwt']) {
      expect(await packagesIn(names, platform)).toEqual({ start: needed, whole: ['jose', ...needed] })
    }
  })

  it('for the web platform has no module of Node in it', async () => {
    const text = await bundle(using(`${without}, privateKeyJwt, clientSecretJwt`), 'neutral')
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
    const text = await bundle(using('tlsClientAuth, privateKeyJwt'), 'neutral')
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
