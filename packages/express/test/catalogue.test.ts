import { describeCatalogue } from '@oauth-introspect/testkit'
import express from 'express'
import { inExpress } from './application.ts'

// Express prints errors of handlers unless it is told that this is a test.
process.env['NODE_ENV'] = 'test'

describeCatalogue(inExpress('express', express))
