/**
 * The public door: names only.
 *
 * @module
 */
export type { DevClient } from './clients.ts'
export { createDevServer, type DevServer, type TokenWish } from './dev-server.ts'
export type { DevServerOptions } from './options.ts'
