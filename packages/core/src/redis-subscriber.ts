/**
 * Connections to Redis or Valkey that hear what is published: of node-redis and of ioredis, told apart by their shape.
 *
 * @module
 */
import { having, type Reader } from './option-faults.ts'
import { isIoRedis } from './redis-client.ts'

/** A connection of node-redis, version 4 or later, that is used for nothing but subscriptions. */
export interface NodeRedisSubscriber {
  readonly isOpen: boolean
  subscribe(channels: string[], listener: (message: unknown, channel: unknown) => void): Promise<unknown>
  unsubscribe(channels: string[], listener: (message: unknown, channel: unknown) => void): Promise<unknown>
  on(event: string, listener: (...given: unknown[]) => void): unknown
  off(event: string, listener: (...given: unknown[]) => void): unknown
  listenerCount(event: string): number
}

/** A connection of ioredis, version 5 or later, that is used for nothing but subscriptions. */
export interface IoRedisSubscriber {
  readonly status: string
  subscribe(...channels: string[]): Promise<unknown>
  unsubscribe(...channels: string[]): Promise<unknown>
  on(event: string, listener: (...given: unknown[]) => void): unknown
  off(event: string, listener: (...given: unknown[]) => void): unknown
  listenerCount(event: string): number
}

/** A connection of either kind. */
export type RedisSubscriber = NodeRedisSubscriber | IoRedisSubscriber

/** What is heard of some channels. */
export interface ChannelListener {
  readonly onMessage: (channel: string, message: string) => void
  /** The connection was lost, or is being made anew. */
  readonly onDown: () => void
}

/** Listens to some channels. */
export interface ChannelSubscription {
  /** Resolves when Redis sends what is published. To be called again where that may have ended. */
  begin(): Promise<void>
  end(): Promise<void>
}

/** A connection of either kind, connected or not. */
export const redisSubscriber: Reader<RedisSubscriber> = (value, name, faults) => {
  const what = 'a connection of node-redis or ioredis'
  const subscriber = having<RedisSubscriber>(what, 'subscribe', 'unsubscribe', 'on', 'off', 'listenerCount')(value, name, faults)
  if (subscriber === undefined || isIoRedis(subscriber) || 'isOpen' in subscriber) return subscriber
  return faults.expect(name, what, value)
}

// Each library has some of them.
const endings = ['error', 'close', 'end', 'reconnecting']

/** Prepares to listen; nothing is sent yet. */
export function listenOn(subscriber: RedisSubscriber, channels: readonly string[], listener: ChannelListener): ChannelSubscription {
  // Without a listener a lost connection ends the process, after the end of the subscription too.
  if (subscriber.listenerCount('error') === 0) subscriber.on('error', () => undefined)
  for (const event of endings) subscriber.on(event, listener.onDown)
  const subscription = isIoRedis(subscriber) ? byEvents(subscriber, channels, listener) : byListener(subscriber, channels, listener)
  let hasBegun = false
  return {
    async begin() {
      await subscription.begin()
      hasBegun = true
    },
    async end() {
      for (const event of endings) subscriber.off(event, listener.onDown)
      // node-redis 4 loses count of its replies when it ends what never began.
      if (hasBegun) await subscription.end()
      hasBegun = false
    },
  }
}

function byListener(subscriber: NodeRedisSubscriber, channels: readonly string[], { onMessage }: ChannelListener): ChannelSubscription {
  const hear = (message: unknown, channel: unknown): void => onMessage(String(channel), String(message))
  return {
    async begin() {
      await subscriber.subscribe([...channels], hear)
    },
    async end() {
      // A closed connection would never answer.
      if (subscriber.isOpen) await subscriber.unsubscribe([...channels], hear)
    },
  }
}

function byEvents(subscriber: IoRedisSubscriber, channels: readonly string[], { onMessage }: ChannelListener): ChannelSubscription {
  const hear = (channel: unknown, message: unknown): void => {
    if (channels.includes(String(channel))) onMessage(String(channel), String(message))
  }
  subscriber.on('message', hear)
  return {
    async begin() {
      await subscriber.subscribe(...channels)
    },
    async end() {
      subscriber.off('message', hear)
      // A connection has each channel once, for all who listen.
      if (subscriber.listenerCount('message') === 0) await subscriber.unsubscribe(...channels)
    },
  }
}
