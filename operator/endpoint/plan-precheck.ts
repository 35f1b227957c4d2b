/**
 * What must be right before anything is written for a new endpoint: server, network, subnet, region,
 * address. Each check that fails stops everything, so that a mistake costs no write at all. Pure.
 */
import { formatId, lastName } from '../azure/id.ts'
import { placement } from './address.ts'
import { gate } from './gate.ts'
import type { AzureSeen, Observation } from './observation.ts'
import { done, unmet, unread, type Step } from './step.ts'
import { sentence } from './trouble.ts'
import type { Target } from './target.ts'

/** `done` when nothing speaks against it. A server that is not Ready is no failure here. */
export function precheck(seen: Observation, azure: AzureSeen, target: Target): Step {
  for (const check of [server, network, subnet, address]) {
    const step = check(seen, azure, target)
    if (step.findings.length > 0) return step
  }
  return done
}

function server({ object }: Observation, { server: seen }: AzureSeen, { serverId }: Target): Step {
  const name = lastName(serverId)
  const found = gate(seen)
  switch (found.is) {
    case 'open':
    case 'closed':
      return done
    case 'integrated':
      return unmet(
        'VNetIntegrated',
        `Server ${name} is integrated into subnet ${found.subnetId}; Azure's answer would be PrivateEndpointFeatureNotSupportedOnServer.`,
      )
    case 'missing':
      return unmet(
        'ServerNotFound',
        `There is no server ${formatId(serverId)}; Azure's answer is ResourceNotFound.`,
      )
    case 'hidden':
      return object.spec.approval === 'Manual'
        ? done
        : unmet('ServerUnreadable', `Server ${name}: ${sentence(found.message)}`, { denied: true })
    case 'unread':
      return seen.is === 'unreadable' ? unread(seen.error) : done
  }
}

function network({ object }: Observation, { network: seen }: AzureSeen, target: Target): Step {
  const name = lastName(target.virtualNetworkId)
  switch (seen.is) {
    case 'unreadable':
      return unread(seen.error)
    case 'absent':
      return unmet(
        'VirtualNetworkNotFound',
        `There is no virtual network ${formatId(target.virtualNetworkId)}; Azure's answer would be InvalidResourceReference.`,
      )
    case 'present': {
      const wanted = object.spec.location
      const { location } = seen.value
      if (wanted === undefined || wanted === location) return done
      return unmet(
        'LocationMismatch',
        `spec.location is ${wanted}, and virtual network ${name} is in ${location}; Azure's answer would be InvalidResourceLocation or InvalidResourceReference.`,
      )
    }
  }
}

function subnet(_: Observation, { subnet: seen }: AzureSeen, { subnetId }: Target): Step {
  switch (seen.is) {
    case 'unreadable':
      return unread(seen.error)
    case 'absent':
      return unmet(
        'SubnetNotFound',
        `There is no subnet ${formatId(subnetId)}; Azure's answer would be InvalidResourceReference.`,
      )
    case 'present': {
      const [service] = seen.value.delegations
      if (service === undefined) return done
      return unmet(
        'SubnetDelegated',
        `Subnet ${lastName(subnetId)} is delegated to ${service}; Azure's answer would be PrivateEndpointCreationNotAllowedAsSubnetIsDelegated.`,
      )
    }
  }
}

function address({ object }: Observation, { subnet: seen }: AzureSeen, { subnetId }: Target): Step {
  const wanted = object.spec.privateIPAddress
  if (wanted === undefined || seen.is !== 'present') return done
  const prefixes = seen.value.addressPrefixes
  const where = `subnet ${lastName(subnetId)} (${prefixes.join(', ')})`
  switch (placement(wanted, prefixes)) {
    case 'usable':
      return done
    case 'reserved':
      return unmet(
        'AddressReserved',
        `${wanted} is one that Azure keeps for itself in ${where}; its answer would be PrivateIPAddressInReservedRange.`,
      )
    case 'outside':
    case 'invalid':
      return unmet(
        'AddressNotInSubnet',
        `${wanted} is not in ${where}; Azure's answer would be PrivateIPAddressNotInSubnet.`,
      )
  }
}
