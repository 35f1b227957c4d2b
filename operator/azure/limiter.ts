/**
 * Keeps our requests below ARM's token buckets: one bucket for each subscription, identity and class.
 * Answers `go` or when to come back; never waits, holds no timer. Time is brought in, monotonic ms.
 *
 * Guarantees: no bucket affects another; after a 429 nothing leaves before `Retry-After`.
 * Caveat: ARM counts each region and provider by itself; we count the subscription, which is stricter.
 */

export type RequestClass = 'read' | 'write' | 'delete'

export interface Bucket {
  readonly subscriptionId: string
  /** Whose requests: buckets of different identities are Azure's own concern. */
  readonly identity: string
  readonly class: RequestClass
}

export type Turn = { readonly is: 'go' } | { readonly is: 'paced'; readonly until: number }

interface Rate {
  readonly burst: number
  /** Tokens a second. */
  readonly refill: number
}

/** ARM's documented token buckets (request-limits-and-throttling, 2024 and later). */
const rates: { readonly [C in RequestClass]: Rate } = {
  read: { burst: 250, refill: 25 },
  write: { burst: 200, refill: 10 },
  delete: { burst: 200, refill: 10 },
}

interface Level {
  tokens: number
  /** When `tokens` was true; in the future while a 429 pauses the bucket. */
  at: number
  /** The last moment promised to somebody who had to wait. */
  promised: number
}

/** Those who wait are spread over at most this long; beyond it they share moments. */
const horizonMs = 60_000
/** A 429 without a usable `Retry-After`; recorded ones ask for 6 to 17 s. */
const unsaidPauseMs = 10_000
/** Full buckets are forgotten beyond this number. */
const manyBuckets = 1_000

export class Limiter {
  readonly #levels = new Map<string, Level>()

  /**
   * Takes a token for one request.
   * @param continuing the next page of a list that was begun: it may overdraw the bucket, as a list
   *   that breaks off half-way would have cost its pages for nothing. A pause holds it back as well.
   */
  take(bucket: Bucket, now: number, continuing = false): Turn {
    const { refill } = rates[bucket.class]
    const level = this.#level(bucket, now)
    if (level.at <= now && (continuing || level.tokens >= 1)) {
      level.tokens -= 1
      return { is: 'go' }
    }
    const missing = Math.max(0, 1 - level.tokens)
    const earliest = Math.max(level.at, now) + (missing / refill) * 1_000
    const next = Math.max(earliest, level.promised + 1_000 / refill)
    level.promised = next > earliest + horizonMs ? earliest : next
    return { is: 'paced', until: level.promised }
  }

  /** Gives back the token of a request that was not sent after all. */
  giveBack(bucket: Bucket, now: number): void {
    const level = this.#level(bucket, now)
    level.tokens = Math.min(level.tokens + 1, rates[bucket.class].burst)
  }

  /** What an answer's `x-ms-ratelimit-remaining-*` header says: others may share the bucket. */
  remaining(bucket: Bucket, left: number, now: number): void {
    if (!Number.isFinite(left)) return
    const level = this.#level(bucket, now)
    level.tokens = Math.min(level.tokens, Math.max(left, 0))
  }

  /** Azure throttled a request of the bucket: it stays empty until then. */
  throttled(bucket: Bucket, retryAfterMs: number | undefined, now: number): void {
    const level = this.#level(bucket, now)
    level.at = Math.max(level.at, now + (retryAfterMs ?? unsaidPauseMs))
    level.tokens = 0
  }

  /** How many buckets are remembered; for tests and metrics. */
  get size(): number {
    return this.#levels.size
  }

  #level(bucket: Bucket, now: number): Level {
    const key = `${bucket.subscriptionId.toLowerCase()} ${bucket.class} ${bucket.identity}`
    const { burst, refill } = rates[bucket.class]
    const known = this.#levels.get(key)
    if (known !== undefined) {
      const passed = Math.max(0, now - known.at)
      known.tokens = Math.min(burst, known.tokens + (passed / 1_000) * refill)
      known.at = Math.max(known.at, now)
      return known
    }
    if (this.#levels.size >= manyBuckets) this.#forgetFull(now)
    const level = { tokens: burst, at: now, promised: now }
    this.#levels.set(key, level)
    return level
  }

  #forgetFull(now: number): void {
    const refilledMs = 10_000 + (rates.write.burst / rates.write.refill) * 1_000
    for (const [key, level] of this.#levels) {
      if (now - level.at > refilledMs && level.tokens >= 0) this.#levels.delete(key)
    }
  }
}

const headersOf: { readonly [C in RequestClass]: string } = {
  read: 'reads',
  write: 'writes',
  delete: 'deletes',
}

/** The least that the answer's headers leave to this class; undefined where they say nothing. */
export function remainingOf(
  requestClass: RequestClass,
  header: (name: string) => string | undefined,
): number | undefined {
  const kind = headersOf[requestClass]
  const left = [
    `x-ms-ratelimit-remaining-subscription-${kind}`,
    `x-ms-ratelimit-remaining-subscription-global-${kind}`,
  ]
    .map((name) => header(name)?.trim() ?? '')
    .filter((value) => /^\d{1,9}$/.test(value))
    .map(Number)
  return left.length === 0 ? undefined : Math.min(...left)
}
