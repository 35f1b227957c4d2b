/**
 * `spec.connectionInfo`: what the ConfigMap says, and what is to be done to it. Whatever becomes of it
 * costs the endpoint nothing of its readiness. A ConfigMap that this object does not own is never
 * touched. Pure.
 */
import type { Condition } from '../api/kubernetes.ts'
import type { EndpointStatus } from '../api/private-endpoint.ts'
import type { ConfigMap, ConfigMapChange } from '../kubernetes/port.ts'
import { say } from './conditions.ts'
import type { Observation } from './observation.ts'

/** PostgreSQL's own; flexible servers listen on no other (their pooler, 6432, is a user's choice). */
const port = '5432'
/** The least that the servers accept by default; checking the name as well needs the client's roots. */
const sslmode = 'require'

export const wantedName = ({ object }: Observation): string | undefined =>
  object.spec.connectionInfo?.configMapName

const isOurs = ({ object: { metadata } }: Observation, { metadata: found }: ConfigMap): boolean =>
  found.ownerReferences?.some(({ uid }) => uid === metadata.uid) ?? false

/** Complete, or nothing: an endpoint that can't be used yet has nothing to tell. */
export function dataOf(
  seen: Observation,
  { connection, fqdns = [], privateIPAddresses = [], server }: EndpointStatus,
): Readonly<Record<string, string>> | undefined {
  const { azure } = seen
  const host = fqdns.find((name) => !name.includes('.privatelink.'))
  const [privateIP] = privateIPAddresses
  if (azure === undefined || connection?.state !== 'Approved') return undefined
  if (host === undefined || privateIP === undefined || server === undefined) return undefined
  const privateLinkFQDN = `${server}.${azure.dns.zoneName.name}`
  return { host, port, privateIP, privateLinkFQDN, sslmode }
}

/** @param status as it will stand; the name must have been noted by an earlier visit */
export function changesOf(seen: Observation, status: EndpointStatus): readonly ConfigMapChange[] {
  const { object, publication } = seen
  if (publication?.is !== 'seen') return []
  const { former, wanted } = publication
  if (former?.is === 'present' && isOurs(seen, former.value)) {
    return [{ do: 'remove', found: former.value }]
  }
  const name = wantedName(seen)
  const data = dataOf(seen, status)
  const noted = object.status?.memory?.configMapName === name
  if (name === undefined || data === undefined || !noted) return []
  if (wanted?.is === 'absent') return [{ do: 'create', owner: object, name, data }]
  if (wanted?.is !== 'present' || !isOurs(seen, wanted.value)) return []
  if (sorted(wanted.value.data) === sorted(data)) return []
  return [{ do: 'replace', found: wanted.value, data }]
}

const sorted = (data: ConfigMap['data'] = {}): string =>
  JSON.stringify(Object.entries(data).toSorted(([a], [b]) => (a < b ? -1 : 1)))

/** The name to note: a former one until its ConfigMap is gone, or was never ours. */
export function notedName(seen: Observation): string | undefined {
  const { object, publication } = seen
  const before = object.status?.memory?.configMapName
  if (object.metadata.deletionTimestamp !== undefined || publication?.is === 'off') return before
  if (publication === undefined) return undefined
  const { former } = publication
  const remains =
    former?.is === 'unreadable' || (former?.is === 'present' && isOurs(seen, former.value))
  return remains ? before : wantedName(seen)
}

/** Whether another visit is needed soon. */
export const isPending = (seen: Observation): boolean =>
  notedName(seen) !== seen.object.status?.memory?.configMapName

/** What keeps it from being published, for Ready's message; empty: nothing. */
export function publicationNote(seen: Observation): string {
  const { publication } = seen
  const name = wantedName(seen)
  if (name === undefined || publication === undefined) return ''
  if (publication.is === 'off') {
    return `ConfigMap ${name} is not written: spec.connectionInfo needs the operator's setting --connection-info.`
  }
  const { wanted, trouble } = publication
  if (wanted?.is === 'unreadable') return `ConfigMap ${name} cannot be read: ${wanted.message}.`
  if (isTaken(seen)) return `ConfigMap ${name} is not this object's and is left as it is.`
  return trouble === undefined ? '' : `ConfigMap ${name} could not be written: ${trouble}.`
}

function isTaken(seen: Observation): boolean {
  const { publication } = seen
  if (publication?.is !== 'seen' || publication.wanted?.is !== 'present') return false
  return !isOurs(seen, publication.wanted.value)
}

export const takenCondition = (seen: Observation): readonly Condition[] =>
  isTaken(seen) ? [say('Conflicted', 'True', 'ConfigMapTaken', publicationNote(seen))] : []
