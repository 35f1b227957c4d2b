/**
 * What an ARM error asks of us. The table (verdict.ts) gives every code we have met its retry class
 * and the reason why; this file holds only the shapes.
 */

/**
 * How soon to try again. No class ever stops trying.
 * - `fast`: nobody needs to act; seconds, growing to a minute.
 * - `throttle`: when Azure says so; that bucket alone.
 * - `slow`: somebody other than the author of the spec must act; minutes, growing to an hour.
 * - `user-fix`: the spec must change; at once on a change of spec, else hourly in case Azure was wrong.
 */
export type RetryClass = 'fast' | 'throttle' | 'slow' | 'user-fix'

/** An answer that is not a success, or the lack of one, in Azure's own words. */
export interface ArmError {
  /** ARM's own code, of the innermost detail that the table knows; or one of ours: see `OurCode`. */
  readonly code: string
  /** HTTP status; absent when no answer came. */
  readonly status?: number
  /** One sentence, Azure's own where there is one; control characters removed, bounded. */
  readonly message: string
  readonly retry: RetryClass
  /** From `Retry-After`, or until when pacing holds us back; clamped to [1 s, 1 h]. */
  readonly retryAfterMs?: number
  /** Of `Paced`: Azure's answer to an earlier request, by which this one waits. */
  readonly after?: Pick<ArmError, 'code' | 'message'>
  /** `x-ms-correlation-request-id` of the answer. */
  readonly correlationId?: string
}

/**
 * Codes for what no ARM answer says.
 * - `Unreachable`: no connection, or it broke before an answer.
 * - `DeadlineExceeded`: no complete answer in time.
 * - `Undecodable`: an answer that is not what ARM sends (HTML, truncated, wrong types).
 * - `Paced`: our own limiter holds the request back until `retryAfterMs`.
 * - `Incomplete`: a list that could not be read to its end.
 * - `NotYetVisible`: our own write is so young that absence proves nothing.
 * - `CredentialsUnavailable`: no token could be had.
 * - `LeaseLost`: this process no longer leads; nothing was sent.
 * - `UnsafeUrl`: an address that is not the one rebuilt from typed parts; nothing was sent.
 */
export type OurCode =
  | 'Unreachable'
  | 'DeadlineExceeded'
  | 'Undecodable'
  | 'Paced'
  | 'Incomplete'
  | 'NotYetVisible'
  | 'CredentialsUnavailable'
  | 'LeaseLost'
  | 'UnsafeUrl'
