/**
 * Time, as the rest of the operator is given it: the wall clock for what people read, the monotonic
 * clock for what is measured, and timers. The only file that sets timers; must never decide anything.
 */
export interface Clock {
  /** The wall clock. May jump; never subtract two of its times to learn a duration. */
  now(): Date
  /** Milliseconds from some fixed moment; never goes back. */
  monotonic(): number
  /** Resolves after `ms`, or as soon as the signal aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Calls back once after `ms`, unless the function that it answers with is called before. */
  timer(ms: number, then: () => void): () => void
}

/** Node's timers hold 31 bits; a longer one would fire at once. */
const longestTimerMs = 2 ** 31 - 1

function timer(ms: number, then: () => void): () => void {
  const dueAt = performance.now() + ms
  const arm = (): NodeJS.Timeout =>
    setTimeout(
      () => {
        if (performance.now() + 1 < dueAt && ms > longestTimerMs) handle = arm()
        else then()
      },
      Math.min(Math.max(dueAt - performance.now(), 0), longestTimerMs),
    )
  let handle = arm()
  return () => clearTimeout(handle)
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve()
    const wake = (): void => {
      cancel()
      signal?.removeEventListener('abort', wake)
      resolve()
    }
    const cancel = timer(ms, wake)
    signal?.addEventListener('abort', wake, { once: true })
  })
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  sleep,
  timer,
}
