/** Who an object is: the identity that acts for it, the tags on what it made, its name in queues. */
import { createHash } from 'node:crypto'
import { kind, type PostgresPrivateEndpoint } from '../api/private-endpoint.ts'
import type { Claim, Rank } from '../azure/fair-queue.ts'
import type { IdentityRef } from '../azure/port.ts'
import type { Owner } from './tags.ts'

export function identityOf({ metadata, spec }: PostgresPrivateEndpoint): IdentityRef {
  const { namespace, deletionTimestamp } = metadata
  if (spec.identityRef === undefined) return { kind: 'operator', namespace }
  const identity = { ...spec.identityRef, namespace }
  return deletionTimestamp === undefined ? identity : { ...identity, leaving: true }
}

/** As whom it waits for its turn. */
export const whoOf = (key: string): string => `${kind} ${key}`

export const claimOf = (
  key: string,
  { metadata }: PostgresPrivateEndpoint,
  rank: Rank = 'user',
): Claim => ({ who: whoOf(key), namespace: metadata.namespace ?? '', rank })

/** ARM's limit for a tag's value. */
const longestTag = 256

export function makerOf(clusterId: string, { metadata }: PostgresPrivateEndpoint): Owner {
  const name = `${metadata.namespace}/${metadata.name}`
  const object = name.length <= longestTag ? name : shortened(name)
  return { clusterId, owner: `${clusterId}.${metadata.uid}`, object }
}

function shortened(name: string): string {
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 32)
  return `${name.slice(0, longestTag - digest.length - 1)}#${digest}`
}
