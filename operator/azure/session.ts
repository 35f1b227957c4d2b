/**
 * One identity's requests: token, pace, request, and what the answer teaches the pace. Never waits for a
 * bucket, never sends a write twice; a read that is answered 401 goes once more with a new
 * token.
 */
import type { Answer, Client, Clock } from './client.ts'
import type { ArmError } from './error.ts'
import type { Claim } from './fair-queue.ts'
import type { Pass } from './lane.ts'
import type { Ask, Limiter, Said } from './limiter.ts'
import { remainingOf, windowsOf, type RequestClass } from './limits.ts'
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
const keyOf = (ask: Ask): string => `${ask.subscriptionId.toLowerCase()} ${ask.class}`

/**
 * How much must be left in the bucket beyond a read: a list that was begun goes on, lists serve many, a look
 * before a write keeps that write's own token waiting, and whatever else is read serves one object.
 */
export type Urgency = 'page' | 'list' | 'look' | 'one'
const beyond: { readonly [U in Urgency]: number } = { page: 0, list: 20, look: 20, one: 60 }

export type Paced =
  | { readonly is: 'go'; readonly ask: Ask; readonly pass: Pass }
  | { readonly is: 'held'; readonly error: ArmError }

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

  async read(route: Route, urgency: Urgency = 'one'): Promise<Reply> {
    const turn = this.#take(this.#ask(route, 'read', beyond[urgency]))
    if (turn.is === 'held') return turn
    const first = await this.#send(turn, { method: 'GET', route })
    if (!this.#renews(first)) return first.reply
    // Once more with another token, which is a request like any other.
    const again = this.#take(this.#ask(route, 'read', beyond.page))
    if (again.is === 'held') return again
    return (await this.#send(again, { method: 'GET', route })).reply
  }

  /** Asks for the turn of one write, which keeps its place while it is held. */
  pace(route: Route, requestClass: 'write' | 'delete', claim?: Claim): Paced {
    return this.#take(this.#ask(route, requestClass), claim)
  }

  /** Gives back the turn of a write that was not sent. */
  unpace({ pass }: Paced & { readonly is: 'go' }): void {
    this.#parts.limiter.unsent(pass, this.#now())
  }

  /** Sends a write that `pace` let through, once. */
  async write(write: Write, turn: Paced & { readonly is: 'go' }): Promise<Reply> {
    const sent = await this.#send(turn, write)
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
    { ask, pass }: Paced & { readonly is: 'go' },
    request: Write | { readonly method: 'GET'; readonly route: Route },
  ): Promise<Sent> {
    const { client, identity, limiter, tokens } = this.#parts
    const answer = await tokens.token()
    if (answer.is === 'failed') {
      limiter.unsent(pass, this.#now())
      return { reply: { is: 'held', error: answer.error }, token: '' }
    }
    const reply = await client.send({ ...request, token: answer.token, identity })
    this.#learn(ask, pass, reply)
    return { reply, token: answer.token }
  }

  #learn(ask: Ask, pass: Pass, reply: Answer): void {
    const { limiter } = this.#parts
    if (reply.is === 'broken') {
      if (reply.sent) limiter.answered(pass, {}, this.#now())
      else limiter.unsent(pass, this.#now())
      return
    }
    const said = remainingOf(ask.class, (name) => reply.headers.get(name))
    if (reply.is === 'refusal' && reply.error.retry === 'throttle') {
      limiter.answered(pass, { throttled: throttledBy(reply) }, this.#now())
      this.#throttled.set(keyOf(ask), reply.error)
    } else {
      limiter.answered(pass, said, this.#now())
      if (reply.is === 'success') this.#throttled.delete(keyOf(ask))
    }
  }

  #ask(route: Route, requestClass: RequestClass, left = 0): Ask {
    return {
      subscriptionId: route.subscriptionId,
      identity: this.#parts.identity,
      class: requestClass,
      windows: windowsOf(route, requestClass),
      resource: route.path,
      beyond: left,
    }
  }

  #take(ask: Ask, claim?: Claim): Paced {
    const now = this.#now()
    const turn = this.#parts.limiter.take(ask, now, claim)
    switch (turn.is) {
      case 'go':
        return { is: 'go', ask, pass: turn.pass }
      case 'paced': {
        const message = `Paced below Azure's limit of ${ask.class}s.`
        const error = paced(turn.until - now, message, this.#throttled.get(keyOf(ask)))
        return { is: 'held', error }
      }
    }
  }

  #now(): number {
    return this.#parts.clock.monotonicMs()
  }
}

/** Whose limit it was: ARM's answers come from its gateway, a provider's from the service behind it. */
function throttledBy({
  error,
  headers,
}: Answer & { readonly is: 'refusal' }): NonNullable<Said['throttled']> {
  const service = headers.get('x-ms-failure-cause')?.toLowerCase() === 'service'
  const ofArm = /^(Subscription|Tenant)RequestsThrottled$/i.test(error.code)
  const by = ofArm || !service ? 'bucket' : 'windows'
  return { by, retryAfterMs: error.retryAfterMs }
}
