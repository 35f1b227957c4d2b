/**
 * Objects of this cluster that want the same thing: the first keeps a private endpoint, the oldest sets
 * what is shared. Decides from the cluster alone; once there is an endpoint, its tag says whose it is.
 */
import type { PostgresPrivateEndpoint } from '../api/private-endpoint.ts'
import { formatId, idKey, lastName, parseId, sameId, sameText, type Id } from '../azure/id.ts'
import { parseTarget } from './target.ts'

const claims = new WeakMap<PostgresPrivateEndpoint, string>()

/** The endpoint's key; empty for what does not parse, or claims nothing. */
export function claimOf(object: PostgresPrivateEndpoint): string {
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
  return begun(a) === begun(b) ? isOlder(a, b) : begun(a)
}

function isOlder(a: PostgresPrivateEndpoint, b: PostgresPrivateEndpoint): boolean {
  const [x, y] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp]
  return x === y ? a.metadata.uid < b.metadata.uid : x < y
}

/** No zone takes longer; a note of one that never came counts no more. */
const zoneTakesMs = 10 * 60_000

/**
 * The object that has noted, before this one, that it makes a zone of this name elsewhere in the
 * subscription. Azure shows a zone a minute after it was asked for, and the process may be another by then.
 */
export function beginnerOf(
  object: PostgresPrivateEndpoint,
  all: Iterable<PostgresPrivateEndpoint>,
  zoneId: Id<'zone'>,
  nowMs: number,
): string | undefined {
  const mine = object.status?.memory?.zoneBegun
  const begunAt = mine && sameText(mine.id, formatId(zoneId)) ? mine.at : undefined
  for (const other of all) {
    const { metadata, status } = other
    const note = status?.memory?.zoneBegun
    if (note === undefined || metadata.uid === object.metadata.uid) continue
    const id = parseId('zone', note.id)
    const rivals =
      id?.subscriptionId === zoneId.subscriptionId &&
      sameText(lastName(id), lastName(zoneId)) &&
      !sameId(id, zoneId)
    if (!rivals || nowMs - Date.parse(note.at) > zoneTakesMs) continue
    const earlier =
      begunAt === undefined || note.at < begunAt || (note.at === begunAt && isOlder(other, object))
    if (earlier) return `${metadata.namespace}/${metadata.name}`
  }
  return undefined
}

/** The oldest other object that `wants` says something about, if it is older than this one. */
export function seniorOf(
  object: PostgresPrivateEndpoint,
  all: Iterable<PostgresPrivateEndpoint>,
  wants: (other: PostgresPrivateEndpoint) => boolean,
): string | undefined {
  let first: PostgresPrivateEndpoint | undefined
  for (const other of all) {
    if (other.metadata.uid === object.metadata.uid) continue
    if (other.metadata.deletionTimestamp !== undefined) continue
    if (other.spec.managementPolicy !== 'Manage') continue
    if (isOlder(other, first ?? object) && wants(other)) first = other
  }
  return first && `${first.metadata.namespace}/${first.metadata.name}`
}
