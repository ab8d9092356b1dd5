import { describeAdapter } from '@oauth-introspect/testkit'
import express from 'express'
import express4 from 'express4'
import { inExpress } from './application.ts'

// Express prints errors of handlers unless it is told that this is a test.
process.env['NODE_ENV'] = 'test'

describeAdapter(inExpress('express 5', express))
describeAdapter(inExpress('express 4.18', express4))
