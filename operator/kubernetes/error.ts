/** What the API server refused, or why it could not be asked, as one class. Decides nothing. */

/**
 * Reasons of ours, for when no answer says one.
 * - `Unreachable`: no connection, or it broke before the answer was complete.
 * - `DeadlineExceeded`: no complete answer in time.
 * - `Undecodable`: an answer that is not what Kubernetes sends.
 * - `Credentials`: the kubeconfig, its files or its plugin gave none.
 * - `Stopped`: the caller took the call back.
 * - `NotLeading`: a write of a process that does not hold the lease; nothing was sent.
 */
export type OurReason =
  'Unreachable' | 'DeadlineExceeded' | 'Undecodable' | 'Credentials' | 'Stopped' | 'NotLeading'

/** The `details` of a Kubernetes Status, as far as we read them. */
export interface StatusDetails {
  readonly name?: string
  readonly kind?: string
  readonly retryAfterSeconds?: number
  readonly causes?: readonly {
    readonly reason?: string
    readonly message?: string
    readonly field?: string
  }[]
}

export class KubeError extends Error {
  /** HTTP status; undefined when there was no answer. */
  readonly code: number | undefined
  /** Kubernetes' own reason (`Conflict`, `NotFound`, …) or one of ours. */
  readonly reason: string
  readonly details: StatusDetails
  /** What the server asks us to wait, ms; undefined when it does not say. */
  readonly retryAfterMs: number | undefined

  constructor(given: {
    readonly code?: number
    readonly reason: string
    readonly message: string
    readonly details?: StatusDetails
    readonly retryAfterMs?: number | undefined
    readonly cause?: unknown
  }) {
    super(given.message, given.cause === undefined ? {} : { cause: given.cause })
    this.name = 'KubeError'
    this.code = given.code
    this.reason = given.reason
    this.details = given.details ?? {}
    this.retryAfterMs = given.retryAfterMs
  }
}

export const isKubeError = (error: unknown, code: number): error is KubeError =>
  error instanceof KubeError && error.code === code

/** `Retry-After` in whole seconds, as the API server sends it. Dates are not sent by it. */
const retryAfterMs = (header: string | undefined, details: StatusDetails): number | undefined => {
  const seconds = details.retryAfterSeconds ?? (header === undefined ? NaN : Number(header))
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined
}

/** An answer that is no success. The body is a Status, or whatever a proxy in between sent. */
export function errorOf(code: number, body: string, retryAfterHeader?: string): KubeError {
  const status = statusOf(body)
  const details = status?.details ?? {}
  return new KubeError({
    code,
    reason: status?.reason ?? (code === 401 ? 'Unauthorized' : `Http${code}`),
    message: status?.message ?? `the API server answered ${code}`,
    details,
    retryAfterMs: retryAfterMs(retryAfterHeader, details),
  })
}

interface Status {
  readonly kind?: string
  readonly message?: string
  readonly reason?: string
  readonly details?: StatusDetails
}

function statusOf(body: string): Status | undefined {
  try {
    const parsed: unknown = JSON.parse(body)
    return typeof parsed === 'object' && parsed !== null ? (parsed as Status) : undefined
  } catch {
    return undefined
  }
}

/** Why there was no answer to `what`. */
export function silence(
  cause: unknown,
  what: string,
  {
    signal,
    deadline,
  }: { readonly signal?: AbortSignal | undefined; readonly deadline?: AbortSignal },
): KubeError {
  const code = (cause as { readonly code?: unknown } | undefined)?.code
  if (deadline?.aborted === true || code === 'UND_ERR_HEADERS_TIMEOUT') {
    const message = `the API server did not answer ${what} in time`
    return new KubeError({ reason: 'DeadlineExceeded', message, cause })
  }
  if (signal?.aborted === true) {
    return new KubeError({ reason: 'Stopped', message: `${what} was called off`, cause })
  }
  const message = `the API server cannot be reached: ${lineOf(cause)}`
  return new KubeError({ reason: 'Unreachable', message, cause })
}

/** The first line of what an error says; of several, the first one's. */
export function lineOf(error: unknown): string {
  if (error instanceof AggregateError) return lineOf(error.errors[0])
  const text = error instanceof Error ? error.message || error.name : String(error)
  return text.split('\n')[0] ?? ''
}
