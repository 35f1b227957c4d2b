/** Two endpoints to one server in one zone: the record is whose it was. Found before it is written over. Pure. */
import { lacksPermission } from '../azure/reasons.ts'
import { formatId } from '../azure/id.ts'
import type { PrivateEndpoint } from '../azure/model.ts'
import { say } from './conditions.ts'
import type { AzureSeen, Observation } from './observation.ts'
import { addressesOf, creatorOf, originOf, recordOf } from './record.ts'
import { unmet, unread, type Step } from './step.ts'
import type { Target } from './target.ts'

/** Undefined: the record may be written. A conflict stops the zone group only; the endpoint goes on. */
export function conflictOf(
  seen: Observation,
  azure: AzureSeen,
  target: Target,
  endpoint: PrivateEndpoint,
): Step | undefined {
  const { records } = azure.dns
  if (records.is === 'unreadable' && !lacksPermission(records.error)) return unread(records.error)
  const found = recordOf(azure.dns, target)
  if (found === undefined) return undefined
  const name = `${found.name}.${azure.dns.zoneName.name}`
  const conflict = (
    reason: 'RecordOfOtherEndpoint' | 'RecordOfUnknownOrigin',
    message: string,
  ) => ({
    ...unmet('DNSConflict', message),
    abnormal: [say('DNSConflict', 'True', reason, message)],
  })
  switch (originOf(seen, azure.dns, endpoint, found, addressesOf(azure, endpoint))) {
    case 'free':
      return undefined
    case 'unmarked':
      return conflict(
        'RecordOfUnknownOrigin',
        `Record ${name} holds ${found.ipAddresses.join(', ')}, and no private endpoint made it.`,
      )
    case 'other': {
      if (azure.dns.creator.is === 'unreadable') return unread(azure.dns.creator.error)
      const by = creatorOf(found)
      const living = azure.dns.creator.is === 'present' ? azure.dns.creator.value : undefined
      const owner = living ? formatId(living.id) : (by?.endpointName ?? '')
      const whose = `Record ${name} belongs to private endpoint ${owner} (GUID ${by?.resourceGuid ?? ''})`
      if (azure.dns.creatorFate !== 'leaving') return conflict('RecordOfOtherEndpoint', `${whose}.`)
      // It passes by itself, within seconds.
      const { abnormal } = conflict('RecordOfOtherEndpoint', `${whose}.`)
      return { ...unmet('WaitingForRecord', `${whose}, which gives it up now.`), abnormal }
    }
  }
}
