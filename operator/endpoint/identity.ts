/** Who an object is to Azure: the identity that acts for it, and the tags that mark what it made. */
import { createHash } from 'node:crypto'
import type { PostgresPrivateEndpoint } from '../api/private-endpoint.ts'
import type { IdentityRef } from '../azure/port.ts'
import type { Owner } from './tags.ts'

export function identityOf({ metadata, spec }: PostgresPrivateEndpoint): IdentityRef {
  const { namespace, deletionTimestamp } = metadata
  if (spec.identityRef === undefined) return { kind: 'operator', namespace }
  const identity = { ...spec.identityRef, namespace }
  return deletionTimestamp === undefined ? identity : { ...identity, leaving: true }
}

/** ARM's limit for a tag's value. */
const longestTag = 256

export function makerOf(clusterId: string, { metadata }: PostgresPrivateEndpoint): Owner {
  const name = `${metadata.namespace}/${metadata.name}`
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 32)
  const object =
    name.length <= longestTag ? name : `${name.slice(0, longestTag - digest.length - 1)}#${digest}`
  return { clusterId, owner: `${clusterId}.${metadata.uid}`, object }
}
