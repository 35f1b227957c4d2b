/** Whom a change of one object concerns, besides itself. Pure. */
import type { PostgresPrivateEndpoint } from '../api/private-endpoint.ts'
import type { Store } from '../kubernetes/port.ts'
import { neighbours } from './indexes.ts'

/** Whether the server's name is left to others soon: the zone group goes. */
export const givesUpName = ({ metadata, spec }: PostgresPrivateEndpoint): boolean =>
  !spec.suspend &&
  spec.managementPolicy === 'Manage' &&
  (spec.dns.mode === 'None' ||
    (metadata.deletionTimestamp !== undefined && spec.deletionPolicy === 'Delete'))

/** What others may be waiting for. */
const waits: readonly string[] = ['DNSConflict', 'Conflicted']

/**
 * An object that leaves makes way for those that wait for its name, its record, or its settings: they
 * look now, not at their next rest, so that a name leads nowhere for a moment only.
 */
export function endpointsToWake(
  before: PostgresPrivateEndpoint | undefined,
  after: PostgresPrivateEndpoint | undefined,
  endpoints: Pick<Store<PostgresPrivateEndpoint>, 'by'>,
): readonly string[] {
  if (before === undefined) return []
  const leaves = after === undefined || (givesUpName(after) && !givesUpName(before))
  if (!leaves) return []
  return [...neighbours(endpoints, before)].flatMap(({ metadata, status }) => {
    const waiting = status?.conditions?.some(({ type }) => waits.includes(type)) ?? false
    const self = metadata.uid === before.metadata.uid
    return waiting && !self ? [`${metadata.namespace}/${metadata.name}`] : []
  })
}
