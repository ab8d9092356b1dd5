import { memoryTokenStore } from '@oauth-introspect/dev-server'
import { describeTokenStore } from './token-store-suite.ts'

describeTokenStore({
  name: 'memoryTokenStore()',
  lasting: false,
  makePlace: () => {
    const store = memoryTokenStore()
    return Promise.resolve({ open: () => Promise.resolve(store), close: () => Promise.resolve() })
  },
})
