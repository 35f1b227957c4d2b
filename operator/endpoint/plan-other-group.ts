/** Zone groups that are not the spec's to keep: somebody else's (External), or unwanted ones (None). Pure. */
import { formatId, sameText } from '../azure/id.ts'
import type { PrivateEndpoint } from '../azure/model.ts'
import type { AzureSeen, DnsSeen, Observation } from './observation.ts'
import { isApproved, isLost } from './plan-connection.ts'
import { removeGroup } from './plan-zone-group.ts'
import { addressesOf, heldByGroup, holds } from './record.ts'
import { done, unmet, unread, type Step } from './step.ts'

/** dns.mode External: somebody else makes the group. */
export function externalGroup(azure: AzureSeen, endpoint: PrivateEndpoint): Step {
  const { zoneGroups } = azure.dns
  if (isLost(endpoint) || zoneGroups.is === 'unasked') return done
  if (zoneGroups.is === 'unreadable') return unread(zoneGroups.error)
  const [group] = zoneGroups.is === 'present' ? zoneGroups.value : []
  if (group === undefined) {
    return unmet('WaitingForZoneGroup', `${endpoint.name} has no zone group yet.`)
  }
  if (group.provisioningState !== 'Succeeded') {
    return unmet('WaitingForZoneGroup', `Zone group ${group.name} is ${group.provisioningState}.`)
  }
  if (!isApproved(endpoint)) return done
  const addresses = addressesOf(azure, endpoint)
  if (addresses.length === 0) return unmet('WaitingForAddress')
  const held = heldByGroup(group)
  if (holds(held, addresses)) return done
  return unmet(
    'WaitingForRecord',
    `Zone group ${group.name} has recorded ${held.join(', ') || 'nothing'} instead of ${addresses.join(', ')}.`,
  )
}

/** dns.mode None: a group that we made before goes; anybody else's stays. */
export function unwantedGroup(
  seen: Observation,
  { zoneGroups }: DnsSeen,
  endpoint: PrivateEndpoint,
): Step {
  const before = seen.object.status?.dns?.zoneGroupId
  if (before === undefined || zoneGroups.is !== 'present') return done
  const group = zoneGroups.value.find(({ id }) => sameText(formatId(id), before))
  return group ? removeGroup(seen, endpoint, group, 'spec.dns.mode is None') : done
}
