// How often a property is tried: 1,000 times from a fixed seed, so that a failure can be repeated; `npm run fuzz` tries more, from anywhere.
import fc from 'fast-check'

const runs = process.env.PROPERTY_RUNS
fc.configureGlobal(runs === undefined ? { numRuns: 1000, seed: 7662 } : { numRuns: Number(runs) })
