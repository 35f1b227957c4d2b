/**
 * Objects of this cluster that claim one private endpoint: the first keeps it. Decides from the cluster
 * alone, before there is an endpoint; then its tag says whose it is.
 */
import type { PostgresPrivateEndpoint } from '../api/private-endpoint.ts'
import { idKey } from '../azure/id.ts'
import { parseTarget } from './target.ts'

const claims = new WeakMap<PostgresPrivateEndpoint, string>()

/** The endpoint's key; empty for what does not parse, or claims nothing. */
function claimOf(object: PostgresPrivateEndpoint): string {
  const known = claims.get(object)
  if (known !== undefined) return known
  const parsed = parseTarget(object)
  const claim =
    parsed.is === 'target' && object.spec.managementPolicy === 'Manage'
      ? idKey(parsed.value.endpointId)
      : ''
  claims.set(object, claim)
  return claim
}

/** `namespace/name` of the object that came before this one, if any. */
export function rivalOf(
  object: PostgresPrivateEndpoint,
  all: Iterable<PostgresPrivateEndpoint>,
): string | undefined {
  const claim = claimOf(object)
  let first: PostgresPrivateEndpoint | undefined
  for (const other of all) {
    if (other.metadata.uid === object.metadata.uid || claimOf(other) !== claim) continue
    if (claim !== '' && before(other, first ?? object)) first = other
  }
  return first && `${first.metadata.namespace}/${first.metadata.name}`
}

/** Whoever has begun to make it; else the older; among twins the lower uid. */
function before(a: PostgresPrivateEndpoint, b: PostgresPrivateEndpoint): boolean {
  const begun = (object: PostgresPrivateEndpoint) => object.status?.privateEndpointId !== undefined
  if (begun(a) !== begun(b)) return begun(a)
  const [x, y] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp]
  return x === y ? a.metadata.uid < b.metadata.uid : x < y
}
