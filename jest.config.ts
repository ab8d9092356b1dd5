/** @jest-config-loader esbuild-register */
import type { Config } from 'jest'

type Project = Exclude<NonNullable<Config['projects']>[number], string>

const project = (name: string, more: Partial<Project> = {}): Project => ({
  displayName: name,
  rootDir: `packages/${name}`,
  testEnvironment: 'node',
  // Resolves the packages and #runtime to src/*.ts: no build before a test.
  testEnvironmentOptions: { customExportConditions: ['@oauth-introspect/source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/../../tools/jest-esbuild.mjs' },
  setupFiles: ['<rootDir>/../../tools/jest-properties.mjs'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  collectCoverageFrom: ['<rootDir>/src/**/*.ts'],
  ...more,
})

const config: Config = {
  projects: [
    ...['core', 'express', 'koa', 'hono', 'dev-server', 'testkit'].map((name) => project(name)),
    // The oldest Hono that the adapter allows, in place of the newest, for the adapter as well as for the application.
    project('hono', {
      displayName: 'hono 4.0',
      // These are about what the product answers, with the newest framework.
      testPathIgnorePatterns: ['(catalogue|dialects)\\.test\\.ts$'],
      moduleNameMapper: { '^hono$': 'hono40', '^hono/http-exception$': 'hono40/http-exception' },
    }),
  ],
  // The one that starts them has next to nothing to do.
  maxWorkers: '100%',
  coverageProvider: 'babel',
  coverageReporters: ['text', 'lcov', 'json-summary'],
}
export default config
