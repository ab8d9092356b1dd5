// Mutants of one file of core, named by the environment: see mutation.mjs.
const name = process.env.MUTATED

export default {
  mutate: [`packages/core/src/${name}.ts`],
  testRunner: 'jest',
  jest: { projectType: 'custom', configFile: 'tools/jest.stryker.mjs', enableFindRelatedTests: false },
  testRunnerNodeArgs: ['--experimental-vm-modules', '--no-warnings'],
  // jest keeps the modules of every run: a fresh process now and then keeps the memory down.
  maxTestRunnerReuse: 100,
  coverageAnalysis: 'perTest',
  concurrency: 1,
  tempDirName: `temp/mutation-${name}`,
  reporters: ['json'],
  jsonReporter: { fileName: `temp/mutants/${name}.json` },
  warnings: { slow: false },
}
