/**
 * What the core needs of the place where it runs: a digest, and one HTTP exchange that keeps its bounds.
 *
 * @module
 */

/** One request to the authorization server. */
export interface HttpRequest {
  readonly method: 'POST' | 'GET'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** A complete reply, its content decoded. */
export interface HttpReply {
  readonly status: number
  /** A response field; `undefined` when it is absent. */
  header(name: string): string | undefined
  readonly body: Uint8Array
}

/** An exchange that brought no usable reply. */
export interface HttpFailure {
  readonly failure: 'ENDPOINT_UNREACHABLE' | 'ENDPOINT_TIMEOUT' | 'RESPONSE_TOO_LARGE' | 'RESPONSE_NOT_CONFORM'
  /** True once a byte of the reply has been seen: such a request is not sent again. */
  readonly replied: boolean
  /** The system's name for it, such as `ECONNREFUSED`: never a message, which may hold anything. */
  readonly systemCode?: string
}

/** Bounds of one exchange. */
export interface ExchangeLimits {
  readonly deadline: Deadline
  /** Bytes, counted after decoding too. */
  readonly maxBytes: number
}

/** A client certificate with its key: PEM, or PKCS#12 as `pfx`. */
export type ClientCertificate =
  | { readonly cert: string | Uint8Array; readonly key: string | Uint8Array; readonly passphrase?: string }
  | { readonly pfx: Uint8Array; readonly passphrase?: string }

/** How connections are made. What a runtime cannot do is refused when options are read. */
export interface ConnectionSettings {
  /** Connections to one origin at most. */
  readonly maxConnections: number
  readonly connectTimeoutMs: number
  /** Texts of PEM certificates to trust in place of the runtime's own. */
  readonly ca?: readonly string[] | undefined
  /** URL of an HTTP proxy; `'system'`: what the environment says. */
  readonly proxy?: string | undefined
  readonly http2?: boolean
  readonly certificate?: ClientCertificate | undefined
}

/** Connections to one authorization server. Redirects are never followed. */
export interface Connection {
  exchange(request: HttpRequest, limits: ExchangeLimits): Promise<HttpReply | HttpFailure>
  close(): Promise<void>
}

/** The certificates of a store, in PEM, or what is wrong with it in constant words. */
export type TrustStore = { readonly certificates: readonly string[] } | { readonly fault: string }

/** The place where the core runs. */
export interface Runtime {
  /** SHA-256 of a text in base64url, at once where the platform can. */
  readonly sha256: (text: string) => string | Promise<string>
  /** The same with one character for each byte. */
  readonly sha256Binary: (text: string) => string | Promise<string>
  /**
   * Whether a request may wait for what another has begun, and what it begins goes on when it has ended. Not so on Workers: there a promise
   * of another request may never settle.
   */
  readonly joinsRequests: boolean
  /** Tells whether trust, proxies, HTTP/2 and client certificates are ours to choose here. */
  readonly configurable: boolean
  /** What is in a file; `undefined` when it cannot be read. Only where there are files. */
  readonly readFile?: (path: string) => Uint8Array | undefined
  /** Reads a PKCS#12 store of certificates. Only where connections are configurable. */
  readonly readTrustStore?: (pfx: Uint8Array, password: string) => TrustStore
  /** @throws {TypeError} naming the setting that cannot be used. */
  connect(settings: ConnectionSettings): Connection
}

/** A moment after which nobody waits any more. */
export class Deadline {
  #expired = false
  #whenExpired: (() => void) | undefined
  readonly #timer: ReturnType<typeof setTimeout>

  constructor(milliseconds: number) {
    this.#timer = setTimeout(() => {
      this.expire()
    }, milliseconds)
  }

  get expired(): boolean {
    return this.#expired
  }

  /** Sets what is to be done at that moment, in place of what was set before; done at once when it has passed. */
  whenExpired(act: () => void): void {
    this.#whenExpired = act
    if (this.#expired) act()
  }

  /** Lets it be that moment now. */
  expire(): void {
    this.clear()
    this.#expired = true
    this.#whenExpired?.()
  }

  clear(): void {
    clearTimeout(this.#timer)
  }
}

/** The `code` of a platform's error, or of what caused it, if it looks like one. */
export function systemCodeOf(error: unknown): { readonly systemCode?: string } {
  for (let cause = error, depth = 0; typeof cause === 'object' && cause !== null && depth < 5; depth++) {
    const { code } = cause as { readonly code?: unknown }
    if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,63}$/.test(code)) return { systemCode: code }
    cause = (cause as { readonly cause?: unknown }).cause
  }
  return {}
}

/** What is waited for, or `undefined` when it comes too late. */
export async function settleBefore<T extends object>(deadline: Deadline, awaited: T | Promise<T>): Promise<T | undefined> {
  if (!('then' in awaited)) return awaited
  const late = new Promise<undefined>((resolve) => {
    deadline.whenExpired(() => {
      resolve(undefined)
    })
  })
  return Promise.race([awaited, late])
}
