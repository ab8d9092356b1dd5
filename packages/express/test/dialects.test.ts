import { describeDialects } from '@oauth-introspect/testkit'
import express from 'express'
import { inExpress } from './application.ts'

process.env['NODE_ENV'] = 'test'

describeDialects(inExpress('express 5', express))
