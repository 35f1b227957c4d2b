/** What a subnet's body may hold, and how it is read into a record. Inline in a virtual network or alone. */
import type { Checked } from '../body.ts'
import { anything, child, flag, list, object, oneOf, reference, text } from '../body.ts'
import type { Subnet, VirtualNetwork } from '../records.ts'
import type { World } from '../world.ts'
import { holds, overlap, prefixOf } from './address.ts'
import { etag, networkRefusal } from './write.ts'

const policies = [
  'Enabled',
  'Disabled',
  'NetworkSecurityGroupEnabled',
  'RouteTableEnabled',
] as const

export const subnetBody = object({
  ...child,
  name: text,
  properties: object({
    addressPrefix: text,
    addressPrefixes: list(text),
    delegations: list(
      object({
        ...child,
        name: text,
        properties: object({ serviceName: text, actions: anything, provisioningState: anything }),
      }),
    ),
    privateEndpointNetworkPolicies: oneOf(...policies),
    privateLinkServiceNetworkPolicies: oneOf('Enabled', 'Disabled'),
    networkSecurityGroup: reference,
    routeTable: reference,
    natGateway: reference,
    serviceEndpoints: anything,
    serviceEndpointPolicies: anything,
    ipAllocations: anything,
    applicationGatewayIPConfigurations: anything,
    ipamPoolPrefixAllocations: anything,
    serviceGateway: anything,
    sharingScope: oneOf('Tenant', 'DelegatedServices'),
    defaultOutboundAccess: flag,
    // Read-only; clients send them back.
    privateEndpoints: anything,
    ipConfigurations: anything,
    ipConfigurationProfiles: anything,
    resourceNavigationLinks: anything,
    serviceAssociationLinks: anything,
    purpose: anything,
    provisioningState: anything,
  }),
})
export type SubnetBody = Checked<typeof subnetBody>

const readOnly = new Set([
  ...['privateEndpoints', 'ipConfigurations', 'ipConfigurationProfiles', 'resourceNavigationLinks'],
  ...['serviceAssociationLinks', 'purpose', 'provisioningState', 'delegations'],
])

/** The facts of a body, in a record's terms. */
export type SubnetFacts = Pick<Subnet, 'prefixes' | 'delegations' | 'properties'>

export function factsOf(body: SubnetBody): SubnetFacts {
  const given = body.properties ?? {}
  const prefixes =
    given.addressPrefixes ?? (given.addressPrefix === undefined ? [] : [given.addressPrefix])
  return {
    prefixes,
    delegations: (given.delegations ?? []).map(({ properties }) => properties?.serviceName ?? ''),
    properties: Object.fromEntries(
      Object.entries({
        ...given,
        privateEndpointNetworkPolicies: given.privateEndpointNetworkPolicies ?? 'Disabled',
        privateLinkServiceNetworkPolicies: given.privateLinkServiceNetworkPolicies ?? 'Enabled',
      }).filter(([member]) => !readOnly.has(member)),
    ),
  }
}

/** Refuses prefixes that are malformed, outside the network, or another subnet's. */
export function checkPrefixes(
  name: string,
  facts: SubnetFacts,
  addressSpace: readonly string[],
  others: readonly { readonly name: string; readonly prefixes: readonly string[] }[],
): void {
  if (facts.prefixes.length === 0) {
    throw networkRefusal(400, {
      code: 'MissingAddressPrefix',
      message: `Subnet '${name}' has no address prefix.`,
    })
  }
  const spaces = addressSpace.map(prefixOf)
  for (const text of facts.prefixes.filter((each) => !each.includes(':'))) {
    const prefix = prefixOf(text)
    if (prefix === undefined) throw invalidPrefix(text, name)
    if (!spaces.some((space) => space !== undefined && holds(space, prefix))) {
      throw networkRefusal(400, {
        code: 'NetcfgSubnetRangeOutsideVnet',
        message: `Subnet '${name}' is not valid because its IP address range is outside the IP address range of its virtual network.`,
      })
    }
    const rival = others.find(({ prefixes }) =>
      prefixes.some((each) => {
        const theirs = prefixOf(each)
        return theirs !== undefined && overlap(theirs, prefix)
      }),
    )
    if (rival !== undefined) {
      throw networkRefusal(400, {
        code: 'NetcfgSubnetRangesOverlap',
        message: `Subnet '${name}' is not valid because its IP address range overlaps with that of an existing subnet in its virtual network ('${rival.name}').`,
      })
    }
  }
}

export const invalidPrefix = (prefix: string, resource: string) =>
  networkRefusal(400, {
    code: 'InvalidAddressPrefixFormat',
    message: `Address prefix ${prefix} of resource ${resource} is not formatted correctly. It should follow CIDR notation, for example 10.0.0.0/24.`,
  })

export function makeSubnet(
  world: World,
  network: VirtualNetwork,
  name: string,
  facts: SubnetFacts,
): Subnet {
  const id = `${network.id}/subnets/${name}`
  const made: Subnet = {
    id,
    network,
    etag: etag(world, id),
    state: 'Updating',
    operation: undefined,
    busy: undefined,
    ...facts,
    allocated: new Map(),
    cursor: 0,
    endpoints: new Set(),
  }
  network.subnets.set(id.toLowerCase(), made)
  return world.subnets.add(made)
}
