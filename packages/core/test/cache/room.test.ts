/** Runs in a process of its own, bundled: a heap in which nothing else happens. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { build } from 'esbuild'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oauth-introspect-'))
  await build({
    entryPoints: [fileURLToPath(new URL('room-program.ts', import.meta.url))],
    outfile: join(folder, 'program.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@oauth-introspect/source', 'node'],
    logLevel: 'silent',
  })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it.each([
  [100_000, 43, 'and ten members each'],
  [30_000, 1500, 'and ten members each, beside the token itself, which the server repeats'],
])(
  'a remembered token takes 400 bytes at most, its key included, of %d of them with %d characters %s',
  async (count, length) => {
    const settings = [String(count), String(length)]
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', join(folder, 'program.mjs'), ...settings])
    const { bytes, source } = JSON.parse(stdout) as { readonly bytes: number; readonly source: string }
    expect(source).toBe('memory')
    expect(bytes).toBeLessThanOrEqual(400)
    // Less than its key and its own two texts cannot be: it was measured.
    expect(bytes).toBeGreaterThan(150)
  },
  60_000,
)
