/**
 * The rules about tokens that every server here shares: how one is issued, found, refreshed and revoked, and when it is over.
 *
 * @module
 */
import { randomInt, randomUUID } from 'node:crypto'
import { digestToken, type TokenRecord } from './token-store/token-record.ts'
import type { TokenStore } from './token-store/token-store.ts'

/** How long a token that is over is still known, so that it can be said what became of it: a day. */
const retentionSeconds = 24 * 3600

/** What is issued: a record without what follows from the token and the clock. */
export type Issue = Omit<TokenRecord, 'digest' | 'issuedAt' | 'expiresAt' | 'state'> & { readonly ttlSeconds: number }

/** What happened to a token. */
export interface TokenEvent {
  readonly what: 'issued' | 'revoked' | 'expired'
  readonly record: TokenRecord
}

/** The tokens of a store, by a clock in milliseconds since the epoch. */
export class Tokens {
  readonly store: TokenStore
  readonly #now: () => number
  readonly #told: ((event: TokenEvent) => void)[] = []
  #forgotAt = 0

  constructor(store: TokenStore, now: () => number) {
    this.store = store
    this.#now = now
  }

  /** Seconds since the epoch, as `iat` and `exp` have them. */
  get seconds(): number {
    return Math.floor(this.#now() / 1000)
  }

  onEvent(listener: (event: TokenEvent) => void): void {
    this.#told.push(listener)
  }

  /** Keeps a new token. */
  async issue(token: string, { ttlSeconds, ...given }: Issue): Promise<TokenRecord> {
    const issuedAt = this.seconds
    return this.keep({ ...given, digest: digestToken(token), issuedAt, expiresAt: issuedAt + ttlSeconds, state: 'ACTIVE' })
  }

  /** Keeps a token that another has issued. */
  async keep(record: TokenRecord): Promise<TokenRecord> {
    if (this.seconds - this.#forgotAt >= 60) {
      this.#forgotAt = this.seconds
      await this.store.forget(this.seconds - retentionSeconds)
    }
    await this.store.add(record)
    this.#tell('issued', record)
    return record
  }

  find(token: string): Promise<TokenRecord | undefined> {
    return this.store.find(digestToken(token))
  }

  /** Whether a token is good now. */
  isGood(record: TokenRecord | undefined): record is TokenRecord {
    return record?.state === 'ACTIVE' && !this.isOver(record)
  }

  /** Whether its time is over, whatever its state. */
  isOver({ expiresAt }: TokenRecord): boolean {
    return expiresAt <= this.seconds
  }

  /** Ends a token; with a refresh token all tokens of its grant end (RFC 7009 §2.1), and with an access token its refresh token. */
  async revoke(record: TokenRecord): Promise<void> {
    const together = record.grant === undefined ? [record] : await this.store.ofGrant(record.grant)
    for (const each of together)
      if (await this.store.move(each.digest, ['ACTIVE', 'INACTIVE', 'EXPIRED'], 'REVOKED')) this.#tell('revoked', each)
  }

  /** Ends a token as if its time were over. */
  async expire(record: TokenRecord): Promise<boolean> {
    const expired = await this.store.move(record.digest, ['ACTIVE'], 'EXPIRED')
    if (expired) this.#tell('expired', record)
    return expired
  }

  /** Uses a refresh token up: of two requests with the same one, one succeeds. The access tokens of the grant end with it. */
  async useUp(refreshToken: TokenRecord): Promise<boolean> {
    if (!(await this.store.move(refreshToken.digest, ['ACTIVE'], 'INACTIVE'))) return false
    for (const { digest, use } of refreshToken.grant === undefined ? [] : await this.store.ofGrant(refreshToken.grant))
      if (use === 'access_token') await this.store.move(digest, ['ACTIVE'], 'INACTIVE')
    return true
  }

  /** Uses up a refresh token that this server gave to this client; `undefined` when it is not good, or another request was faster. */
  async redeem(refreshToken: string, server: string, { clientId }: { readonly clientId: string }): Promise<TokenRecord | undefined> {
    const record = await this.find(refreshToken)
    const good = this.isGood(record) && record.use === 'refresh_token' && record.server === server && record.clientId === clientId
    return good && (await this.useUp(record)) ? record : undefined
  }

  #tell(what: TokenEvent['what'], record: TokenRecord): void {
    for (const listener of this.#told) listener({ what, record })
  }
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** A token of letters and digits. */
export function randomToken(length: number): string {
  return Array.from({ length }, () => letters[randomInt(letters.length)]).join('')
}

/** The name of a new grant. */
export function newGrant(): string {
  return randomUUID()
}
