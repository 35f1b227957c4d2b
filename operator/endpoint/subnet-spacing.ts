/**
 * How long a subnet is left alone between two writes of its endpoints. Azure may refuse the next one for
 * some seconds after it took one (AnotherOperationInProgress), does not say for how long, and has stopped
 * doing so in some places (terraform-provider-azurerm#26006): so it is learned, per subnet. Pure state;
 * time is brought in, ms.
 */
import type { ArmError } from '../azure/error.ts'

interface Learned {
  /** After a write that Azure took. */
  gapMs: number
  takenAt: number
  refusals: number
}

/** Azure's words for "not while something else is written there". */
const locks: readonly string[] = [
  'AnotherOperationInProgress',
  'RetryableError',
  'RetryableErrorDueToAnotherOperation',
  'ReferencedResourceNotProvisioned',
]
export const isLock = ({ code }: ArmError): boolean => locks.includes(code)

/** Between two tries while it is locked; longer once it lasts longer than any recorded lock. */
const probeMs = 500
const quickProbes = 20
const longestProbeMs = 60_000
const longestGapMs = 10_000
/** Part of a gap that proved long enough. */
const shorter = 0.9
const manySubnets = 1_000

export class SubnetSpacing {
  readonly #learned = new Map<string, Learned>()

  /** Azure took a write: how long to leave the subnet alone. */
  taken(subnet: string, now: number): number {
    const learned = this.#of(subnet)
    if (learned.refusals === 0) learned.gapMs *= shorter
    learned.refusals = 0
    learned.takenAt = now
    return learned.gapMs
  }

  /** Azure refused one: how long until the next try. */
  refused(subnet: string, now: number): number {
    const learned = this.#of(subnet)
    const waited = now - learned.takenAt
    if (waited < longestGapMs) learned.gapMs = Math.max(learned.gapMs, waited)
    const slow = Math.max(0, ++learned.refusals - quickProbes)
    return Math.min(probeMs * 2 ** slow, longestProbeMs)
  }

  #of(subnet: string): Learned {
    const known = this.#learned.get(subnet)
    if (known !== undefined) return known
    if (this.#learned.size >= manySubnets) this.#learned.clear()
    const learned = { gapMs: 0, takenAt: -Infinity, refusals: 0 }
    this.#learned.set(subnet, learned)
    return learned
  }
}
