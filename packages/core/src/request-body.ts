/**
 * Reads the content of a request for the token in it (RFC 6750 §2.2), bounded in size and time, and leaves it to be read again.
 *
 * @module
 */
import { Deadline } from './runtime/runtime.ts'

/** Bounds of reading; beyond them the content counts as none. */
export interface BodyLimits {
  readonly maxBytes: number
  readonly timeoutMs: number
}

/** The part of Node's `IncomingMessage` by which content is read; absent where there is no content, as in tests. */
export interface NodeContent {
  readonly complete?: boolean
  readonly readableEnded?: boolean
  readonly destroyed?: boolean
  read?(): unknown
  unshift?(chunk: Uint8Array): void
  on?(event: 'readable' | 'error' | 'close', listener: () => void): unknown
  off?(event: 'readable' | 'error' | 'close', listener: () => void): unknown
}

// Two guards in one chain read the content of one request once.
const readBefore = new WeakMap<NodeContent, Promise<Uint8Array | undefined>>()

/** Reads a Node request's content and puts it back; `undefined` when there is too much, when it takes too long, or when it is gone. */
export function readNodeContent(incoming: NodeContent, limits: BodyLimits): Promise<Uint8Array | undefined> {
  const known = readBefore.get(incoming)
  if (known !== undefined) return known
  const reading = new Promise<Uint8Array | undefined>((resolve) => {
    if (incoming.readableEnded !== false || incoming.destroyed === true) resolve(undefined)
    else new Gathering(incoming, limits, resolve)
  })
  readBefore.set(incoming, reading)
  return reading
}

/**
 * Takes what there is and puts it back in the same turn as the last of it: once the stream has told its end, nothing can be put back.
 */
class Gathering {
  readonly #incoming: NodeContent
  readonly #maxBytes: number
  readonly #resolve: (content: Uint8Array | undefined) => void
  readonly #deadline: Deadline
  readonly #chunks: Uint8Array[] = []
  #size = 0

  constructor(incoming: NodeContent, { maxBytes, timeoutMs }: BodyLimits, resolve: (content: Uint8Array | undefined) => void) {
    this.#incoming = incoming
    this.#maxBytes = maxBytes
    this.#resolve = resolve
    this.#deadline = new Deadline(timeoutMs)
    this.#deadline.whenExpired(this.#giveUp)
    incoming.on?.('readable', this.#take)
    incoming.on?.('error', this.#giveUp)
    incoming.on?.('close', this.#giveUp)
  }

  readonly #take = (): void => {
    for (let chunk = this.#incoming.read?.(); chunk instanceof Uint8Array; chunk = this.#incoming.read?.()) {
      this.#chunks.push(chunk)
      this.#size += chunk.byteLength
      if (this.#size > this.#maxBytes) {
        this.#giveUp()
        return
      }
    }
    if (this.#incoming.complete === true) this.#end(concatenate(this.#chunks, this.#size))
  }

  readonly #giveUp = (): void => {
    this.#end(undefined)
  }

  #end(content: Uint8Array | undefined): void {
    this.#deadline.clear()
    this.#incoming.off?.('readable', this.#take)
    this.#incoming.off?.('error', this.#giveUp)
    this.#incoming.off?.('close', this.#giveUp)
    if (this.#size > 0 && this.#incoming.destroyed !== true) this.#incoming.unshift?.(content ?? concatenate(this.#chunks, this.#size))
    this.#resolve(content)
  }
}

/** The part of a web `Request` by which content is read. */
export interface WebContent {
  readonly bodyUsed?: boolean
  clone?(): { readonly body: ReadableStream<Uint8Array> | null }
}

/** Reads a web request's content from a clone; `undefined` when there is too much, when it takes too long, or when it is gone. */
export async function readWebContent(request: WebContent, limits: BodyLimits): Promise<Uint8Array | undefined> {
  if (request.bodyUsed !== false || request.clone === undefined) return undefined
  const reader = request.clone().body?.getReader()
  if (reader === undefined) return new Uint8Array()
  const deadline = new Deadline(limits.timeoutMs)
  const late = new Promise<undefined>((resolve) => {
    deadline.whenExpired(() => {
      resolve(undefined)
    })
  })
  try {
    const chunks: Uint8Array[] = []
    let size = 0
    for (;;) {
      const step = await Promise.race([reader.read(), late])
      if (step === undefined) return undefined
      if (step.done) return concatenate(chunks, size)
      chunks.push(step.value)
      size += step.value.byteLength
      if (size > limits.maxBytes) return undefined
    }
  } catch {
    return undefined // the client has gone away
  } finally {
    deadline.clear()
    // Of no use to a branch that has ended. A branch given up must not make the other one wait.
    void reader.cancel().catch(() => undefined)
  }
}

function concatenate(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const content = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    content.set(chunk, at)
    at += chunk.byteLength
  }
  return content
}
