import { describeAuthorizationServers } from '@oauth-introspect/testkit'
import { inHono } from './application.ts'

describeAuthorizationServers(inHono('hono'))
