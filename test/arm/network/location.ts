/** What Microsoft.Network tells of a region and of a network: endpoint types, counters, free addresses. */
import type { Answer } from '../answer.ts'
import { Refusal } from '../answer.ts'
import type { Call } from '../call.ts'
import { name, subscription } from '../call.ts'
import { groupOf, notFound } from '../gateway.ts'
import type { VirtualNetwork } from '../records.ts'
import { regionFor } from '../regions.ts'
import type { Route } from '../route.ts'
import { addressOf, capacity, freeAddresses, placeOf } from './address.ts'
import { serverType } from './target.ts'

const at = '/subscriptions/{subscription}/providers/Microsoft.Network/locations/{location}'
const network =
  '/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Network/virtualNetworks/{network}'

function endpointTypes(call: Call): Answer {
  regionFor(name(call, 'location'), 'locations')
  const called = serverType.replace('/', '.')
  const type = 'Microsoft.Network/AvailablePrivateEndpointTypes'
  return {
    status: 200,
    body: {
      value: [
        {
          name: called,
          id: `/subscriptions/${subscription(call).id}/providers/${type}/${called}`,
          type,
          resourceName: serverType,
          displayName: `${serverType}`,
        },
      ],
    },
  }
}

function usages(call: Call): Answer {
  const location = regionFor(name(call, 'location'), 'locations')
  const { id } = subscription(call)
  const scope = `/subscriptions/${id}`
  const { world } = call
  const rows = [
    {
      called: 'VirtualNetworks',
      localized: 'Virtual Networks',
      of: world.networks.in(scope),
      limit: 1000,
    },
    {
      called: 'NetworkInterfaces',
      localized: 'Network Interfaces',
      of: world.interfaces.in(scope),
      limit: 65_536,
    },
    {
      called: 'PrivateEndpoints',
      localized: 'Private Endpoints',
      of: world.endpoints.in(scope),
      limit: 65_536,
    },
    {
      called: 'ApplicationSecurityGroups',
      localized: 'Application Security Groups.',
      of: world.securityGroups.in(scope),
      limit: 3000,
    },
  ]
  return {
    status: 200,
    body: {
      value: rows.map(({ called, localized, of, limit }) => ({
        currentValue: of.filter((each) => each.location === location).length,
        id: `${scope}/providers/Microsoft.Network/locations/${location}/usages/${called}`,
        limit,
        name: { localizedValue: localized, value: called },
        unit: 'Count',
      })),
    },
  }
}

function networkOf(call: Call): VirtualNetwork {
  const group = groupOf(call, 'read')
  const found = call.world.networks.get(
    `${group.id}/providers/Microsoft.Network/virtualNetworks/${name(call, 'network')}`,
  )
  if (found === undefined)
    throw notFound(`Microsoft.Network/virtualNetworks/${name(call, 'network')}`, group.name)
  return found
}

function networkUsages(call: Call): Answer {
  const value = [...networkOf(call).subnets.values()].map((subnet) => ({
    currentValue: subnet.allocated.size,
    id: subnet.id,
    limit: capacity(subnet),
    name: { localizedValue: 'Subnet size and usage', value: 'SubnetSpace' },
    unit: 'Count',
  }))
  return { status: 200, body: { value } }
}

/** Whether an address of the network is free; if not, the next five that are, in its subnet. */
function checkAddress(call: Call): Answer {
  const wanted = call.query.get('ipaddress')
  if (wanted === undefined || addressOf(wanted) === undefined) {
    throw new Refusal(400, {
      code: 'InvalidIPAddress',
      message: `'${wanted ?? ''}' is not an IP address.`,
    })
  }
  const subnets = [...networkOf(call).subnets.values()]
  const subnet = subnets.find((each) => placeOf(each, wanted) !== 'outside')
  if (subnet === undefined) {
    throw new Refusal(400, {
      code: 'PrivateIPAddressNotInAnySubnet',
      message: `Private static IP address ${wanted} does not belong to the range of any subnet in the virtual network.`,
    })
  }
  const place = placeOf(subnet, wanted)
  const body =
    place === 'free'
      ? { available: true, isPlatformReserved: false }
      : {
          available: false,
          availableIPAddresses: freeAddresses(subnet, 5),
          isPlatformReserved: place === 'reserved',
        }
  return { status: 200, body }
}

const types = 'Microsoft.Network/locations/availablePrivateEndpointTypes'
export const networkLocationRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: `${at}/availablePrivateEndpointTypes`,
    type: types,
    operation: 'list',
    handle: endpointTypes,
  },
  {
    method: 'GET',
    path: '/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Network/locations/{location}/availablePrivateEndpointTypes',
    type: types,
    operation: 'list',
    handle: endpointTypes,
  },
  {
    method: 'GET',
    path: `${at}/usages`,
    type: 'Microsoft.Network/locations/usages',
    operation: 'list',
    handle: usages,
  },
  {
    method: 'GET',
    path: `${network}/usages`,
    type: 'Microsoft.Network/virtualNetworks/usages',
    operation: 'list',
    action: 'Microsoft.Network/virtualNetworks/usages/read',
    handle: networkUsages,
  },
  {
    method: 'GET',
    path: `${network}/CheckIPAddressAvailability`,
    type: 'Microsoft.Network/virtualNetworks/checkIpAddressAvailability',
    operation: 'get',
    handle: checkAddress,
  },
]
