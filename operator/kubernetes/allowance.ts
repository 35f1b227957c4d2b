/** A token bucket: so many at once, then one every so often. Pure; the caller brings the time. */
export interface Allowance {
  /** Takes one, if there is one. */
  take(now: number): boolean
  /** Nothing was taken for so long that forgetting it changes nothing. */
  isFull(now: number): boolean
}

export function allowance(
  { burst, everyMs }: { readonly burst: number; readonly everyMs: number },
  begun: number,
): Allowance {
  let left = burst
  let countedAt = begun
  const count = (now: number): number => {
    left = Math.min(burst, left + (now - countedAt) / everyMs)
    countedAt = now
    return left
  }
  return {
    take: (now) => {
      if (count(now) < 1) return false
      left--
      return true
    },
    isFull: (now) => count(now) >= burst,
  }
}
