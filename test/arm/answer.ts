/** What a handler answers, and how it says no. */

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON; absent: no body at all. */
  readonly body?: unknown
}

export interface Detail {
  readonly code: string
  readonly message: string
}

/** Why something failed, in ARM's words: the body of a refusal, or of a failed operation. */
export interface Failure extends Detail {
  readonly target?: string
  readonly details?: readonly Detail[]
}

/** Thrown by handlers; becomes the answer. */
export class Refusal extends Error {
  readonly status: number
  readonly failure: Failure
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, failure: Failure, headers: Readonly<Record<string, string>> = {}) {
    super(`${failure.code}: ${failure.message}`)
    this.status = status
    this.failure = failure
    this.headers = headers
  }

  answer(): Answer {
    return { status: this.status, headers: this.headers, body: { error: this.failure } }
  }
}

/** ARM itself, not a provider, answered. Recorded by Azure Service Operator 2.9. */
export const gateway = { 'x-ms-failure-cause': 'gateway' } as const
