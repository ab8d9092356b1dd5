import { describeCatalogue } from '@oauth-introspect/testkit'
import { inHono } from './application.ts'

describeCatalogue(inHono('hono'))
