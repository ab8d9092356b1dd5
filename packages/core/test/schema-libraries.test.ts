import { describe, expect, test } from '@jest/globals'
import { json } from '@oauth-introspect/testkit'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { type } from 'arktype'
import * as v from 'valibot'
import { z } from 'zod'
import { bearer, granted, setUpServer } from './server-bench.ts'

/** The same schema in the words of each library: a tenant, and roles as a set. */
const schemas: Readonly<Record<string, StandardSchemaV1<unknown, { readonly tenant: string; readonly roles: ReadonlySet<string> }>>> = {
  zod: z.object({ tenant: z.string(), roles: z.array(z.string()).transform((roles) => new Set(roles)) }),
  valibot: v.object({
    tenant: v.string(),
    roles: v.pipe(
      v.array(v.string()),
      v.transform((roles) => new Set(roles)),
    ),
  }),
  arktype: type({ tenant: 'string', roles: type('string[]').pipe((roles) => new Set(roles)) }),
}

const bench = setUpServer()

describe.each(Object.keys(schemas))('claims by %s', (name) => {
  test('are what the schema makes of the reply, once for each answer', async () => {
    const server = bench.make({ claims: schemas[name] })
    bench.as.behave(json(bench.good({ tenant: 't1', roles: ['a', 'b', 'a'] })))
    const first = await granted(server.authorize(bearer()))
    expect(first.claims).toMatchObject({ tenant: 't1', roles: new Set(['a', 'b']) })
    expect((await granted(server.authorize(bearer()))).claims).toBe(first.claims)
  })

  test('that do not meet it refuse the token, by path and without values', async () => {
    const server = bench.make({ claims: schemas[name] })
    bench.as.behave(json(bench.good({ tenant: 7, roles: ['CANARY'] })))
    expect(await server.authorize(bearer())).toMatchObject({ status: 401, reason: 'claims_invalid' })
    expect(bench.events).toContainEqual(expect.objectContaining({ type: 'refused', reason: 'claims_invalid', paths: ['tenant'] }))
  })
})
