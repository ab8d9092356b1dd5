import { expect, test } from '@jest/globals'
import { memoryAdapter } from '../src/memory-adapter.ts'

test('what has expired is dropped when something comes in, what has not is kept', async () => {
  const adapter = memoryAdapter()
  await adapter.upsert('expired', {}, -1)
  await adapter.upsert('lives', { iat: 1 }, 60)
  await adapter.upsert('for ever', { iat: 2 })
  expect(await adapter.find('expired')).toBeUndefined()
  expect(await adapter.find('lives')).toEqual({ iat: 1 })
  expect(await adapter.find('for ever')).toEqual({ iat: 2 })
})

test('more than a thousand tokens live at a time', async () => {
  const adapter = memoryAdapter()
  for (let at = 0; at < 3000; at++) await adapter.upsert(String(at), { iat: at }, 60)
  expect(await adapter.find('0')).toEqual({ iat: 0 })
})
