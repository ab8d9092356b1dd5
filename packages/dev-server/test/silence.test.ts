import { expect, test } from '@jest/globals'
import { run } from './process.ts'

test('nothing is printed from start to end, and after close() nothing keeps the process alive', async () => {
  expect(await run('test/whole-life.mjs').ended).toEqual({ code: 0, stdout: '', stderr: '' })
}, 20_000)
