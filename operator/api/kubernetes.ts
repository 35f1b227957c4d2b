/** The few Kubernetes shapes that every part of the operator needs. No client library here. */

export type Status = 'True' | 'False' | 'Unknown'

/** What a plan or a report says about one thing. */
export interface Condition<Type extends string = string> {
  readonly type: Type
  readonly status: Status
  /** One word of the catalogue, CamelCase, never empty. */
  readonly reason: string
  /** A sentence: names the thing, says what happens or what to do next. */
  readonly message: string
}

/** A condition as it is stored: with the moment and the generation it speaks about. */
export interface StoredCondition extends Condition {
  /** RFC 3339, whole seconds. */
  readonly lastTransitionTime: string
  readonly observedGeneration: number
}

export interface OwnerReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly controller?: boolean
  readonly blockOwnerDeletion?: boolean
}

export interface Metadata {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  /** Counts changes of the spec, from 1. */
  readonly generation: number
  readonly resourceVersion: string
  /** RFC 3339. */
  readonly creationTimestamp: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly finalizers?: readonly string[]
  readonly ownerReferences?: readonly OwnerReference[]
  /** Set once somebody asked for deletion; the object goes when its last finalizer does. */
  readonly deletionTimestamp?: string
}
