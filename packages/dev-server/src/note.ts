/**
 * What the watch is told of a request while it is answered; it hangs on the request itself, which each server reads in its own way.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http'

/** What came of a request, as far as is known. */
export interface Note {
  /** A client that is known here; what others call themselves may be a secret that was put in the wrong place. */
  clientId?: string
  outcome?: 'issued' | 'active' | 'inactive' | 'revoked'
}

const notes = new WeakMap<IncomingMessage, Note>()

/** The note on a request. */
export function noteOf(request: IncomingMessage): Note {
  const note = notes.get(request) ?? {}
  notes.set(request, note)
  return note
}
