import { describeAdapter } from '@oauth-introspect/testkit'
import Koa from 'koa'
import Koa2 from 'koa2'
import { inKoa } from './application.ts'

describeAdapter(inKoa('koa 3', Koa))
describeAdapter(inKoa('koa 2.13', Koa2))
