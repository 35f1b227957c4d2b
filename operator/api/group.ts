/** Names that are fixed with users: the API group, its annotations and labels. */

export const group = 'pgpe.dev'
export const version = 'v1alpha1'
export const apiVersion = `${group}/${version}` as const

export const annotations = {
  /** Any new value asks for a visit now; it comes back in `status.lastHandledReconcileAt`. */
  reconcileRequestedAt: 'pgpe.dev/reconcile-requested-at',
  /** Flux's spelling of the same, honoured too. */
  fluxReconcileRequestedAt: 'reconcile.fluxcd.io/requestedAt',
  /** A token: make a Rejected or Disconnected endpoint anew, once; it comes back in `status.lastHandledRecreate`. */
  recreate: 'pgpe.dev/recreate',
  /** A cluster id: with IfMatching, endpoints of that other cluster may be taken over. */
  adoptFrom: 'pgpe.dev/adopt-from',
  /** `true`: Reject and Delete don't wait for high availability to settle. */
  ignoreHa: 'pgpe.dev/ignore-ha',
} as const

export const labels = {
  /** Which of several operators in one cluster an object belongs to. */
  class: 'pgpe.dev/class',
  /** On inbox rows: the name of the inbox object that they belong to. */
  inbox: 'pgpe.dev/inbox',
} as const
