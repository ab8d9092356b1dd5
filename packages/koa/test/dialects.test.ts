import { describeDialects } from '@oauth-introspect/testkit'
import Koa from 'koa'
import { inKoa } from './application.ts'

describeDialects(inKoa('koa 3', Koa))
