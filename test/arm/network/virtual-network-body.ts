/** Virtual networks as they are written and answered, with their subnets inline. */
import type { Checked } from '../body.ts'
import { anything, flag, integer, list, object, oneOf, required, text, tracked } from '../body.ts'
import { lastName } from '../path.ts'
import type { VirtualNetwork } from '../records.ts'
import type { Body } from '../store.ts'
import type { SubnetFacts } from './subnet-body.ts'
import { checkPrefixes, factsOf, subnetBody } from './subnet-body.ts'
import { renderSubnet } from './subnet.ts'

const type = 'Microsoft.Network/virtualNetworks'

export const renderNetwork = (network: VirtualNetwork): Body => ({
  name: lastName(network.id),
  id: network.id,
  etag: network.etag,
  type,
  location: network.location,
  ...(network.tags === undefined ? {} : { tags: network.tags }),
  properties: {
    provisioningState: network.state,
    resourceGuid: network.guid,
    addressSpace: { addressPrefixes: network.addressPrefixes },
    ...network.properties,
    subnets: [...network.subnets.values()].map(renderSubnet),
    virtualNetworkPeerings: [],
  },
})

export const networkBody = object({
  ...tracked,
  extendedLocation: anything,
  properties: object({
    addressSpace: object({ addressPrefixes: list(text), ipamPoolPrefixAllocations: anything }),
    subnets: list(subnetBody),
    dhcpOptions: object({ dnsServers: list(text) }),
    enableDdosProtection: flag,
    enableVmProtection: flag,
    flowTimeoutInMinutes: integer,
    privateEndpointVNetPolicies: oneOf('Disabled', 'Basic'),
    virtualNetworkPeerings: anything,
    encryption: anything,
    bgpCommunities: anything,
    ddosProtectionPlan: anything,
    ipAllocations: anything,
    summarizedGatewayPrefixes: anything,
    // Read-only.
    resourceGuid: anything,
    provisioningState: anything,
    flowLogs: anything,
    defaultPublicNatGateway: anything,
  }),
})

/** What of a body is kept as given. */
export function propertiesOf(given: Checked<typeof networkBody>['properties']): Body {
  const {
    enableDdosProtection = false,
    privateEndpointVNetPolicies = 'Disabled',
    dhcpOptions,
    encryption,
  } = given ?? {}
  const { enableVmProtection, flowTimeoutInMinutes, bgpCommunities } = given ?? {}
  const kept = { dhcpOptions, encryption, enableVmProtection, flowTimeoutInMinutes, bgpCommunities }
  const present = Object.entries(kept).filter(([, value]) => value !== undefined)
  return { privateEndpointVNetPolicies, ...Object.fromEntries(present), enableDdosProtection }
}

export interface Wanted {
  readonly name: string
  readonly facts: SubnetFacts
}

/** The inline subnets, checked against the address space and each other. */
export function wantedSubnets(
  given: Checked<typeof networkBody>['properties'],
  prefixes: readonly string[],
): readonly Wanted[] | undefined {
  const wanted = given?.subnets?.map((subnet) => ({
    name: required(subnet.name, 'properties.subnets.name'),
    facts: factsOf(subnet),
  }))
  for (const [index, { name: called, facts }] of (wanted ?? []).entries()) {
    const earlier =
      wanted?.slice(0, index).map((each) => ({ name: each.name, prefixes: each.facts.prefixes })) ??
      []
    checkPrefixes(called, facts, prefixes, earlier)
  }
  return wanted
}
