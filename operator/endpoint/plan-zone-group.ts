/**
 * The zone group, by which Azure writes the server's record, and the record itself. Written as soon as
 * the endpoint is provisioned, whatever the connection's state, and never over another endpoint's
 * record. A group of another zone or name is removed first: Azure changes neither in place. Pure.
 */
import { zoneGroupBody } from '../azure/bodies.ts'
import { formatId, lastName, sameId, sameText, type Id } from '../azure/id.ts'
import type { PrivateEndpoint, ZoneGroup } from '../azure/model.ts'
import type { AzureSeen, Observation } from './observation.ts'
import { parentGuard } from './ownership.ts'
import { conflictOf } from './plan-conflict.ts'
import { isApproved, isLost } from './plan-connection.ts'
import { addressesOf, heldByGroup, holds, recordOf } from './record.ts'
import { attempt, noticed, settled } from './attempt.ts'
import { done, join, unmet, unread, type Step } from './step.ts'
import type { Difference } from './tags.ts'
import type { Target } from './target.ts'

/** Where status.drift names the group. */
const groupPath = 'dns.zoneGroup'

const running = (state: string): boolean => !['Succeeded', 'Failed', 'Canceled'].includes(state)

export function zoneGroup(
  seen: Observation,
  azure: AzureSeen,
  target: Target,
  endpoint: PrivateEndpoint,
  zoneId: Id<'zone'>,
): Step {
  const groups = azure.dns.zoneGroups
  if (isLost(endpoint) || groups.is === 'unasked' || groups.is === 'recorded') return done
  const waiting = unmet('PreparingDNS', `The zone group of ${endpoint.name} is being made.`)
  if (groups.is === 'written') return waiting
  if (groups.is === 'unreadable') return unread(groups.error, waiting)
  const all = groups.is === 'present' ? groups.value : []
  const group = all.find(({ id }) => sameId(id, target.zoneGroupId))
  const [other] = all.filter((one) => one !== group)

  const conflict = conflictOf(seen, azure, target, endpoint)
  if (conflict !== undefined) return conflict
  if (group === undefined && other !== undefined) {
    return replaceOther(seen, azure, target, endpoint, zoneId, other)
  }
  const first = group === undefined
  const write = (differs?: Difference) => writeGroup(seen, target, endpoint, zoneId, first, differs)
  if (group === undefined) return write()
  if (running(group.provisioningState)) {
    const still = seen.object.status?.drift?.filter(({ path }) => path === groupPath) ?? []
    const message = `The zone group is ${group.provisioningState}.`
    return join(unmet('PreparingDNS', message), noticed(seen, still))
  }
  if (!leadsTo(group, zoneId, seen.object.spec.dns.configName)) {
    return removeGroup(seen, endpoint, group, 'it leads to another zone')
  }
  if (group.provisioningState !== 'Succeeded') return write()
  return record(seen, azure, target, endpoint, group, write)
}

/** By one of its configurations; of that name, where one is given. */
export const leadsTo = (group: ZoneGroup, zoneId: Id<'zone'>, configName?: string): boolean =>
  group.configs.some(
    (config) =>
      sameText(config.zoneId, formatId(zoneId)) &&
      (configName === undefined || sameText(config.name, configName)),
  )

/** @param first there is none yet: nothing that exists is written over */
function writeGroup(
  seen: Observation,
  target: Target,
  endpoint: PrivateEndpoint,
  zoneId: Id<'zone'>,
  first: boolean,
  differs: Difference = { path: groupPath, desired: formatId(zoneId) },
): Step {
  const { zoneGroupName, configName } = seen.object.spec.dns
  const zone = formatId(zoneId)
  return attempt(seen, {
    deed: {
      name: 'WriteZoneGroup',
      action: {
        do: 'put',
        id: target.zoneGroupId,
        body: zoneGroupBody(zoneGroupName, [{ name: configName, zoneId: zone }]),
        guard: parentGuard(seen, endpoint, first),
        cause: settled(seen) ? 'drift' : 'user',
      },
    },
    reason: 'PreparingDNS',
    // Said before and after Azure has accepted it: nothing else has changed for anybody.
    message: `The zone group of ${endpoint.name} is being made.`,
    differences: [differs],
    essential: true,
  })
}

export function removeGroup(
  seen: Observation,
  endpoint: PrivateEndpoint,
  group: ZoneGroup,
  because: string,
): Step {
  if (group.provisioningState === 'Deleting') {
    return unmet('PreparingDNS', `Zone group ${group.name} is being removed.`)
  }
  return attempt(seen, {
    deed: {
      name: 'RemoveZoneGroup',
      action: { do: 'delete', id: group.id, guard: parentGuard(seen, endpoint), cause: 'user' },
    },
    reason: 'PreparingDNS',
    message: `Zone group ${group.name} of ${endpoint.name} is being removed because ${because}: names don't resolve for a moment.`,
    differences: [{ path: groupPath, observed: formatId(group.id) }],
    essential: true,
  })
}

/** Azure allows one zone group: one of ours by its former name goes, a stranger's to our zone serves. */
function replaceOther(
  seen: Observation,
  azure: AzureSeen,
  target: Target,
  endpoint: PrivateEndpoint,
  zoneId: Id<'zone'>,
  other: ZoneGroup,
): Step {
  const ours = sameText(seen.object.status?.dns?.zoneGroupId, formatId(other.id))
  if (ours) return removeGroup(seen, endpoint, other, 'spec.dns.zoneGroupName has changed')
  if (leadsTo(other, zoneId)) {
    return record(seen, azure, target, endpoint, other, () => waitingFor(target))
  }
  const zones = other.configs.map((config) => config.zoneId).join(', ')
  return unmet('ZoneGroupTaken', `Zone group ${formatId(other.id)} leads to ${zones || 'no zone'}.`)
}

const waitingFor = ({ serverId }: Target): Step =>
  unmet('WaitingForRecord', `The record of ${lastName(serverId)} is not there yet.`)

/** The group is as it should be: whether its record is. Nobody expects one before the approval. */
function record(
  seen: Observation,
  azure: AzureSeen,
  target: Target,
  endpoint: PrivateEndpoint,
  group: ZoneGroup,
  write: (differs: Difference) => Step,
): Step {
  if (!isApproved(endpoint)) return done
  const addresses = addressesOf(azure, endpoint)
  if (addresses.length === 0) return unmet('WaitingForAddress')
  const zoneShown = azure.dns.records.is === 'present'
  const held = zoneShown ? (recordOf(azure.dns, target)?.ipAddresses ?? []) : heldByGroup(group)
  if (holds(held, addresses)) return done
  const waiting = unmet(
    'WaitingForRecord',
    `The record of ${lastName(target.serverId)} holds ${held.join(', ') || 'nothing'} instead of ${addresses.join(', ')}.`,
  )
  const differs = {
    path: 'dns.record',
    desired: addresses.join(', '),
    ...(held.length === 0 ? {} : { observed: held.join(', ') }),
  }
  return overdue(seen) ? join(waiting, write(differs)) : join(waiting, noticed(seen, [differs]))
}

/** Azure needs a moment after the approval; a record that was right before has been wiped. */
const patienceMs = 30_000
function overdue({ past, at, object }: Observation): boolean {
  const ready = object.status?.conditions?.find(({ type }) => type === 'Ready')
  if (ready?.status === 'True') return true
  return past.unrecordedSinceMs !== undefined && at.getTime() - past.unrecordedSinceMs >= patienceMs
}
