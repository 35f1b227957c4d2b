/** What a PUT carries, and what it leaves to Azure. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  changedEndpointBody,
  connectionBody,
  linkBody,
  newEndpointBody,
  resourceGroupBody,
  subnetBody,
  zoneBody,
  zoneGroupBody,
} from '../operator/azure/bodies.ts'
import { formatId } from '../operator/azure/id.ts'
import { object } from '../operator/azure/json.ts'
import type { JsonObject } from '../operator/azure/model.ts'
import { bodies, ids } from './azure/bodies-of-azure.ts'

const test = suite('bodies')
const tags = new Map([['pgpeOwner', 'c.u']])
const subnetId = formatId(ids.subnet)
const serverId = formatId(ids.server)
const least = {
  location: 'uksouth',
  tags,
  subnetId,
  connection: { name: 'orders', serverId, manual: false },
}

test('a new endpoint has its connection in one list and says no more than it must', () => {
  assert.equal(newEndpointBody(least), {
    location: 'uksouth',
    tags: { pgpeOwner: 'c.u' },
    properties: {
      subnet: { id: subnetId },
      privateLinkServiceConnections: [
        {
          name: 'orders',
          properties: { privateLinkServiceId: serverId, groupIds: ['postgresqlServer'] },
        },
      ],
      manualPrivateLinkServiceConnections: [],
    },
  })
})

test('a manual endpoint with everything', () => {
  const connection = { ...least.connection, manual: true, requestMessage: 'Please.' }
  const more = {
    staticIp: '10.0.1.9',
    networkInterfaceName: 'nic',
    applicationSecurityGroupIds: ['/asg'],
  }
  assert.equal(newEndpointBody({ ...least, ...more, connection })['properties'], {
    subnet: { id: subnetId },
    privateLinkServiceConnections: [],
    manualPrivateLinkServiceConnections: [
      {
        name: 'orders',
        properties: {
          privateLinkServiceId: serverId,
          groupIds: ['postgresqlServer'],
          requestMessage: 'Please.',
        },
      },
    ],
    ipConfigurations: [
      {
        name: 'postgresqlServer',
        properties: {
          groupId: 'postgresqlServer',
          memberName: 'postgresqlServer',
          privateIPAddress: '10.0.1.9',
        },
      },
    ],
    customNetworkInterfaceName: 'nic',
    applicationSecurityGroups: [{ id: '/asg' }],
  })
})

test('a change of tags resends everything else as read, but what only Azure may say', () => {
  const raw = { ...bodies.privateEndpoint, extendedLocation: { name: 'edge' } }
  assert.equal(changedEndpointBody(raw, { tags: new Map([['a', 'b']]) }), {
    location: 'UK South',
    extendedLocation: { name: 'edge' },
    tags: { a: 'b' },
    properties: {
      subnet: { id: subnetId },
      privateLinkServiceConnections: [
        {
          name: 'orders',
          properties: { privateLinkServiceId: serverId, groupIds: ['postgresqlServer'] },
        },
      ],
      manualPrivateLinkServiceConnections: [],
      customNetworkInterfaceName: '',
      ipConfigurations: [
        {
          name: 'postgresqlServer',
          properties: {
            groupId: 'postgresqlServer',
            memberName: 'postgresqlServer',
            privateIPAddress: '10.0.1.4',
          },
        },
      ],
      applicationSecurityGroups:
        object(bodies.privateEndpoint['properties'])['applicationSecurityGroups'] ?? null,
      ipVersionType: 'IPv4',
    },
  })
})

test('properties that we have never heard of are resent', () => {
  const properties = { ...object(bodies.privateEndpoint['properties']), future: { x: [1] } }
  const body = changedEndpointBody({ ...bodies.privateEndpoint, properties }, {})
  assert.equal(object(body['properties'])['future'], { x: [1] })
  assert.equal(body['tags'], bodies.privateEndpoint['tags'])
})

test('security groups are replaced as a whole, also by none', () => {
  const body = changedEndpointBody(bodies.privateEndpoint, { applicationSecurityGroupIds: [] })
  assert.equal(object(body['properties'])['applicationSecurityGroups'], [])
})

test('a subnet changes in one property', () => {
  const delegations = [
    {
      name: 'd',
      id: 'x',
      etag: 'e',
      properties: { serviceName: 's', actions: ['a'], provisioningState: 'Succeeded' },
    },
  ]
  const properties = {
    ...object(bodies.subnet['properties']),
    delegations,
    networkSecurityGroup: { id: '/nsg' },
  }
  assert.equal(subnetBody({ ...bodies.subnet, properties }, 'RouteTableEnabled'), {
    id: subnetId,
    name: 'endpoints',
    properties: {
      addressPrefix: '10.0.1.0/24',
      delegations: [{ name: 'd', properties: { serviceName: 's' } }],
      networkSecurityGroup: { id: '/nsg' },
      privateEndpointNetworkPolicies: 'RouteTableEnabled',
    },
  })
})

test('a decision names the endpoint that it was made about', () => {
  const decision = { status: 'Rejected', description: 'No.' }
  const state = { privateLinkServiceConnectionState: decision }
  assert.equal(connectionBody({ privateEndpointId: formatId(ids.privateEndpoint) }, decision), {
    properties: { privateEndpoint: { id: formatId(ids.privateEndpoint) }, ...state },
  })
  assert.equal(connectionBody({}, decision), { properties: state })
})

test('groups, zones, links and zone groups', () => {
  assert.equal(resourceGroupBody('uksouth', tags), {
    location: 'uksouth',
    tags: { pgpeOwner: 'c.u' },
  })
  assert.equal(zoneBody(tags), { location: 'global', tags: { pgpeOwner: 'c.u' } })
  assert.equal(linkBody({ virtualNetworkId: '/v', tags, resolutionPolicy: 'Default' }), {
    location: 'global',
    tags: { pgpeOwner: 'c.u' },
    properties: {
      virtualNetwork: { id: '/v' },
      registrationEnabled: false,
      resolutionPolicy: 'Default',
    },
  })
  const properties = {
    privateDnsZoneConfigs: [{ name: 'c', properties: { privateDnsZoneId: '/z' } }],
  }
  assert.equal(zoneGroupBody('default', [{ name: 'c', zoneId: '/z' }]), {
    name: 'default',
    properties,
  })
  assert.equal(zoneGroupBody(undefined, [{ name: 'c', zoneId: '/z' }]), { properties })
})

test('tags of any name are sent as they are', () => {
  const body = JSON.stringify(zoneBody(new Map([['__proto__', 'x']])))
  assert.is(body, '{"location":"global","tags":{"__proto__":"x"}}')
  assert.is(Object.getPrototypeOf({} as JsonObject), Object.prototype)
})

test.run()
