/**
 * Scope grammar and matching, RFC 6749 §3.3: tokens of %x21 / %x23-5B / %x5D-7E, compared character by character.
 *
 * @module
 */

/** Scopes that are needed: `'a b'` and `['a', 'b']` mean all of them; of `anyOf` one item is enough, and an item may be `'a b'` (all of it). */
export type Scopes = string | readonly string[] | { readonly anyOf: readonly string[] }

/** How a granted scope is held against a required one. */
export type ScopeMatching = 'exact' | 'hierarchic' | 'wildcard' | ((granted: readonly string[], required: string) => boolean)

/** Alternatives, one of which must be granted whole. */
export type ScopeRule = readonly (readonly string[])[]

const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/** Splits required scopes into a rule, or says what is wrong with them. An empty list is the rule that everything meets. */
export function readScopes(scopes: unknown): { readonly rule: ScopeRule } | { readonly fault: string } {
  const expected = 'a string, a list of strings or { anyOf: [...] }'
  if (typeof scopes === 'string') return readAlternatives([[scopes]])
  if (Array.isArray(scopes)) return readAlternatives([scopes])
  if (typeof scopes !== 'object' || scopes === null) return { fault: expected }
  const { anyOf, ...others } = scopes as { readonly anyOf?: unknown }
  if (!Array.isArray(anyOf) || Object.keys(others).length > 0) return { fault: expected }
  if (anyOf.length === 0) return { fault: 'an "anyOf" with at least one item' }
  return readAlternatives(anyOf.map((item: unknown) => [item]))
}

function readAlternatives(alternatives: readonly (readonly unknown[])[]): { readonly rule: ScopeRule } | { readonly fault: string } {
  const rule: string[][] = []
  for (const alternative of alternatives) {
    const tokens: string[] = []
    for (const item of alternative) {
      if (typeof item !== 'string') return { fault: 'scopes that are strings' }
      const named = item.split(' ').filter((token) => token !== '')
      // An empty text is what a missing environment variable leaves behind; an empty list is said on purpose.
      if (named.length === 0) return { fault: 'scopes that are not empty' }
      tokens.push(...named)
    }
    if (!tokens.every((token) => scopeToken.test(token))) return { fault: 'scopes of the characters that RFC 6749 §3.3 allows' }
    rule.push([...new Set(tokens)])
  }
  return { rule }
}

/** The scopes in a text with spaces between them; an empty text stays one, which nothing grants. */
export function splitScope(text: string): readonly string[] {
  const scopes = text.split(' ').filter((scope) => scope !== '')
  return scopes.length > 0 ? scopes : [text]
}

/** Tells whether the granted scopes meet a rule. */
export function meets(granted: readonly string[], rule: ScopeRule, matching: ScopeMatching): boolean {
  return rule.some((alternative) => grantsAll(granted, alternative, matching))
}

/** Tells whether every required scope is granted. */
export function grantsAll(granted: readonly string[], required: readonly string[], matching: ScopeMatching): boolean {
  return required.every((scope) => grants(granted, scope, matching))
}

function grants(granted: readonly string[], required: string, matching: ScopeMatching): boolean {
  if (matching === 'exact') return granted.includes(required)
  if (matching === 'hierarchic') return granted.some((scope) => required === scope || required.startsWith(`${scope}.`))
  if (matching === 'wildcard') return granted.some((scope) => matchesPattern(scope, required))
  // Only `true`: a promise or any other truthy value of a careless function grants nothing.
  return (matching(granted, required) as unknown) === true
}

/** `*` as a whole segment stands for one segment; as the last one for all that follow, at least one. */
function matchesPattern(pattern: string, scope: string): boolean {
  const segments = scope.split('.')
  const wanted = pattern.split('.')
  if (wanted.length > segments.length) return false
  if (wanted.length < segments.length && wanted.at(-1) !== '*') return false
  return wanted.every((segment, at) => (segment === '*' ? segments[at] !== '' : segment === segments[at]))
}

/** The scopes of all rules in the order given, each once: the `scope` of a challenge (RFC 6750 §3). */
export function listScopes(rules: readonly ScopeRule[]): string {
  return [...new Set(rules.flat(2))].join(' ')
}
