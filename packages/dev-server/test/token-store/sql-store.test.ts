import { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { type SqlClient, sqlTokenStore } from '@oauth-introspect/dev-server'
import { describeTokenStore } from './token-store-suite.ts'

// The database takes a while to start on a busy machine.
jest.setTimeout(120_000)

let database: PGlite
beforeAll(async () => {
  database = await PGlite.create()
})
afterAll(() => database.close())

async function dump(): Promise<string> {
  const tables = ['oauth_dev_token', 'oauth_dev_usage']
  const rows = await Promise.all(tables.map((table) => database.query(`select * from ${table}`)))
  return JSON.stringify(rows)
}

async function empty(): Promise<void> {
  await database.exec('drop table if exists oauth_dev_token; drop table if exists oauth_dev_usage')
}

describeTokenStore({
  name: 'sqlTokenStore() on an embedded PostgreSQL',
  lasting: true,
  makePlace: async () => {
    await empty()
    return { open: () => sqlTokenStore(database), dump, close: empty }
  },
})

test('a client that sends numbers as text is understood', async () => {
  await empty()
  const asText: SqlClient = {
    async query(text, params) {
      const { rows } = await database.query<Record<string, unknown>>(text, params)
      return { rows: rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, String(value)]))) }
    },
  }
  const store = await sqlTokenStore(asText)
  await store.tally(7, 'app', 'issued')
  expect(await store.usage(1)).toEqual([{ minute: 7, clientId: 'app', kind: 'issued', count: 1 }])
})

test('a row that somebody else wrote is a fault, not a token', async () => {
  await empty()
  const store = await sqlTokenStore(database)
  const insert = 'insert into oauth_dev_token (digest, record, state, expires_at) values ($1, $2, $3, 0)'
  await database.query(insert, ['a', '{"digest":"a"}', 'ACTIVE'])
  await expect(store.find('a')).rejects.toThrow(new TypeError('the token store holds a record that this version cannot read'))
})
