/**
 * What an endpoint is for, whichever server it belongs to.
 *
 * @module
 */

/** The purpose of an endpoint; `other` is whatever is not about a token. */
export type Endpoint = 'introspection' | 'token' | 'revocation' | 'other'
