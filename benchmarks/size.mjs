// What an edge worker loads: core and the Hono adapter, without Hono itself, minified and compressed. What is loaded on demand does not count,
// but is told.
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const entry = "export { createResourceServer, clientSecretBasic } from '@oauth-introspect/core'; export * from '@oauth-introspect/hono'"
const absent = ['lru-cache', 'jose', 'undici']

export async function measure() {
  const whole = await bundle([])
  const ours = await bundle(['@standard-schema/spec', 'jose', 'lru-cache'])
  const foreign = absent.filter((name) => whole.inputs.some((path) => path.includes(`node_modules/${name}/`)))
  return [
    { what: 'edge bundle, core and Hono adapter, min and gzip', unit: 'kB', ...only(whole.bytes / 1000), goal: { most: 12 } },
    { what: 'edge bundle, ours without dependencies', unit: 'kB', ...only(ours.bytes / 1000), goal: { most: 6 } },
    {
      what: `edge bundle: packages in it of ${absent.join(', ')}: ${foreign.join(', ') || 'none'}`,
      unit: '',
      ...only(foreign.length),
      goal: { most: 0 },
    },
  ]
}

const only = (value) => ({ median: value, q1: value, q3: value, samples: 1 })

/** Bytes of what is loaded at the start, and the files in it. */
async function bundle(external) {
  const { metafile, outputFiles } = await build({
    stdin: { contents: entry, resolveDir: import.meta.dirname },
    ...{ bundle: true, minify: true, write: false, metafile: true, splitting: true, outdir: 'out', format: 'esm', logLevel: 'silent' },
    ...{ platform: 'neutral', mainFields: ['module', 'main'], conditions: ['workerd', 'worker', 'browser'] },
    external: ['hono', 'hono/*', ...external],
  })
  const loaded = new Set()
  const load = (path) => {
    if (loaded.has(path)) return
    loaded.add(path)
    for (const { kind, path: imported, external: outside } of metafile.outputs[path].imports) {
      if (kind === 'import-statement' && outside !== true) load(imported)
    }
  }
  load(Object.keys(metafile.outputs).find((path) => metafile.outputs[path].entryPoint === '<stdin>'))
  const texts = outputFiles.filter(({ path }) => [...loaded].some((name) => path.endsWith(name)))
  return {
    bytes: texts.reduce((total, { contents }) => total + gzipSync(contents, { level: 9 }).length, 0),
    inputs: [...loaded].flatMap((path) => Object.keys(metafile.outputs[path].inputs)),
  }
}
