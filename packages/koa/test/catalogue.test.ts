import { describeCatalogue } from '@oauth-introspect/testkit'
import Koa from 'koa'
import { inKoa } from './application.ts'

describeCatalogue(inKoa('koa', Koa))
