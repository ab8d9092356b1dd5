import { describeAdapter } from '@oauth-introspect/testkit'
import { inHono } from './application.ts'

describeAdapter(inHono('hono'))
