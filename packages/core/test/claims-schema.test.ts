import { inspect } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import * as v from 'valibot'
import { z } from 'zod'
import { readClaims } from '../src/claims-schema.ts'

const members = Object.freeze({ active: true, tenant: 't', deep: Object.freeze({ list: Object.freeze(['a']) }) })

const schemaOf = (validate: (value: unknown) => unknown): StandardSchemaV1 => ({
  '~standard': { version: 1, vendor: 'test', validate: validate as StandardSchemaV1['~standard']['validate'] },
})
const made = (value: unknown): StandardSchemaV1 => schemaOf(() => ({ value }))

describe('claims', () => {
  test("without a schema are the reply's members themselves", async () => {
    const read = await readClaims(undefined, members)
    expect(read).toStrictEqual({ claims: members, invalidPaths: undefined })
    expect(read.claims).toBe(members)
  })

  test('are what the schema makes of the members, and of nothing else', async () => {
    const given: unknown[] = []
    const schema = schemaOf((...args) => {
      given.push(args)
      return { value: { tenant: 't' } }
    })
    await expect(readClaims(schema, members)).resolves.toStrictEqual({ claims: { tenant: 't' }, invalidPaths: undefined })
    expect(given).toStrictEqual([[members]])
  })

  test.each<[string, StandardSchemaV1]>([
    ['zod', z.object({ tenant: z.string() })],
    ['valibot', v.object({ tenant: v.string() })],
  ])('are read by a schema of %s, and refused by its paths', async (_name, schema) => {
    await expect(readClaims(schema, members)).resolves.toStrictEqual({ claims: { tenant: 't' }, invalidPaths: undefined })
    await expect(readClaims(schema, { active: true })).resolves.toStrictEqual({ claims: undefined, invalidPaths: ['tenant'] })
  })

  test('may come of a schema that takes its time', async () => {
    const schema = schemaOf(() => Promise.resolve({ value: 'later' }))
    await expect(readClaims(schema, members)).resolves.toStrictEqual({ claims: 'later', invalidPaths: undefined })
  })

  test.each([undefined, null, 0, '', false])('may be %p, if the schema says so', async (value) => {
    await expect(readClaims(made(value), members)).resolves.toStrictEqual({ claims: value, invalidPaths: undefined })
  })
})

describe('issues', () => {
  test('are told by their paths, and by no values', async () => {
    const issues = [
      { message: 'CANARY' },
      { message: 'CANARY', path: [] },
      { message: 'CANARY', path: ['a', 0, { key: 'b' }, { key: 1 }, Symbol('s')], input: 'CANARY', received: 'CANARY' },
    ]
    const read = await readClaims(
      schemaOf(() => ({ issues, value: 'CANARY' })),
      members,
    )
    expect(read).toStrictEqual({ claims: undefined, invalidPaths: ['', '', 'a.0.b.1.Symbol(s)'] })
    expect(inspect(read, { depth: 9 })).not.toContain('CANARY')
  })

  test('are issues even when there are none of them', async () => {
    const read = await readClaims(
      schemaOf(() => ({ issues: [] })),
      members,
    )
    expect(read).toStrictEqual({ claims: undefined, invalidPaths: [] })
  })

  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new RangeError('broken')
      },
    ],
    ['rejects', () => Promise.reject(new RangeError('broken'))],
  ])('are not what a schema that %s has: that comes through', async (_how, validate) => {
    await expect(readClaims(schemaOf(validate), members)).rejects.toThrow(new RangeError('broken'))
  })
})

describe('freezing', () => {
  const isDeepFrozen = (value: unknown): boolean =>
    typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(isDeepFrozen))

  test.each([
    ['plain objects', { a: { b: {} } }],
    ['lists', [[{ a: [] }]]],
    ['objects without a prototype', Object.assign(Object.create(null) as object, { a: { b: 1 } })],
    ['what is next to an instance', [new Date(0), { a: {} }].slice(1)],
  ])('goes through and through: %s', async (_what, value) => {
    const { claims } = await readClaims(made(value), members)
    expect(claims).toBe(value)
    expect(isDeepFrozen(claims)).toBe(true)
  })

  test('goes through what a schema has frozen at the top only', async () => {
    const { claims } = await readClaims(made(Object.freeze({ a: { b: [] } })), members)
    expect(isDeepFrozen(claims)).toBe(true)
  })

  test('leaves instances as they are', async () => {
    class Tenant {
      name = 'a'
    }
    const value = { date: new Date(0), set: new Set(['a']), tenant: new Tenant(), act: () => 'a' }
    const { claims } = await readClaims(made(value), members)
    expect(Object.isFrozen(claims)).toBe(true)
    for (const part of Object.values(value)) expect(Object.isFrozen(part)).toBe(false)
  })
})
