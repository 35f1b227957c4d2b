/**
 * HTTP to the API server: one pool of connections for one set of credentials, a deadline on every
 * call, a fresh pool after a timeout or a broken connection (an old one may be a black hole).
 *
 * Guarantees: every failure is a `KubeError`; a GET is tried again on 429, 503 and a broken
 * connection, within its deadline; a write is sent at most once, but for a 401, which changed nothing.
 * Must never decide what an answer means for an object.
 */
import { type Dispatcher, request } from 'undici'
import { type Call, type Transport, urlOf } from './call.ts'
import type { CredentialSource } from './credentials.ts'
import { errorOf, KubeError, lineOf, silence } from './error.ts'
import { Pools } from './pool.ts'
import type { Time } from './port.ts'

export interface TransportSettings {
  readonly credentials: CredentialSource
  readonly time: Time
  /** [0, 1) */
  readonly random: () => number
  readonly userAgent: string
  /** ms until an answer must have begun; default 15 s. */
  readonly headersTimeoutMs?: number
  /** Told of each answer (status) and each failure (reason), for metrics. */
  readonly onAnswer?: (method: string, answer: number | string) => void
}

const defaultDeadlineMs = 15_000
const tries = 4
/** However long a server asks us to wait, a call ends with its deadline; one pause with this. */
const longestPauseMs = 10_000

export function createTransport(settings: TransportSettings): Transport {
  const pools = new Pools(settings.headersTimeoutMs ?? defaultDeadlineMs)
  const sender = new Sender(settings, pools)
  return {
    json: async <T>(call: Call): Promise<T> => decode<T>(await sender.text(call)),
    stream: (call) => sender.stream(call),
    recycle: () => pools.recycle(),
    close: () => pools.close(),
  }
}

function decode<T>(text: string): T {
  try {
    return JSON.parse(text) as T
  } catch (cause) {
    const message = 'the API server sent an answer that is not JSON'
    throw new KubeError({ reason: 'Undecodable', message, cause })
  }
}

/** One call on its way. Without a deadline: a stream. */
interface Effort {
  readonly call: Call
  readonly signal: AbortSignal | undefined
  readonly deadline?: AbortSignal
}

type Answer = Dispatcher.ResponseData & { readonly pool: Dispatcher }

class Sender {
  readonly #settings: TransportSettings
  readonly #pools: Pools

  constructor(settings: TransportSettings, pools: Pools) {
    this.#settings = settings
    this.#pools = pools
  }

  async text(call: Call): Promise<string> {
    const { time } = this.#settings
    const deadline = new AbortController()
    const cancel = time.timer(call.deadlineMs ?? defaultDeadlineMs, () => deadline.abort())
    const signal = call.signal ? AbortSignal.any([call.signal, deadline.signal]) : deadline.signal
    try {
      return await this.#repeat({ call, signal, deadline: deadline.signal })
    } finally {
      cancel()
    }
  }

  async stream(call: Call): Promise<AsyncIterable<Uint8Array>> {
    const effort = { call, signal: call.signal }
    const answer = await this.#authorized(effort)
    if (answer.statusCode < 300) return this.#chunks(answer, effort)
    throw await this.#refusal(answer, effort)
  }

  async #repeat(effort: Effort): Promise<string> {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await this.#authorized(effort)
        if (answer.statusCode < 300) return await this.#read(answer, effort)
        throw await this.#refusal(answer, effort)
      } catch (error) {
        const again = error instanceof KubeError && attempt < tries && passes(error)
        if (!again || (effort.call.method ?? 'GET') !== 'GET') throw error
        await this.#settings.time.sleep(this.#pauseMs(error, attempt), effort.signal)
        if (effort.signal?.aborted === true) throw error
      }
    }
  }

  #pauseMs(error: KubeError, attempt: number): number {
    const { random } = this.#settings
    if (error.reason === 'Unreachable') return attempt === 1 ? 0 : 200 * 2 ** attempt * random()
    const asked = error.retryAfterMs ?? 500 * 2 ** attempt
    return Math.min(asked * (1 + 0.25 * random()), longestPauseMs)
  }

  /** One request; once more with credentials read anew where the first were refused. */
  async #authorized(effort: Effort): Promise<Answer> {
    const answer = await this.#send(effort)
    if (answer.statusCode !== 401) return answer
    await this.#read(answer, effort)
    this.#settings.credentials.refused()
    return this.#send(effort)
  }

  async #send(effort: Effort): Promise<Answer> {
    const credentials = await this.#settings.credentials.current().catch(noCredentials)
    const pool = this.#pools.for(credentials)
    const { method = 'GET', body, contentType = 'application/json' } = effort.call
    try {
      const answer = await request(urlOf(credentials.server, effort.call), {
        method,
        headers: {
          accept: 'application/json',
          'user-agent': this.#settings.userAgent,
          ...(body !== undefined && { 'content-type': contentType }),
          ...credentials.headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        dispatcher: pool,
        ...(effort.signal && { signal: effort.signal }),
      })
      this.#settings.onAnswer?.(method, answer.statusCode)
      return Object.assign(answer, { pool })
    } catch (error) {
      throw this.#failure(error, pool, effort)
    }
  }

  async #read(answer: Answer, effort: Effort): Promise<string> {
    try {
      return await answer.body.text()
    } catch (error) {
      throw this.#failure(error, answer.pool, effort)
    }
  }

  async #refusal(answer: Answer, effort: Effort): Promise<KubeError> {
    const text = await this.#read(answer, effort)
    const header = answer.headers['retry-after']
    return errorOf(answer.statusCode, text, Array.isArray(header) ? header[0] : header)
  }

  async *#chunks(answer: Answer, effort: Effort): AsyncIterable<Uint8Array> {
    try {
      for await (const chunk of answer.body) yield chunk as Uint8Array
    } catch (error) {
      throw this.#failure(error, answer.pool, effort)
    }
  }

  /** Why there is no answer. A connection that broke or fell silent taints its pool. */
  #failure(cause: unknown, pool: Dispatcher, effort: Effort): KubeError {
    const made = silence(cause, `${effort.call.method ?? 'GET'} ${effort.call.path}`, effort)
    if (made.reason !== 'Stopped') this.#pools.recycle(pool)
    this.#settings.onAnswer?.(effort.call.method ?? 'GET', made.reason)
    return made
  }
}

/** Whether the same GET may do better in a moment. */
const passes = (error: KubeError): boolean =>
  error.code === 429 || error.code === 503 || error.reason === 'Unreachable'

const noCredentials = (cause: unknown): never => {
  if (cause instanceof KubeError) throw cause
  throw new KubeError({ reason: 'Credentials', message: lineOf(cause), cause })
}
