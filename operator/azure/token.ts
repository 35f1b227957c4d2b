/**
 * The token of one identity: fetched once for all who ask, renewed before it ends, fetched anew when
 * Azure refuses it. Every fetch starts from a fresh credential, so rotated secrets and federated tokens
 * are read each time. Must never log or return a token but to the sender.
 */
import type { Clock } from './client.ts'
import type { ArmError } from './error.ts'

export interface FetchedToken {
  readonly token: string
  /** Wall clock, ms since the epoch. */
  readonly expiresAt: number
  /** Whose it is; for comparison alone. */
  readonly principal?: string
}

export type TokenAnswer =
  | { readonly is: 'token'; readonly token: string }
  | { readonly is: 'failed'; readonly error: ArmError }

/** Asks the directory for a token; never rejects. */
export type FetchToken = () => Promise<
  | { readonly is: 'fetched'; readonly token: FetchedToken }
  | { readonly is: 'failed'; readonly error: ArmError }
>

/** Tells when the principal is another one than before. */
export function noting(fetch: FetchToken, onOther: () => void): FetchToken {
  let before: string | undefined
  return async () => {
    const answer = await fetch()
    if (answer.is === 'failed') return answer
    const { principal } = answer.token
    if (before !== undefined && before !== principal) onOther()
    before = principal
    return answer
  }
}

interface Held {
  readonly token: string
  /** Monotonic ms. */
  readonly fetchedAt: number
  readonly renewAt: number
  readonly endsAt: number
}

const minute = 60_000
/** Renewed so long before its end, or at half its life when that is shorter. */
const renewBefore = 5 * minute
/** A failure is shared for so long, by how soon another try can help. */
const failureMs = { fast: 3_000, throttle: 15_000, slow: 30_000, 'user-fix': 30_000 }
/** A refused token that is younger than this is not asked for again: the directory would repeat itself. */
const youngMs = 30_000
/** A token that may be somebody else's by now is asked for anew so rarely. */
const doubtMs = 2 * minute

export class TokenSource {
  readonly #fetch: FetchToken
  readonly #clock: Clock
  #held: Held | undefined
  #failed: { readonly error: ArmError; readonly until: number } | undefined
  #fetching: Promise<TokenAnswer> | undefined

  constructor(fetch: FetchToken, clock: Clock) {
    this.#fetch = fetch
    this.#clock = clock
  }

  /** A token that is valid for at least a little while. */
  async token(): Promise<TokenAnswer> {
    const now = this.#clock.monotonicMs()
    if (this.#held !== undefined && now < this.#held.renewAt) {
      return { is: 'token', token: this.#held.token }
    }
    if (this.#failed !== undefined && now < this.#failed.until)
      return this.#fallback(now, this.#failed.error)
    this.#fetching ??= this.#renew().finally(() => {
      this.#fetching = undefined
    })
    return this.#fetching
  }

  /** Azure answered 401 to this token. True when the next `token()` will be another one. */
  refused(token: string): boolean {
    if (this.#held === undefined || this.#held.token !== token) return this.#held !== undefined
    if (this.#clock.monotonicMs() - this.#held.fetchedAt < youngMs) return false
    this.#held = undefined
    return true
  }

  /**
   * Azure lets this token in but refuses what it asks: what it was read from may have been corrected
   * meanwhile. It serves on until there is another. True when the next `token()` asks for one.
   */
  doubted(token: string): boolean {
    const now = this.#clock.monotonicMs()
    if (this.#held?.token !== token || now - this.#held.fetchedAt < doubtMs) return false
    this.#held = { ...this.#held, renewAt: now }
    return true
  }

  async #renew(): Promise<TokenAnswer> {
    const answer = await this.#fetch()
    const now = this.#clock.monotonicMs()
    if (answer.is === 'failed') {
      const wait = Math.min(answer.error.retryAfterMs ?? failureMs[answer.error.retry], 5 * minute)
      this.#failed = { error: answer.error, until: now + wait }
      return this.#fallback(now, answer.error)
    }
    const life = Math.max(0, answer.token.expiresAt - this.#clock.now().getTime())
    const endsAt = now + life
    this.#failed = undefined
    this.#held = {
      token: answer.token.token,
      fetchedAt: now,
      renewAt: endsAt - Math.min(renewBefore, life / 2),
      endsAt,
    }
    return { is: 'token', token: answer.token.token }
  }

  /** While the old token lives, a directory that can't be reached is nobody's trouble. */
  #fallback(now: number, error: ArmError): TokenAnswer {
    if (this.#held !== undefined && now < this.#held.endsAt) {
      return { is: 'token', token: this.#held.token }
    }
    return { is: 'failed', error }
  }
}
