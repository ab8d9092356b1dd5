/**
 * The options of the other file's rows in our names. Their base configuration checks audience and issuer.
 *
 * @module
 */
import { exported, type ProfileInputs } from './protection.ts'
import type { Members } from './row.ts'

/** The options on top of endpoint and client. @throws {NotBuilt} when a row needs an export that does not exist. */
export function peerOptions(options: Members, { variant, endpoint }: ProfileInputs): Members {
  const { dpop, mtls, signed, ...same } = options
  return {
    audience: 'https://api.example.com',
    issuer: 'https://as.example.com/',
    ...same,
    ...(dpop === undefined ? {} : dpopOptions(dpop, variant)),
    ...(mtls === undefined ? {} : { mtls: certificateInHeader(mtls) }),
    ...(signed === undefined ? {} : { signedIntrospection: { algorithms: ['ES256'], jwksUri: new URL('/jwks', endpoint).href } }),
  }
}

// The row holds for each of the listed ways; a variant is one.
function dpopOptions(ways: unknown, variant: number): Members {
  const required = Array.isArray(ways) && ways[variant] === 'required'
  return { resource: 'https://api.example', dpop: { algorithms: ['ES256', 'EdDSA'], required } }
}

function certificateInHeader(mtls: unknown): Members {
  const trusted = (): boolean => {
    if (mtls !== true) throw new Error('the function of the application failed')
    return true
  }
  return { from: exported('clientCertHeader')({ name: 'client-certificate', format: 'pem', trusted }) }
}
