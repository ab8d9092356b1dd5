import { networkInterfaces } from 'node:os'
import { describe, expect, test } from '@jest/globals'
import { basic, introspectAt, post } from './requests.ts'
import { start } from './start.ts'

const hasIPv6 = Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === '::1'))
/** Skipped in sight where the machine has no IPv6. */
const withIPv6 = hasIPv6 ? test : test.skip

describe('the option', () => {
  test('accessTokenTtlSeconds is the lifetime of tokens, with a resource and without', async () => {
    const short = await start({ accessTokenTtlSeconds: 42 })
    for (const wish of [{}, { resource: 'urn:x:y' }]) {
      const { exp, iat } = await introspectAt(short, await short.issueToken(wish))
      expect(Number(exp) - Number(iat)).toBe(42)
    }
  })

  test('audience is "aud" when no resource is named, and any string will do', async () => {
    const own = await start({ audience: 'my api' })
    expect(await introspectAt(own, await own.issueToken())).toMatchObject({ aud: 'my api', scope: 'read write admin' })
    expect(await introspectAt(own, await own.issueToken({ resource: 'urn:x:y' }))).toMatchObject({ aud: 'urn:x:y' })
  })

  test('clients may have any printable characters in their ids and secrets', async () => {
    const [clientId, clientSecret] = ['rs basic:1', `a:b+c/d&e%'"\\~`]
    const odd = await start({ clients: [{ clientId, clientSecret, scopes: ['offline_access', 'orders:read'] }] })
    const { json } = await post(odd.introspectionEndpoint, { token: await odd.issueToken() }, basic(clientId, clientSecret))
    expect(json).toMatchObject({ active: true, client_id: clientId, scope: 'offline_access orders:read' })
  })

  withIPv6('host may be an IPv6 address (skipped where the machine has none)', async () => {
    const six = await start({ host: '::1' })
    expect(six.issuer).toMatch(/^http:\/\/\[::1\]:\d+$/)
    expect(await introspectAt(six, await six.issueToken())).toMatchObject({ iss: six.issuer })
  })

  test('host may be a wildcard when that is asked for: the issuer then is on loopback', async () => {
    const wide = await start({ host: '0.0.0.0', allowNonLoopback: true })
    expect(wide.issuer).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(await wide.issueToken()).toEqual(expect.any(String))
  })

  test('port that is taken rejects with the error of the system', async () => {
    const port = Number(new URL((await start()).issuer).port)
    await expect(start({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})
