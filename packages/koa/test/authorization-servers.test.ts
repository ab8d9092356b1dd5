import { describeAuthorizationServers } from '@oauth-introspect/testkit'
import Koa from 'koa'
import { inKoa } from './application.ts'

describeAuthorizationServers(inKoa('koa 3', Koa))
