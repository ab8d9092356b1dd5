/**
 * Reads the access token from the `Authorization` field, RFC 6750 §2.1. Never decides whether the token is good.
 *
 * @module
 */
import type { ResourceRequest } from './resource-request.ts'

/** The token text that is accepted: `b64token` of RFC 6750 §2.1, or any `VSCHAR` of RFC 6749 A.12 but space and comma. */
export type TokenSyntax = 'b64token' | 'vschar'

/** What a token may look like. */
export interface PresentationRules {
  readonly tokenSyntax: TokenSyntax
  /** Characters. */
  readonly maxTokenLength: number
  /** Leaves it to `isToken()` to hold the text in the header against the alphabet: what is remembered has been a token before. */
  readonly checksLater?: boolean
}

/** What a request presents. `nothing` is no fault of the client: it has not tried to use a token. */
export type Presented =
  | { readonly token: string }
  | { readonly nothing: 'token_missing' | 'scheme_unsupported' }
  | { readonly fault: 'request_malformed' | 'token_malformed' }

const syntaxes: Readonly<Record<TokenSyntax, RegExp>> = {
  b64token: /^[A-Za-z0-9\-._~+/]+=*$/,
  vschar: /^[\x21-\x2b\x2d-\x7e]+$/,
}

const missing: Presented = { nothing: 'token_missing' }
const unsupported: Presented = { nothing: 'scheme_unsupported' }
const malformedRequest = { fault: 'request_malformed' } as const
const malformedToken = { fault: 'token_malformed' } as const

/** Reads the token from the `Authorization` field. Several lines, or several credentials in one, are ambiguous (RFC 9110 §5.3). */
export function readBearerToken(request: ResourceRequest, rules: PresentationRules): Presented {
  const lines = request.header('authorization')
  if (lines.length > 1) return malformedRequest
  const value = lines[0] ?? ''
  if (value === '') return missing
  const schemeEnd = value.search(/[ \t]|$/)
  // toLowerCase() makes these six letters of no others than their capitals.
  if (value.slice(0, schemeEnd).toLowerCase() !== 'bearer') return joinsCredentials(value) ? malformedRequest : unsupported
  return readCredentials(value, schemeEnd, rules)
}

function readCredentials(value: string, schemeEnd: number, rules: PresentationRules): Presented {
  let start = schemeEnd
  while (value[start] === ' ') start++
  const token = value.slice(start)
  if (token === '') return malformedRequest
  if (token.length > rules.maxTokenLength) return faultOf(token)
  return rules.checksLater === true || isToken(token, rules) ? { token } : faultOf(token)
}

/** Holds a token against the alphabet and length allowed, wherever it was found. */
export function readToken(token: string, rules: PresentationRules): Presented {
  return token.length <= rules.maxTokenLength && isToken(token, rules) ? { token } : malformedToken
}

/** Tells whether a text has the characters that tokens have. */
export function isToken(text: string, { tokenSyntax }: PresentationRules): boolean {
  return syntaxes[tokenSyntax].test(text)
}

/** What is wrong with a text behind `Bearer` that is no token: several things in the place of one, or characters that no token has. */
export function faultOf(text: string): { readonly fault: 'request_malformed' | 'token_malformed' } {
  return /[ \t,]/.test(text) ? malformedRequest : malformedToken
}

/**
 * Tells whether a value of another scheme may hold a second set of credentials: runtimes with `Headers` join repeated lines with a comma,
 * and a proxy in front may have authorised only one of them. What follows a comma within one set is a parameter, `name=value`.
 */
function joinsCredentials(value: string): boolean {
  const [, ...others] = value.replace(quotedString, (text, end: string) => (end === '' ? text : '""')).split(',')
  return others.some((other) => !/^[ \t]*[!#$%&'*+.^_`|~0-9A-Za-z-]+[ \t]*=/.test(other))
}

// Goes to the end of the text where a quote is never closed, so that no quote is looked at twice.
const quotedString = /"(?:[^"\\]|\\(?:.|$))*("|$)/gs
