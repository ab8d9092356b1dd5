/**
 * The plain-data carrier between a framework and the core: what a resource request (RFC 6750 §2) shows of itself.
 * Structural types only, so that nothing here pulls Node's or the DOM's declarations into the other's programs.
 *
 * @module
 */
import { type BodyLimits, type NodeContent, readNodeContent, readWebContent, type WebContent } from './request-body.ts'

/** A request to a protected resource, as an adapter hands it to `resourceServer.authorize()`. */
export interface ResourceRequest<Native = unknown> {
  readonly method: string
  /** Path and query as the client sent them. */
  readonly url: string
  /** Every line of a header field; empty when the field is absent. */
  header(name: string): readonly string[]
  /** The form body, where the application has parsed it. */
  readonly body?: unknown
  /** The client's TLS certificate, DER. */
  readonly clientCertificate?: Uint8Array
  /** The framework's own request, for custom token sources and hooks. */
  readonly native: Native
  /** Has something done when nobody is served any more, where that can be known: `auth.signal` is released then. */
  whenClosed?(act: () => void): void
}

/** The part of Node's `ServerResponse` or socket that is listened to. */
export interface NodeClosable {
  once(event: 'close', act: () => void): unknown
  readonly destroyed?: boolean
}

/** The part of Node's `IncomingMessage` that is read. */
export interface NodeIncoming extends NodeContent {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly originalUrl?: string | undefined
  readonly rawHeaders: readonly string[]
  readonly socket?: NodeClosable | null
}

interface NodeMore {
  /** The form body, where the application has parsed it. */
  readonly body?: unknown
  /** Path and query as the client sent them, where a router has rewritten them. */
  readonly url?: string
  /** The response, whose end ends `auth.signal`; without it the connection's does, as an `upgrade` wants it. */
  readonly response?: NodeClosable
}

class NodeRequest<Native> implements ResourceRequest<Native> {
  readonly native: Native
  readonly body?: unknown
  readonly #incoming: NodeIncoming
  readonly #url: string | undefined
  readonly #response: NodeClosable | undefined

  constructor(incoming: NodeIncoming, native: Native, { body, url, response }: NodeMore) {
    this.#incoming = incoming
    this.#url = url
    this.#response = response
    this.native = native
    if (body !== undefined) this.body = body
  }

  get method(): string {
    return this.#incoming.method ?? 'GET'
  }

  get url(): string {
    return this.#url ?? this.#incoming.originalUrl ?? this.#incoming.url ?? '/'
  }

  // rawHeaders, because `headers` keeps only the first of several Authorization lines.
  header(name: string): readonly string[] {
    const { rawHeaders } = this.#incoming
    const wanted = name.toLowerCase()
    const lines: string[] = []
    for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
      const field = rawHeaders[at]
      if (field?.length === wanted.length && field.toLowerCase() === wanted) lines.push(rawHeaders[at + 1] ?? '')
    }
    return lines
  }

  readContent(limits: BodyLimits): Promise<Uint8Array | undefined> {
    return readNodeContent(this.#incoming, limits)
  }

  whenClosed(act: () => void): void {
    whenDestroyed(this.#response ?? this.#incoming.socket ?? undefined, act)
  }
}

/** Shows a Node request (`http`, Express, Koa, an `upgrade` event) as a `ResourceRequest`. */
export function nodeRequest<Incoming extends NodeIncoming>(incoming: Incoming, more?: NodeMore): ResourceRequest<Incoming>
export function nodeRequest<Native>(incoming: NodeIncoming, more: NodeMore & { readonly native: Native }): ResourceRequest<Native>
export function nodeRequest(incoming: NodeIncoming, more: NodeMore & { readonly native?: unknown } = {}): ResourceRequest {
  return new NodeRequest(incoming, more.native ?? incoming, more)
}

/** The part of a web `Request` that is read. */
export interface WebRequest extends WebContent {
  readonly method: string
  readonly url: string
  readonly headers: { get(name: string): string | null }
  readonly signal?: {
    readonly aborted: boolean
    addEventListener(type: 'abort', act: () => void, options: { readonly once: boolean }): void
  }
}

interface WebMore {
  /** The form body, where the application has parsed it. */
  readonly body?: unknown
  /** Node's response, where the request came through Node's server. */
  readonly response?: NodeClosable | undefined
}

class FetchRequest<Native> implements ResourceRequest<Native> {
  readonly native: Native
  readonly body?: unknown
  readonly #request: WebRequest
  readonly #response: NodeClosable | undefined

  constructor(request: WebRequest, native: Native, { body, response }: WebMore) {
    this.#request = request
    this.#response = response
    this.native = native
    if (body !== undefined) this.body = body
  }

  get method(): string {
    return this.#request.method
  }

  get url(): string {
    const { pathname, search } = new URL(this.#request.url)
    return pathname + search
  }

  // `Headers` has already joined repeated lines with commas: bearer-token.ts refuses what comes of it.
  header(name: string): readonly string[] {
    const value = this.#request.headers.get(name)
    return value === null ? [] : [value]
  }

  readContent(limits: BodyLimits): Promise<Uint8Array | undefined> {
    return readWebContent(this.#request, limits)
  }

  whenClosed(act: () => void): void {
    if (this.#response !== undefined) whenDestroyed(this.#response, act)
    else if (this.#request.signal?.aborted === true) act()
    else this.#request.signal?.addEventListener('abort', act, { once: true })
  }
}

/** Shows a web `Request` (fetch handlers, Workers, Deno, Bun) as a `ResourceRequest`. */
export function webRequest<Request extends WebRequest>(request: Request, more?: WebMore): ResourceRequest<Request>
export function webRequest<Native>(request: WebRequest, more: WebMore & { readonly native: Native }): ResourceRequest<Native>
export function webRequest(request: WebRequest, more: WebMore & { readonly native?: unknown } = {}): ResourceRequest {
  return new FetchRequest(request, more.native ?? request, more)
}

function whenDestroyed(closable: NodeClosable | undefined, act: () => void): void {
  if (closable?.destroyed === true) act()
  else closable?.once('close', act)
}

/** Reads the content of a request made by `nodeRequest()` or `webRequest()`, so that it can be read again; see request-body.ts. */
export async function readContent(request: ResourceRequest, limits: BodyLimits): Promise<Uint8Array | undefined> {
  return request instanceof NodeRequest || request instanceof FetchRequest ? request.readContent(limits) : undefined
}
