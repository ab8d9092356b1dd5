/**
 * Notes for the watch what oidc-provider made of a request.
 *
 * @module
 */
import type { KoaContextWithOIDC, default as Provider } from 'oidc-provider'
import { noteOf } from './note.ts'
import { paths } from './served-paths.ts'

/** Puts itself in front of what the provider serves. */
export function noteOutcomes(provider: Provider): void {
  provider.use(async function noteOutcomes(ctx, next) {
    await next()
    const note = noteOf(ctx.req)
    // Where nothing is served there is no `oidc`, whatever its type says.
    const { client } = (ctx['oidc'] as KoaContextWithOIDC['oidc'] | undefined) ?? {}
    if (client !== undefined) note.clientId = client.clientId
    const body: unknown = ctx.body
    if (ctx.status !== 200) return
    if (ctx.path === paths.token) note.outcome = 'issued'
    if (ctx.path === paths.introspection) note.outcome = isActive(body) ? 'active' : 'inactive'
    if (ctx.path === paths.revocation) note.outcome = 'revoked'
  })
}

function isActive(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'active' in body && body.active === true
}
