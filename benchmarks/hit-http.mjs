// A hit over HTTP: what a server process spends on a request, bare, behind a middleware that only goes on, and behind our guard. The server is
// saturated on one core by 32 connections with a thousand different tokens; requests in a second of that core are what is compared.
import { start } from './child.mjs'
import { quartiles } from './measure.mjs'

const tokens = [1000, 300]
const goals = { express: 0.9, koa: 0.85, hono: 0.8 }
const amount = 4000

export async function measure() {
  const load = await start('./load.mjs', 1, 32, ...tokens)
  const results = []
  for (const framework of Object.keys(goals)) results.push(...(await compareKinds(framework, load)))
  load.stop()
  return results
}

async function compareKinds(framework, load) {
  const kinds = ['bare', 'no-op', 'guarded']
  const apps = await Promise.all(kinds.map((kind) => start('./application.mjs', 0, framework, kind, ...tokens)))
  const rounds = Number(process.env.ROUNDS ?? 9)
  const perRequest = Object.fromEntries(kinds.map((kind) => [kind, []]))
  for (let round = -2; round < rounds; round++) {
    for (let turn = 0; turn < kinds.length; turn++) {
      const at = (turn + round + 2) % kinds.length
      await apps[at].ask('start')
      const { error, latencies } = await load.ask({ port: apps[at].ready.port, amount })
      if (error !== undefined || latencies.length !== amount) throw new Error(error ?? 'answers are missing')
      const { cpu } = await apps[at].ask('stop')
      if (round >= 0) perRequest[kinds[at]].push(cpu / amount)
    }
  }
  for (const app of apps) app.stop()
  const share = (kind) => quartiles(perRequest.bare.map((bare, round) => bare / perRequest[kind][round]))
  return [
    { what: `${framework} over HTTP, bare`, unit: 'µs', ...quartiles(perRequest.bare) },
    { what: `${framework} over HTTP, no-op: requests a second, share of bare`, unit: '×', ...share('no-op') },
    {
      what: `${framework} over HTTP, guarded: requests a second, share of bare`,
      unit: '×',
      ...share('guarded'),
      goal: { least: goals[framework], node: 24 },
    },
  ]
}
