// How often a property is tried: 1,000 times from a fixed seed, so that a failure can be repeated; `npm run fuzz` tries more, from anywhere.
import fc from 'fast-check'

// For a mutant the first failure is enough, however long its example (jest.stryker.mjs).
const runs = process.env.PROPERTY_RUNS
const endOnFailure = globalThis.firstFailure === true
fc.configureGlobal(runs === undefined ? { numRuns: 1000, seed: 7662, endOnFailure } : { numRuns: Number(runs), endOnFailure })
