// What a fleet takes: in Redis for each answer and mark, in an instance for each mark, and for an instance as a whole.
import { start } from './child.mjs'
import { percentile, table } from './fleet-traffic.mjs'

export async function measureRoom(fleet) {
  const run = async (what, amount) => {
    const { ready, stop } = await start('./fleet-room.mjs', undefined, fleet.redis.url, what, amount)
    stop()
    return ready
  }
  const figures = await fleet.figures()
  const { plain, encrypted } = await run('answers', 20_000)
  const marks = [await run('marks', 10_000), await run('marks', 50_000)]
  const rss =
    percentile(
      figures.map((figure) => figure.rss),
      0.5,
    ) /
    2 ** 20
  const rows = marks.map(({ count, inRedis, inMemory, perSecond, readyMs }) => [
    ...[count.toLocaleString('en'), `${inRedis} bytes`, `${inMemory} bytes`, perSecond.toLocaleString('en'), `${readyMs} ms`],
  ])
  return {
    results: [],
    text: `### Room

An answer of ten members (some 300 bytes of JSON) takes ${plain} bytes in Redis, ${encrypted} bytes encrypted. An instance had ${rss.toFixed(0)} MB in all (resident, median).

${table(['marks (issuer and subject)', 'each in Redis', 'each in an instance', 'published a second, one connection', 'an instance that starts is ready after'], rows)}`,
  }
}
