/**
 * Keeps tokens in PostgreSQL, on a server or embedded (PGlite): two tables, plain statements.
 *
 * @module
 */
import { parseTokenRecord, type TokenRecord } from './token-record.ts'
import type { TokenStore, UsageFigure, UsageKind } from './token-store.ts'

/** What the store needs of a client: a `Client` or a `Pool` of `pg` fits, and a `PGlite`. */
export interface SqlClient {
  query(text: string, params?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>
}

const tables = [
  `create table if not exists oauth_dev_token (
    digest text primary key,
    ordinal bigint generated always as identity,
    record text not null,
    state text not null,
    issue_grant text,
    expires_at bigint not null
  )`,
  'create index if not exists oauth_dev_token_ordinal on oauth_dev_token (ordinal)',
  'create index if not exists oauth_dev_token_grant on oauth_dev_token (issue_grant)',
  'create index if not exists oauth_dev_token_expiry on oauth_dev_token (expires_at)',
  `create table if not exists oauth_dev_usage (
    minute bigint not null,
    client_id text not null,
    kind text not null,
    count bigint not null,
    primary key (minute, client_id, kind)
  )`,
]

/** A store in the client's database, in the tables `oauth_dev_token` and `oauth_dev_usage`, which are made when they are not there. */
export async function sqlTokenStore(client: SqlClient): Promise<TokenStore> {
  // "if not exists" is no protection from another that makes the same table at the same time: the second try finds it.
  await createTables(client).catch(() => createTables(client))
  const records = async (where: string, params: unknown[]): Promise<readonly TokenRecord[]> => {
    const { rows } = await client.query(`select record, state from oauth_dev_token ${where}`, params)
    return rows.map(readRecord)
  }
  return {
    async add({ state, ...record }) {
      await client.query('insert into oauth_dev_token (digest, record, state, issue_grant, expires_at) values ($1, $2, $3, $4, $5)', [
        ...[record.digest, JSON.stringify(record), state, record.grant ?? null, record.expiresAt],
      ])
    },
    async find(digest) {
      const [record] = await records('where digest = $1', [digest])
      return record
    },
    async move(digest, from, to) {
      // A list as text: clients differ in how they send arrays.
      const text =
        "update oauth_dev_token set state = $3 where digest = $1 and state = any(string_to_array($2, ',')) returning digest as moved"
      return (await client.query(text, [digest, from.join(), to])).rows.length > 0
    },
    ofGrant: (grant) => records('where issue_grant = $1 order by ordinal', [grant]),
    latest: (limit) => records('order by ordinal desc limit $1', [limit]),
    async tally(minute, clientId, kind) {
      const insert = 'insert into oauth_dev_usage (minute, client_id, kind, count) values ($1, $2, $3, 1)'
      const addOne = 'on conflict (minute, client_id, kind) do update set count = oauth_dev_usage.count + 1'
      await client.query(`${insert} ${addOne}`, [minute, clientId, kind])
    },
    async usage(sinceMinute) {
      const where = sinceMinute === 0 ? 'minute = $1' : 'minute >= $1'
      const { rows } = await client.query(
        `select minute, client_id, kind, count from oauth_dev_usage where ${where} order by minute, client_id, kind`,
        [sinceMinute],
      )
      return rows.map(readFigure)
    },
    async forget(before) {
      await client.query('delete from oauth_dev_token where expires_at < $1', [before])
      await client.query('delete from oauth_dev_usage where minute <> 0 and (minute + 1) * 60 <= $1', [before])
    },
  }
}

async function createTables(client: SqlClient): Promise<void> {
  for (const statement of tables) await client.query(statement)
}

function columns(row: unknown): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(row ?? {}))
}

function readRecord(row: unknown): TokenRecord {
  const column = columns(row)
  return parseTokenRecord(column.get('record'), column.get('state'))
}

/** `bigint` comes as a number, as a `bigint` or as text, by client. */
function readFigure(row: unknown): UsageFigure {
  const column = columns(row)
  return {
    minute: Number(column.get('minute')),
    clientId: String(column.get('client_id')),
    kind: String(column.get('kind')) as UsageKind,
    count: Number(column.get('count')),
  }
}
