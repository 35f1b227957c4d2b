/**
 * One identity's requests: token, pace, request, and what the answer teaches the pace. Never waits for a
 * bucket, never sends a write twice; a read that is answered 401 goes once more with a new
 * token.
 */
import type { Answer, Client, Clock } from './client.ts'
import type { ArmError } from './error.ts'
import { remainingOf, type Bucket, type Limiter } from './limiter.ts'
import type { JsonObject } from './model.ts'
import type { Route } from './routes.ts'
import type { TokenSource } from './token.ts'

export type Reply = Answer | { readonly is: 'held'; readonly error: ArmError }

export interface SessionParts {
  readonly identity: string
  readonly tokens: TokenSource
  readonly limiter: Limiter
  readonly client: Client
  readonly clock: Clock
}

export interface Write {
  readonly method: 'PUT' | 'DELETE'
  readonly route: Route
  readonly body?: JsonObject
  readonly headers?: Readonly<Record<string, string>>
  /** Asked in the moment before the wire. */
  readonly mayLeave: () => boolean
}

interface Sent {
  readonly reply: Reply
  readonly token: string
}

/** Of one identity. */
const keyOf = (bucket: Bucket): string => `${bucket.subscriptionId.toLowerCase()} ${bucket.class}`

/** Refusals that another identity need not get. */
const notAllowed: readonly string[] = ['AuthorizationFailed', 'LinkedAuthorizationFailed']

/**
 * Held back by our own limiter, until `ms` from now.
 * @param after Azure's answer that paused it
 */
export const paced = (ms: number, message: string, after?: ArmError): ArmError => ({
  code: 'Paced',
  message,
  retry: 'throttle',
  retryAfterMs: Math.min(Math.max(Math.ceil(ms), 50), 3_600_000),
  ...(after === undefined ? {} : { after: { code: after.code, message: after.message } }),
})

export class Session {
  readonly #parts: SessionParts
  /** The latest answer that throttled a bucket; gone once one was let through. */
  readonly #throttled = new Map<string, ArmError>()

  constructor(parts: SessionParts) {
    this.#parts = parts
  }

  /** @param continuing the next page of a list */
  async read(route: Route, continuing = false): Promise<Reply> {
    const bucket = this.#bucket(route, 'read')
    const held = this.#take(bucket, continuing)
    if (held !== undefined) return { is: 'held', error: held }
    const first = await this.#send(bucket, { method: 'GET', route })
    if (!this.#renews(first)) return first.reply
    const again = await this.#send(bucket, { method: 'GET', route })
    return again.reply
  }

  /** Takes the token of one write; undefined when it may be sent. */
  pace(route: Route, requestClass: 'write' | 'delete'): ArmError | undefined {
    return this.#take(this.#bucket(route, requestClass), false)
  }

  /** Gives back the token of a write that was not sent. */
  unpace(route: Route, requestClass: 'write' | 'delete'): void {
    this.#parts.limiter.giveBack(this.#bucket(route, requestClass), this.#now())
  }

  /** Sends a write that `pace` let through, once. */
  async write(write: Write): Promise<Reply> {
    const bucket = this.#bucket(write.route, write.method === 'PUT' ? 'write' : 'delete')
    const sent = await this.#send(bucket, write)
    this.#renews(sent)
    return sent.reply
  }

  /** Whether another token will be used after this answer. */
  #renews({ reply, token }: Sent): boolean {
    if (reply.is !== 'refusal') return false
    if (reply.status === 401) return this.#parts.tokens.refused(token)
    return notAllowed.includes(reply.error.code) && this.#parts.tokens.doubted(token)
  }

  async #send(
    bucket: Bucket,
    request: Write | { readonly method: 'GET'; readonly route: Route },
  ): Promise<Sent> {
    const { client, identity, limiter, tokens } = this.#parts
    const answer = await tokens.token()
    if (answer.is === 'failed') {
      limiter.giveBack(bucket, this.#now())
      return { reply: { is: 'held', error: answer.error }, token: '' }
    }
    const reply = await client.send({ ...request, token: answer.token, identity })
    const now = this.#now()
    if (reply.is !== 'broken') {
      const left = remainingOf(bucket.class, (name) => reply.headers.get(name))
      if (left !== undefined) limiter.remaining(bucket, left, now)
    }
    if (reply.is === 'refusal' && reply.error.retry === 'throttle') {
      limiter.throttled(bucket, reply.error.retryAfterMs, now)
      this.#throttled.set(keyOf(bucket), reply.error)
    } else if (reply.is === 'success') this.#throttled.delete(keyOf(bucket))
    return { reply, token: answer.token }
  }

  #bucket(route: Route, requestClass: Bucket['class']): Bucket {
    return {
      subscriptionId: route.subscriptionId,
      identity: this.#parts.identity,
      class: requestClass,
    }
  }

  #take(bucket: Bucket, continuing: boolean): ArmError | undefined {
    const now = this.#now()
    const turn = this.#parts.limiter.take(bucket, now, continuing)
    switch (turn.is) {
      case 'go':
        return undefined
      case 'paced':
        return paced(
          turn.until - now,
          `Paced below Azure's limit of ${bucket.class}s.`,
          this.#throttled.get(keyOf(bucket)),
        )
    }
  }

  #now(): number {
    return this.#parts.clock.monotonicMs()
  }
}
