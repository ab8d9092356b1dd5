import { describeDialects } from '@oauth-introspect/testkit'
import { inHono } from './application.ts'

describeDialects(inHono('hono'))
