/**
 * Identities that nobody names any more. A namespace may be deleted and made again by somebody else:
 * with its last object go the token and the credential that were read there. Knows
 * objects only by their names.
 */
import type { Metadata } from './api/kubernetes.ts'
import type { IdentityRef } from './azure/port.ts'
import type { Index } from './kubernetes/port.ts'
import type { Change } from './kubernetes/store.ts'

/** An object that may name an identity of its namespace. */
export interface Naming {
  readonly metadata: Metadata
  readonly spec: {
    readonly identityRef?: { readonly kind: 'Secret' | 'ServiceAccount'; readonly name: string }
  }
}

const named = ({ metadata, spec }: Naming): string | undefined =>
  spec.identityRef && `${spec.identityRef.kind} ${metadata.namespace}/${spec.identityRef.name}`

/** What is kept of one kind, and what tells of its changes. */
export interface NamingCache<T extends Naming> {
  by(index: Index<T>, key: string): Iterable<T>
  listen(listener: (change: Change<T>) => void): void
}

/** Another kind that still names the identity has it read anew. */
export function forgetUnnamed<T extends Naming>(
  cache: NamingCache<T>,
  azure: { forget(identity: IdentityRef): void },
): void {
  const byIdentity: Index<T> = {
    keysOf: (object) => {
      const identity = named(object)
      return identity === undefined ? [] : [identity]
    },
  }
  /** An object of that name went in the change before: one that comes now is another. */
  let wentAs: string | undefined
  cache.listen(({ key, before, after }) => {
    const follows = before === undefined && wentAs === key
    wentAs = after === undefined ? key : undefined
    const object = follows ? after : before
    if (object?.spec.identityRef === undefined) return
    const identity = named(object)
    if (!follows && after !== undefined && named(after) === identity) return
    if (!follows && identity !== undefined && [...cache.by(byIdentity, identity)].length > 0) return
    azure.forget({ ...object.spec.identityRef, namespace: object.metadata.namespace })
  })
}
