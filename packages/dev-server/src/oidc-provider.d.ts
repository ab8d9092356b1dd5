// The two files of oidc-provider that are imported by path, see provider.ts; @types/oidc-provider describes the package's entry only.

declare module 'oidc-provider/lib/provider.js' {
  export { default as Provider } from 'oidc-provider'
}

declare module 'oidc-provider/lib/helpers/errors.js' {
  import { errors } from 'oidc-provider'
  export import InvalidScope = errors.InvalidScope
}
