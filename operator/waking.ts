/**
 * Which visits a change asks for. Somebody's change of what is wanted goes first; the first list and
 * a status that changed by another hand can wait; our own writes ask for nothing of their own object.
 */
import type { Metadata } from './api/kubernetes.ts'
import type { KubernetesObject } from './kubernetes/port.ts'
import type { Change } from './kubernetes/store.ts'
import type { Lane } from './runtime/schedule.ts'

/** Undefined: no visit. */
export function laneOf<T extends KubernetesObject>(change: Change<T>): Lane | undefined {
  if (change.origin === 'first list') return 'routine'
  if (change.before === undefined || change.after === undefined) return 'user'
  if (change.origin === 'own write') return undefined
  return isWanted(change) ? 'user' : 'routine'
}

/** Whether the change is one of what is wanted: of the spec, the annotations, the labels, or of being there. */
export function isWanted<T extends KubernetesObject>({ before, after }: Change<T>): boolean {
  if (before === undefined || after === undefined) return true
  return wish(before.metadata) !== wish(after.metadata)
}

const wish = ({ uid, generation, annotations, labels, deletionTimestamp }: Metadata): string =>
  JSON.stringify([uid, generation, annotations, labels, deletionTimestamp])

export interface Waker {
  wake(key: string, lane?: Lane): void
}

/** For a kind that another process serves. */
export const nobody: Waker = { wake: () => undefined }

export function wake<T extends KubernetesObject>(waker: Waker, change: Change<T>): void {
  const lane = laneOf(change)
  if (lane !== undefined) waker.wake(change.key, lane)
}
