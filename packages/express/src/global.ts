/**
 * `import '@oauth-introspect/express/global'` types `req.auth` in the whole program. Opt-in: other packages declare the same property.
 *
 * @module
 */
import type { AuthInfo } from '@oauth-introspect/core'

declare global {
  namespace Express {
    interface Request {
      /** The access token's metadata, behind `introspect()`. */
      auth?: AuthInfo | undefined
    }
  }
}
