/**
 * Connections to the API server: one pool for one set of credentials. An old one may lead into a
 * black hole, so it is given up at the first doubt. Must never look into an answer.
 */
import { Agent, type Dispatcher, ProxyAgent, Socks5ProxyAgent } from 'undici'
import type { Credentials } from './credentials.ts'

/**
 * The current pool. HTTP/1.1 on purpose: over HTTP/2 all calls share one connection, and one dead
 * flow stops them all.
 */
export class Pools {
  readonly #headersTimeoutMs: number
  #pool: Dispatcher | undefined
  #key = ''
  /** What the pool was last asked for: the same value means the same pool, without a look inside. */
  #known: Credentials | undefined
  readonly #old = new Set<Dispatcher>()

  constructor(headersTimeoutMs: number) {
    this.#headersTimeoutMs = headersTimeoutMs
  }

  for(credentials: Credentials): Dispatcher {
    if (this.#pool !== undefined && credentials === this.#known) return this.#pool
    const { server, tls, proxyUrl } = credentials
    this.#known = credentials
    const key = JSON.stringify([server, tls, proxyUrl], (_, value: unknown) =>
      Buffer.isBuffer(value) ? value.toString('base64') : value,
    )
    if (this.#pool === undefined || key !== this.#key) {
      this.recycle()
      this.#pool = this.#make(tls, proxyUrl)
      this.#key = key
    }
    return this.#pool
  }

  /** With a pool: only if that one is still in use, so that many failures make one new pool. */
  recycle(tainted: Dispatcher | undefined = this.#pool): void {
    const pool = this.#pool
    if (pool === undefined || pool !== tainted) return
    this.#pool = undefined
    this.#old.add(pool)
    const gone = (): boolean => this.#old.delete(pool)
    pool.close().then(gone, gone)
  }

  async close(): Promise<void> {
    this.recycle()
    await Promise.all([...this.#old].map((pool) => pool.destroy().catch(() => undefined)))
  }

  #make(tls: Credentials['tls'], proxyUrl: string | undefined): Dispatcher {
    const common = {
      headersTimeout: this.#headersTimeoutMs,
      // A watch may be silent for long; who reads it knows how long.
      bodyTimeout: 0,
      // The API server closes idle connections after 90 s; we do it first.
      keepAliveTimeout: 30_000,
      allowH2: false,
    }
    // 30 s as client-go: load balancers forget silent flows after 60.
    const connect = { timeout: 10_000, keepAlive: true, keepAliveInitialDelay: 30_000 }
    if (proxyUrl === undefined || proxyUrl === '') {
      return new Agent({ ...common, connect: { ...tls, ...connect } })
    }
    return proxyUrl.startsWith('socks')
      ? new Socks5ProxyAgent(proxyUrl, { ...common, requestTls: { ...tls, ...connect } })
      : new ProxyAgent({ ...common, uri: proxyUrl, requestTls: { ...tls, ...connect } })
  }
}
