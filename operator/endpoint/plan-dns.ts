/**
 * Private DNS: the zone and its links, which wait for nothing, and then the zone group. Zones are made
 * when there is none, and never deleted; a link that exists is reused, whatever its name. Pure.
 */
import { lacksPermission } from '../azure/reasons.ts'
import { linkBody, zoneBody } from '../azure/bodies.ts'
import { formatId, lastName, sameText, type Id } from '../azure/id.ts'
import type { PrivateEndpoint, VirtualNetworkLink, Zone } from '../azure/model.ts'
import { linkName } from './link-name.ts'
import type { AzureSeen, DnsSeen, Observation } from './observation.ts'
import { externalGroup, unwantedGroup } from './plan-other-group.ts'
import { shared } from './plan-shared.ts'
import { zoneGroup } from './plan-zone-group.ts'
import { attempt, settled } from './attempt.ts'
import { done, join, unmet, unread, type Step } from './step.ts'
import { newTags, notedOfDns } from './tags.ts'
import type { Target } from './target.ts'
import { zoneIdOf } from './zone-choice.ts'

/** @param endpoint ours and provisioned; absent: only what does not need it is done */
export function dns(
  seen: Observation,
  azure: AzureSeen,
  target: Target,
  endpoint?: PrivateEndpoint,
): Step {
  switch (seen.object.spec.dns.mode) {
    case 'None':
      return endpoint ? unwantedGroup(seen, azure.dns, endpoint) : done
    case 'External':
      return endpoint ? externalGroup(azure, endpoint) : done
    case 'Managed':
      return managed(seen, azure, target, endpoint)
  }
}

function managed(
  seen: Observation,
  azure: AzureSeen,
  target: Target,
  endpoint: PrivateEndpoint | undefined,
): Step {
  const { choice, zoneName } = azure.dns
  const zoneId = target.zoneId ?? zoneIdOf(choice)
  if (zoneId !== undefined && zoneName.certain && !sameText(lastName(zoneId), zoneName.name)) {
    const message = `Zone ${formatId(zoneId)} is not named ${zoneName.name}.`
    return unmet('ZoneNameMismatch', message)
  }
  switch (choice.is) {
    case 'none':
      return done
    case 'unreadable':
      return unread(choice.error, unmet('PreparingDNS', 'Azure has accepted the private DNS zone.'))
    case 'missing':
      return unmet('ZoneNotFound', missing(target, choice.name))
    case 'ambiguous':
      return unmet('ZoneAmbiguous', `Zones of the name ${zoneName.name}: ${choice.ids.join(', ')}.`)
    case 'make':
      return makeZone(seen, azure, target, choice.id)
    case 'hidden':
      return endpoint ? zoneGroup(seen, azure, target, endpoint, choice.id) : done
    case 'zone': {
      const { zone } = choice
      const usable = zoneState(zone)
      if (usable.findings.length > 0) return usable
      const linked = join(shared(seen, azure.dns, target), links(seen, azure.dns, target, zone))
      return endpoint ? join(linked, zoneGroup(seen, azure, target, endpoint, zone.id)) : linked
    }
  }
}

const missing = ({ zoneId }: Target, name: string): string =>
  zoneId === undefined
    ? `There is no zone ${name} in the subscription, and dns.createZone is false.`
    : `There is no zone ${formatId(zoneId)}.`

function makeZone(
  seen: Observation,
  { group, network }: AzureSeen,
  target: Target,
  id: Id<'zone'>,
): Step {
  const inOwnGroup = sameText(id.resourceGroup, target.groupId.resourceGroup)
  if ((inOwnGroup && group.is === 'absent') || network.is === 'absent') return done
  const { zoneBegunBy: other } = seen
  if (other !== undefined) return unmet('PreparingDNS', `${other} makes the zone ${lastName(id)}.`)
  return attempt(seen, {
    deed: {
      name: 'CreateZone',
      action: {
        do: 'put',
        id,
        body: zoneBody(newTags(seen.object.spec.dns.tags, seen.owner)),
        guard: { is: 'absent' },
        cause: 'user',
      },
    },
    reason: 'PreparingDNS',
    message: `Private DNS zone ${lastName(id)} is being made.`,
    differences: [{ path: 'dns.zone', desired: formatId(id) }],
    essential: true,
    intent: { zoneBegun: formatId(id), appliedTagKeys: notedOfDns(seen.object.spec.dns.tags) },
  })
}

const ended: readonly string[] = ['Failed', 'Canceled']

/** Somebody's zone that is not usable is waited for; one that failed is theirs to mend. */
function zoneState(zone: Zone): Step {
  if (zone.provisioningState === 'Succeeded') return done
  return unmet(
    'PreparingDNS',
    `Private DNS zone ${zone.name} is ${zone.provisioningState}.`,
    ended.includes(zone.provisioningState) ? { stalled: true } : {},
  )
}

function links(seen: Observation, { links: found }: DnsSeen, target: Target, zone: Zone): Step {
  if (target.linkedNetworks.length === 0) return done
  switch (found.is) {
    case 'unasked':
      return done
    case 'unreadable':
      // Whoever may not read the links can't be asked to keep them; the zone group still matters.
      return lacksPermission(found.error) ? done : unread(found.error)
    case 'absent':
      return unmet('PreparingDNS', `Private DNS zone ${zone.name} has gone.`)
    case 'present':
      return join(...target.linkedNetworks.map((network) => link(seen, found.value, zone, network)))
  }
}

function link(
  seen: Observation,
  found: readonly VirtualNetworkLink[],
  zone: Zone,
  network: Id<'virtualNetwork'>,
): Step {
  const networkId = formatId(network)
  const existing = found.find(({ virtualNetworkId }) => sameText(virtualNetworkId, networkId))
  const name = `virtual network ${lastName(network)} to zone ${zone.name}`
  if (existing === undefined) {
    const id: Id<'virtualNetworkLink'> = {
      ...zone.id,
      kind: 'virtualNetworkLink',
      names: [zone.name, linkName(network)],
    }
    return attempt(seen, {
      deed: {
        name: 'CreateLink',
        action: {
          do: 'put',
          id,
          body: bodyOf(seen, networkId),
          guard: { is: 'absent' },
          cause: settled(seen) ? 'drift' : 'user',
        },
      },
      reason: 'PreparingDNS',
      message: `The link of ${name} is being made.`,
      differences: [{ path: 'dns.virtualNetworkLinks', desired: networkId }],
      essential: true,
      intent: { appliedTagKeys: notedOfDns(seen.object.spec.dns.tags) },
    })
  }
  if (existing.provisioningState === 'Succeeded') return done
  if (!ended.includes(existing.provisioningState)) {
    return unmet('PreparingDNS', `The link of ${name} is ${existing.provisioningState}.`)
  }
  return failedLink(seen, existing, name, networkId)
}

function failedLink(
  seen: Observation,
  existing: VirtualNetworkLink,
  name: string,
  networkId: string,
): Step {
  const state = existing.provisioningState
  const again = attempt(seen, {
    deed: {
      name: 'UpdateLink',
      action: { do: 'put', id: existing.id, body: bodyOf(seen, networkId), cause: 'drift' },
    },
    reason: 'LinkFailed',
    message: `The link of ${name} ended ${state}.`,
    differences: [{ path: 'dns.virtualNetworkLinks', desired: 'Succeeded', observed: state }],
    essential: true,
  })
  const ours = existing.tags.get('pgpeOwner') === seen.owner.owner
  const message = `The link of ${name} ended ${state}.`
  return ours ? again : unmet('LinkFailed', message, { stalled: true })
}

const bodyOf = ({ object: { spec }, owner }: Observation, virtualNetworkId: string) =>
  linkBody({
    virtualNetworkId,
    tags: newTags(spec.dns.tags, owner),
    resolutionPolicy: spec.dns.resolutionPolicy ?? 'Default',
  })
