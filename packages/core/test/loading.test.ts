/** What is loaded, by programs as people bundle them: a place in which there is no jose shows whether anything misses it. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { json } from '@oauth-introspect/testkit'
import { build, type Metafile } from 'esbuild'
import { as1, setUpSigned, sign, signed } from './signed-bench.ts'

const require = createRequire(import.meta.url)
const entry = fileURLToPath(new URL('../src/index.ts', import.meta.url))
const packages = ['undici', 'lru-cache', '@standard-schema/spec']

/** Where a package is installed. */
function folderOf(name: string): string {
  const path = require.resolve(name)
  return path.slice(0, path.lastIndexOf(`${sep}${join(...name.split('/'))}${sep}`) + name.length + 2)
}

async function bundle(outdir: string, condition: string, external: string[]): Promise<Metafile> {
  const { metafile } = await build({
    entryPoints: [entry],
    outdir,
    external,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['@oauth-introspect/source', condition],
    metafile: true,
    logLevel: 'silent',
    outExtension: { '.js': '.mjs' },
  })
  return metafile
}

/** What a file and all that it imports at once are made of, and what they need besides. */
function partsOf(path: string, { outputs }: Metafile, seen = new Set<string>()): readonly string[] {
  const output = outputs[path]
  if (output === undefined || seen.has(path)) return []
  seen.add(path)
  const imports = output.imports.filter(({ kind }) => kind === 'import-statement')
  const external = imports.filter((imported) => imported.external === true).map((imported) => imported.path)
  return [
    ...Object.keys(output.inputs),
    ...external,
    ...imports.flatMap((imported) => partsOf(imported.path, { inputs: {}, outputs }, seen)),
  ]
}

describe.each([
  ['Node', 'node', [...packages, 'node:*']],
  ['the web platform', 'workerd', []],
])('core on %s', (_name, condition, external) => {
  const bench = setUpSigned()
  let folder = ''
  let metafile: Metafile

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'oauth-introspect-'))
    metafile = await bundle(join(folder, 'without'), condition, [...external, 'jose'])
    await bundle(join(folder, 'with'), condition, external)
    for (const name of external.includes('undici') ? packages.slice(0, 2) : []) {
      const link = join(folder, 'node_modules', name)
      await mkdir(dirname(link), { recursive: true })
      await symlink(folderOf(name), link, 'junction')
    }
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  /** Asks about a token in a process of its own: the outcome, or the code of what is thrown. */
  async function ask(place: 'with' | 'without', signedIntrospection: object | false): Promise<string> {
    const options = JSON.stringify({
      ...{ introspectionEndpoint: bench.as.introspectionEndpoint, clientId: 'rs-client', clientSecret: 'secret', audience: null },
      ...{ issuer: 'https://as.example', signedIntrospection },
    })
    const program = `
      import { createResourceServer, webRequest } from ${JSON.stringify(join(folder, place, 'index.mjs'))}
      const server = createResourceServer({ ...${options}, now: () => ${bench.clock} })
      const request = new Request('https://api.example/', { headers: { authorization: 'Bearer some-token' } })
      const outcome = await Promise.resolve(server.authorize(webRequest(request))).catch((error) => ({ outcome: error.code }))
      await server.close()
      console.log(outcome.outcome)`
    const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', '--input-type=module', '--eval', program], {
      cwd: folder,
    })
    return stdout.trim()
  }

  /** What `ready()` comes to in a process of its own. */
  async function prepare(place: 'with' | 'without', transmitters: readonly object[]): Promise<string> {
    const { introspectionEndpoint } = bench.as
    const options = JSON.stringify({
      introspectionEndpoint,
      clientId: 'c',
      clientSecret: 's',
      audience: null,
      revocation: { transmitters },
    })
    const program = `
      import { createResourceServer } from ${JSON.stringify(join(folder, place, 'index.mjs'))}
      const server = createResourceServer(${options})
      console.log(await server.ready().then(() => 'ready', (error) => error.code))`
    const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', '--input-type=module', '--eval', program], {
      cwd: folder,
    })
    return stdout.trim()
  }

  it('has what verifies signals at hand when it is ready, where there are transmitters and nowhere else', async () => {
    const transmitters = [{ issuer: 'https://as.example', audience: 'https://api.example', jwksUri: 'https://as.example/jwks' }]
    expect(await prepare('with', transmitters)).toBe('ready')
    expect(await prepare('without', [])).toBe('ready')
    expect(await prepare('without', transmitters)).toBe('ERR_MODULE_NOT_FOUND')
  })

  it('has nothing of jose, nor of what verifies with it, in what is loaded at the start', () => {
    const [path = ''] = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint?.endsWith('src/index.ts') === true) ?? []
    const parts = partsOf(path, metafile)
    expect(parts.filter((part) => /src\/resource-server\.ts$/.test(part))).toHaveLength(1)
    expect(
      parts.filter((part) =>
        /jose|(signed|encrypted)-introspection\.ts|compact-jwt|key-set\.ts|jwt-signature|signed-signal|(event|logout)-token\.ts/.test(part),
      ),
    ).toEqual([])
  })

  it('introspects where there is no jose', async () => {
    bench.as.behave(json(bench.good()))
    expect(await ask('without', false)).toBe('granted')
    expect(bench.as.calls[0]?.headers.accept).toBe('application/json')
  })

  it('loads it for the first signed reply', async () => {
    bench.route(as1, signed(sign(bench.claims())))
    const options = { algorithms: ['ES256'], jwksUri: `${bench.as.origin}/jwks` }
    expect(await ask('without', options)).toBe('ERR_MODULE_NOT_FOUND')
    expect(await ask('with', options)).toBe('granted')
  })
})
