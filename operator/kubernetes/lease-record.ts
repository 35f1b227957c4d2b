/** The record in a Lease, as Kubernetes words it. Pure. */

export interface LeaseSpec {
  readonly holderIdentity?: string
  readonly leaseDurationSeconds?: number
  readonly acquireTime?: string
  readonly renewTime?: string
  readonly leaseTransitions?: number
}

export interface LeaseObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly namespace: string
    readonly name: string
    readonly resourceVersion?: string
  }
  readonly spec?: LeaseSpec
}

/** Six digits: the API server refuses the three of JavaScript. */
export const microTime = (at: Date): string => `${at.toISOString().slice(0, -1)}000Z`

/** Undefined: it was given back. */
export const heldBy = ({ spec }: LeaseObject): string | undefined =>
  spec?.holderIdentity === '' ? undefined : spec?.holderIdentity

/**
 * Whether it may be taken: absent from the beginning, given back, our own without our knowing, or not
 * renewed for long enough. One that vanished before our eyes may still have a holder, who will make
 * it again.
 */
export function isFree(
  record: LeaseObject | undefined,
  given: {
    readonly identity: string
    readonly leaseMs: number
    /** For how long, by our own clock, the record has been as it is. */
    readonly seenForMs: number
    /** Whether there was ever a record. */
    readonly everSeen: boolean
  },
): boolean {
  if (record === undefined && !given.everSeen) return true
  if (record !== undefined && [undefined, given.identity].includes(heldBy(record))) return true
  // Its holder's own promise, when it is longer than ours.
  const promisedMs = (record?.spec?.leaseDurationSeconds ?? 0) * 1000
  return given.seenForMs >= Math.max(promisedMs, given.leaseMs)
}

export function renewed(
  found: LeaseObject | undefined,
  given: {
    readonly identity: string
    readonly leaseMs: number
    readonly now: Date
    /** The holder changes. */
    readonly taking: boolean
  },
): LeaseSpec {
  const before = found?.spec ?? {}
  const now = microTime(given.now)
  const changes = given.taking && found !== undefined
  return {
    ...before,
    holderIdentity: given.identity,
    leaseDurationSeconds: Math.max(1, Math.ceil(given.leaseMs / 1000)),
    renewTime: now,
    acquireTime: given.taking ? now : (before.acquireTime ?? now),
    leaseTransitions: (before.leaseTransitions ?? 0) + (changes ? 1 : 0),
  }
}

export const released = (held: LeaseObject, now: Date): LeaseObject => ({
  ...held,
  spec: {
    ...held.spec,
    holderIdentity: '',
    leaseDurationSeconds: 1,
    renewTime: microTime(now),
  },
})
