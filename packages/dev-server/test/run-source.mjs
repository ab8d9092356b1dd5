// Preloaded with `node --import` by tests that start the CLI or a script as a process of its own: runs TypeScript sources without a build.
import { register } from 'node:module'

register('./source-hooks.mjs', import.meta.url)
