// The tests that a mutant must fall to: those of its file, which open no connection. One project and one test file, because
// Stryker's runner takes no list of projects, and loads every test file for every mutant. Otherwise as in jest.config.ts.
import { fileURLToPath } from 'node:url'

export default {
  rootDir: '../packages/core',
  testEnvironment: fileURLToPath(new URL('mutation-environment.mjs', import.meta.url)),
  testEnvironmentOptions: { customExportConditions: ['@oauth-introspect/source', 'node', 'node-addons'] },
  globals: { firstFailure: true },
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/../../tools/jest-esbuild.mjs' },
  setupFiles: ['<rootDir>/../../tools/jest-properties.mjs'],
  testMatch: [`<rootDir>/test/${process.env.TESTS}.test.ts`],
}
