/**
 * The limiter before the simulator's own throttle, on a clock that goes from event to event: objects that
 * want writes, ways there and back that take random time, other clients of the same bucket. No sockets.
 */
import { makeId, type IdKind } from '../../operator/azure/id.ts'
import type { Claim } from '../../operator/azure/fair-queue.ts'
import type { Pass } from '../../operator/azure/lane.ts'
import { Limiter, type Ask } from '../../operator/azure/limiter.ts'
import { remainingOf, windowsOf, type RequestClass } from '../../operator/azure/limits.ts'
import { routeOf } from '../../operator/azure/routes.ts'
import { Heap } from '../../operator/runtime/heap.ts'
import { Refusal } from '../arm/answer.ts'
import type { SimulatedIdentity } from '../arm/simulator.ts'
import { Throttle, type Asked, type Throttling } from '../arm/throttle.ts'

export const subscriptionId = '11111111-2222-3333-4444-555555555555'

export interface Wish extends Claim {
  readonly class?: RequestClass
  readonly kind?: IdKind & ('privateEndpoint' | 'zoneGroup' | 'zone' | 'connection')
  readonly identity?: string
  /** Its visits do not come when they are told. */
  readonly absent?: boolean
}

export interface Sent {
  readonly at: number
  readonly wish: Wish
  readonly refused: boolean
}

interface Event {
  readonly at: number
  readonly turn: number
  readonly run: () => void
  cancelled: boolean
}

export interface PacedOptions {
  readonly throttle?: Throttling
  readonly random: () => number
  /** ms there, ms back, ms from being told to asking: each up to so long. */
  readonly ways?: readonly [number, number, number]
}

export class PacedAzure {
  readonly sent: Sent[] = []
  readonly limiter: Limiter
  readonly throttle: Throttle
  readonly #random: () => number
  readonly #ways: readonly [number, number, number]
  readonly #events = new Heap<Event>((a, b) => a.at < b.at || (a.at === b.at && a.turn < b.turn))
  readonly #wishes = new Map<string, Wish>()
  #turn = 0
  /** How far the operator's monotonic clock is ahead of Azure's. */
  skew = 0
  at = 0
  /** Asked for and not let through. */
  held = 0

  constructor({ throttle = 'arm', random, ways = [50, 50, 20] }: PacedOptions) {
    this.#random = random
    this.#ways = ways
    this.throttle = new Throttle(throttle, () => this.at)
    this.limiter = this.operator()
  }

  /** Another process with an identity of that name. */
  operator(): Limiter {
    return new Limiter({
      now: () => this.at + this.skew,
      timer: (ms, then) => this.in(ms, then),
      onTurn: (who) => this.in(this.#random() * this.#ways[2], () => this.#visit(who)),
    })
  }

  in(ms: number, run: () => void): () => void {
    const event = { at: this.at + ms, turn: this.#turn++, run, cancelled: false }
    this.#events.push(event)
    return () => void (event.cancelled = true)
  }

  /** An object wants one write. */
  want(wish: Wish, limiter = this.limiter): void {
    this.#wishes.set(wish.who, wish)
    this.#ask(wish, limiter)
  }

  /** Nobody visits this object any more. */
  drop(who: string): void {
    this.#wishes.delete(who)
  }

  runTo(until: number): void {
    for (let next = this.#events.peek(); next !== undefined && next.at <= until;) {
      this.#events.pop()
      this.at = Math.max(this.at, next.at)
      if (!next.cancelled) next.run()
      next = this.#events.peek()
    }
    this.at = Math.max(this.at, until)
  }

  get refused(): number {
    return this.sent.filter(({ refused }) => refused).length
  }

  #visit(who: string): void {
    const wish = this.#wishes.get(who)
    if (wish !== undefined && wish.absent !== true) this.#ask(wish, this.limiter)
  }

  #ask(wish: Wish, limiter: Limiter): void {
    const { class: requestClass = 'write', kind = 'privateEndpoint', identity = 'operator' } = wish
    const name = wish.who.replaceAll(/[^a-z0-9]/gi, '-')
    const names = kind === 'zoneGroup' || kind === 'connection' ? [name, 'default'] : [name]
    const route = routeOf(makeId(kind, subscriptionId, 'rg', ...names))
    const ask: Ask = {
      subscriptionId,
      identity,
      class: requestClass,
      windows: windowsOf(route, requestClass),
      resource: route.path,
    }
    const turn = limiter.take(ask, this.at + this.skew, wish)
    if (turn.is === 'paced') {
      this.held++
      return
    }
    this.#wishes.delete(wish.who)
    const method = requestClass === 'read' ? 'GET' : requestClass === 'write' ? 'PUT' : 'DELETE'
    this.#send(limiter, turn.pass, wish, requestClass, {
      ...{ method, type: route.type, subscriptionId, scope: route.path },
      operation: requestClass === 'read' ? 'get' : 'put',
      caller: { objectId: identity, tenantId: 't' } as SimulatedIdentity,
    })
  }

  #send(limiter: Limiter, pass: Pass, wish: Wish, requestClass: RequestClass, asked: Asked): void {
    this.in(this.#random() * this.#ways[0], () => {
      const answer = this.request(asked)
      this.sent.push({ at: this.at, wish, refused: answer instanceof Refusal })
      this.in(this.#random() * this.#ways[1], () => {
        const now = this.at + this.skew
        if (answer instanceof Refusal) {
          const by = answer.headers['x-ms-failure-cause'] === 'service' ? 'windows' : 'bucket'
          const retryAfterMs = Number(answer.headers['retry-after']) * 1_000
          limiter.answered(pass, { throttled: { by, retryAfterMs } }, now)
          this.#wishes.set(wish.who, wish)
          this.#ask(wish, limiter)
        } else {
          limiter.answered(
            pass,
            remainingOf(requestClass, (header) => answer[header]),
            now,
          )
        }
      })
    })
  }

  /** A request as Azure's throttle sees it, from whomever. */
  request(asked: Asked): Readonly<Record<string, string>> | Refusal {
    try {
      return this.throttle.pass(asked)
    } catch (error) {
      if (error instanceof Refusal) return error
      throw error
    }
  }
}
