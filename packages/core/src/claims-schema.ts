/**
 * Holds the members of a reply against the application's Standard Schema, once per answer.
 *
 * @module
 */
import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Claims } from './introspection-response.ts'

/** What a schema made of a reply; where it was not met, the paths and no values. */
export interface ReadClaims {
  readonly claims: unknown
  readonly invalidPaths: readonly string[] | undefined
}

/** Reads claims by a schema; without one they are the reply's members. Rejects with what the schema throws. */
export async function readClaims(schema: StandardSchemaV1 | undefined, members: Claims): Promise<ReadClaims> {
  if (schema === undefined) return { claims: members, invalidPaths: undefined }
  // A copy of its own: libraries write their transformations into what they are given, and ours is frozen.
  const result = await schema['~standard'].validate(structuredClone(members))
  if (result.issues !== undefined) return { claims: undefined, invalidPaths: result.issues.map(describePath) }
  return { claims: freezePlain(result.value), invalidPaths: undefined }
}

function describePath({ path = [] }: StandardSchemaV1.Issue): string {
  return path.map((segment) => String(typeof segment === 'object' ? segment.key : segment)).join('.')
}

/** Freezes lists and plain objects through and through: what is shared between requests is read-only. */
function freezePlain(value: unknown, seen = new Set<unknown>()): unknown {
  if (typeof value !== 'object' || value === null || seen.has(value)) return value
  seen.add(value)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (Array.isArray(value) || prototype === Object.prototype || prototype === null) {
    for (const member of Object.values(value)) freezePlain(member, seen)
    Object.freeze(value)
  }
  return value
}
