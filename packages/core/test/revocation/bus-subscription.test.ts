import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import type { RevocationBus } from '../../src/index.ts'
import { type BusSubscription, subscribeToBus } from '../../src/revocation/bus-subscription.ts'

describe('a bus that cannot be had', () => {
  let subscription: BusSubscription
  let tries: number[]
  let told: string[]
  /** What the bus does at each try. */
  let subscribe: () => Promise<() => Promise<void>>

  beforeEach(() => {
    jest.useFakeTimers({ now: 0 })
    tries = []
    told = []
    subscribe = () => Promise.reject(new Error('down'))
    const bus: RevocationBus = {
      publish: () => Promise.resolve(),
      subscribe() {
        tries.push(Date.now() / 1000)
        return subscribe()
      },
    }
    subscription = subscribeToBus(bus, { hear() {}, lost: () => told.push('lost'), restored: () => told.push('restored') })
    subscription.ready().catch(() => undefined)
  })
  afterEach(async () => {
    await subscription.close()
    jest.useRealTimers()
  })
  const pass = (seconds: number): Promise<void> => jest.advanceTimersByTimeAsync(seconds * 1000)

  it('is tried again after pauses that double, up to half a minute', async () => {
    await pass(121)
    expect(tries).toEqual([0, 1, 3, 7, 15, 31, 61, 91, 121])
    expect(told).toEqual(tries.map(() => 'lost'))
  })

  it('is not tried any more once it is had', async () => {
    await pass(2)
    subscribe = () => Promise.resolve(() => Promise.resolve())
    await pass(600)
    expect(tries).toEqual([0, 1, 3])
    expect(told).toEqual(['lost', 'lost', 'restored'])
    await expect(subscription.ready()).resolves.toBeUndefined()
  })

  it('is not tried any more after the close, nor told of', async () => {
    await pass(2)
    await subscription.close()
    await pass(600)
    expect(tries).toEqual([0, 1])
    expect(jest.getTimerCount()).toBe(0)
  })

  it('is not tried any more where the close comes during a try', async () => {
    let fail = (): void => undefined
    subscribe = () => new Promise((_resolve, reject) => (fail = () => reject(new Error('down'))))
    await pass(1)
    await subscription.close()
    fail()
    await pass(600)
    expect(tries).toEqual([0, 1])
    expect(told).toEqual(['lost'])
  })
})
