// What a process of the fleet is told to do, it does one after the other: answers come in the order of orders.

export function obey(orders) {
  let last = Promise.resolve()
  process.on('message', (order) => {
    last = last
      .then(async () => (await orders[order.do](order)) ?? {})
      .catch((error) => ({ error: String(error) }))
      .then((answer) => process.send(answer))
  })
  process.on('disconnect', () => process.exit())
}

/** Milliseconds by the one clock that all processes of a machine have in common. */
export const clock = () => Number(process.hrtime.bigint()) / 1e6
