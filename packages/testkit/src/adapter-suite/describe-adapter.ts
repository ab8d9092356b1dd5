/**
 * The one suite that every adapter runs, so that no answer differs between them.
 *
 * @module
 */
import { describe } from '@jest/globals'
import type { AdapterUnderTest } from './bench.ts'
import { describeGuards } from './guards.ts'
import { describeOutcomes } from './outcomes.ts'
import { describeRemembering } from './remembering.ts'
import { describeRevoking } from './revoking.ts'
import { describeStreams } from './streams.ts'
import { describeSurroundings } from './surroundings.ts'

/** Runs the suite on an adapter. */
export function describeAdapter(adapter: AdapterUnderTest): void {
  describe(adapter.name, () => {
    describeOutcomes(adapter)
    describeRemembering(adapter)
    describeGuards(adapter)
    describeSurroundings(adapter)
    describeRevoking(adapter)
    describeStreams(adapter)
  })
}
