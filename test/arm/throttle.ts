/**
 * Throttling: ARM's token buckets and the providers' windows. Both run on real time, whatever the
 * simulated Azure's scale. It decides whether a request may pass and what its headers say.
 */
import { Refusal, gateway } from './answer.ts'
import type { SimulatedIdentity } from './simulator.ts'
import { windowsOf, type Limit } from './window.ts'

export const throttlings = ['off', 'arm', 'providers'] as const
export type Throttling = (typeof throttlings)[number]
export type OperationClass = 'reads' | 'writes' | 'deletes'

/** Documented since 2024: per subscription, principal and class. For all principals of a subscription: 15 times. */
const sizes = {
  reads: { burst: 250, perSecond: 25 },
  writes: { burst: 200, perSecond: 10 },
  deletes: { burst: 200, perSecond: 10 },
} as const satisfies Readonly<
  Record<OperationClass, { readonly burst: number; readonly perSecond: number }>
>
const globally = 15

export const classOf = (method: string): OperationClass => {
  if (method === 'GET' || method === 'HEAD') return 'reads'
  return method === 'DELETE' ? 'deletes' : 'writes'
}

/** Fills steadily up to its burst; each request takes one token. */
class Bucket {
  readonly #burst: number
  readonly #perSecond: number
  #tokens: number
  #at: number

  constructor(burst: number, perSecond: number, now: number) {
    this.#burst = burst
    this.#perSecond = perSecond
    this.#tokens = burst
    this.#at = now
  }

  /** Whole tokens at that time. */
  level(now: number): number {
    const filled = this.#tokens + (Math.max(0, now - this.#at) / 1000) * this.#perSecond
    this.#tokens = Math.min(this.#burst, filled)
    this.#at = Math.max(this.#at, now)
    return Math.floor(this.#tokens)
  }

  take(): void {
    this.#tokens = Math.max(0, this.#tokens - 1)
  }

  /** Whole seconds until there is a token. */
  waitSeconds(): number {
    return Math.max(1, Math.ceil((1 - this.#tokens) / this.#perSecond))
  }
}

interface Window {
  readonly startedAt: number
  used: number
}

export interface Asked {
  readonly method: string
  /** ARM type of the request. */
  readonly type: string
  readonly operation: string
  /** Undefined for what is above subscriptions. */
  readonly subscriptionId: string | undefined
  /** Of the resource, or of what is listed. */
  readonly scope: string
  readonly caller: SimulatedIdentity
}

export class Throttle {
  #mode: Throttling
  readonly #realNow: () => number
  readonly #buckets = new Map<string, Bucket>()
  readonly #windows = new Map<string, Window>()

  /** `realNow`: milliseconds since the epoch. */
  constructor(mode: Throttling, realNow: () => number) {
    this.#mode = mode
    this.#realNow = realNow
  }

  /** From now on, with all buckets and windows as at the start. */
  set(mode: Throttling): void {
    this.#mode = mode
    this.#buckets.clear()
    this.#windows.clear()
  }

  /** The headers of what may pass; a refusal otherwise. */
  pass(asked: Asked): Readonly<Record<string, string>> {
    const now = this.#realNow()
    const kind = classOf(asked.method)
    const { subscriptionId, caller } = asked
    const place = subscriptionId ?? `tenant ${caller.tenantId}`
    const { burst, perSecond } = sizes[kind]
    const own = this.#bucket(`${place} ${caller.objectId} ${kind}`, burst, perSecond, now)
    const all = this.#bucket(`${place} ${kind}`, burst * globally, perSecond * globally, now)
    const prefix = `x-ms-ratelimit-remaining-${subscriptionId === undefined ? 'tenant' : 'subscription'}`
    const empty = [own, all].find((bucket) => bucket.level(now) < 1)
    if (empty !== undefined && this.#mode !== 'off') {
      throw throttled(kind, asked, empty.waitSeconds(), { [`${prefix}-${kind}`]: '0' })
    }
    // A request that a provider refuses has passed ARM. Unthrottled, nothing is ever used up.
    if (this.#mode !== 'off') {
      own.take()
      all.take()
    }
    const resources = this.#passWindows(asked, now)
    return {
      [`${prefix}-${kind}`]: String(own.level(now)),
      [`${prefix}-global-${kind}`]: String(all.level(now)),
      ...(resources === undefined
        ? {}
        : { 'x-ms-ratelimit-remaining-subscription-resource-requests': String(resources) }),
    }
  }

  #bucket(key: string, burst: number, perSecond: number, now: number): Bucket {
    const bucket = this.#buckets.get(key) ?? new Bucket(burst, perSecond, now)
    this.#buckets.set(key, bucket)
    return bucket
  }

  /** The least that the windows of the request's provider have left; undefined where it has none. */
  #passWindows(asked: Asked, now: number): number | undefined {
    const limits = windowsOf(asked, classOf(asked.method))
    const open = limits.map((limit) => ({ ...limit, window: this.#window(limit, now) }))
    if (this.#mode === 'providers') {
      const full = open.find(({ limit, window }) => window.used >= limit)
      if (full !== undefined) throw windowFull(asked, full, full.window.startedAt, now)
      for (const { window } of open) window.used += 1
    }
    if (open.length === 0) return undefined
    return Math.max(0, Math.min(...open.map(({ limit, window }) => limit - window.used)))
  }

  #window({ key, seconds }: Limit, now: number): Window {
    const known = this.#windows.get(key)
    const window =
      known !== undefined && now < known.startedAt + seconds * 1000
        ? known
        : { startedAt: now, used: 0 }
    this.#windows.set(key, window)
    return window
  }
}

function windowFull(
  { type }: Asked,
  { limit, seconds }: Limit,
  startedAt: number,
  now: number,
): Refusal {
  const wait = Math.max(1, Math.ceil((startedAt + seconds * 1000 - now) / 1000))
  return new Refusal(
    429,
    {
      code: 'TooManyRequests',
      message: `The request was throttled: the limit of ${limit} requests in ${seconds} seconds has been reached for '${type}'. Please try again after '${wait}' seconds.`,
    },
    { 'retry-after': String(wait), 'x-ms-failure-cause': 'service' },
  )
}

/** Captured 2026-09. */
function throttled(
  kind: OperationClass,
  { subscriptionId, caller }: Asked,
  wait: number,
  headers: Readonly<Record<string, string>>,
): Refusal {
  const one = kind.slice(0, -1)
  const place =
    subscriptionId === undefined
      ? `tenant '${caller.tenantId}'`
      : `subscription '${subscriptionId}'`
  return new Refusal(
    429,
    {
      code:
        subscriptionId === undefined ? 'TenantRequestsThrottled' : 'SubscriptionRequestsThrottled',
      message: `Number of '${one}' requests for ${place} actor '${caller.objectId}' exceeded. Please try again after '${wait}' seconds.`,
    },
    { ...gateway, ...headers, 'retry-after': String(wait) },
  )
}
