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
