import { describeClientAuthentication } from '@oauth-introspect/testkit'
import { none } from '../../src/client-authentication/none.ts'

describeClientAuthentication({ method: 'none', make: none, secrets: [] })
