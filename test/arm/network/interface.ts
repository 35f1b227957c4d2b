/**
 * Network interfaces: those of endpoints, which nobody writes, and plain ones that take an address of a
 * subnet as any virtual machine would.
 */
import type { Answer } from '../answer.ts'
import { anything, flag, list, object, oneOf, reference, required, text, tracked } from '../body.ts'
import type { Call } from '../call.ts'
import { bodyOf, name, requireLinks, subscription } from '../call.ts'
import { durations, secondsOf } from '../duration.ts'
import { checkLocation, checkTags, groupOf, notFound } from '../gateway.ts'
import { page } from '../page.ts'
import { lastName } from '../path.ts'
import type { IpConfiguration, NetworkInterface } from '../records.ts'
import { regionFor } from '../regions.ts'
import type { Route } from '../route.ts'
import type { Body } from '../store.ts'
import type { World } from '../world.ts'
import { allocate, release } from './address.ts'
import { chooseAddress } from './allocation.ts'
import { serverFqdn, requiredMember } from './target.ts'
import { begin, deleteAnswer, etag, invalidReference, networkRefusal, propertyChange, putAnswer, writeOf } from './write.ts'

const type = 'Microsoft.Network/networkInterfaces'
const all = `/subscriptions/{subscription}/resourceGroups/{group}/providers/${type}`
const one = `${all}/{name}`

const renderConfiguration = (of: NetworkInterface, configuration: IpConfiguration): Body => ({
  name: configuration.name,
  id: configuration.id,
  etag: of.etag,
  type: `${type}/ipConfigurations`,
  properties: {
    provisioningState: of.state === 'Succeeded' ? 'Succeeded' : 'Updating',
    privateIPAddress: configuration.address,
    privateIPAllocationMethod: configuration.method,
    subnet: { id: configuration.subnet.id },
    primary: configuration.primary,
    privateIPAddressVersion: 'IPv4',
    ...(of.endpoint === undefined
      ? {}
      : {
          privateLinkConnectionProperties: {
            groupId: of.endpoint.connection.groupIds[0] ?? '',
            requiredMemberName: requiredMember,
            fqdns: [serverFqdn(lastName(of.endpoint.connection.targetId))],
          },
        }),
  },
})

export const renderInterface = (of: NetworkInterface): Body => ({
  name: lastName(of.id),
  id: of.id,
  etag: of.etag,
  location: of.location,
  ...(of.tags === undefined ? {} : { tags: of.tags }),
  properties: {
    provisioningState: of.state,
    resourceGuid: of.guid,
    ipConfigurations: of.ipConfigurations.map((each) => renderConfiguration(of, each)),
    dnsSettings: { dnsServers: [], appliedDnsServers: [] },
    macAddress: of.macAddress,
    vnetEncryptionSupported: false,
    enableIPForwarding: false,
    disableTcpStateTracking: false,
    ...(of.endpoint === undefined ? {} : { privateEndpoint: { id: of.endpoint.id } }),
    hostedWorkloads: [],
    tapConfigurations: [],
    nicType: 'Standard',
    auxiliaryMode: 'None',
    auxiliarySku: 'None',
  },
  type,
})

/** `00-0D-3A-…`, as Azure's are. */
export const macAddress = (world: World, id: string): string => {
  const hex = world.dice.guid(`mac ${id.toLowerCase()}`).slice(0, 6).toUpperCase()
  return `00-0D-3A-${hex.slice(0, 2)}-${hex.slice(2, 4)}-${hex.slice(4, 6)}`
}

const interfaceBody = object({
  ...tracked,
  extendedLocation: anything,
  properties: object({
    ipConfigurations: list(
      object({
        id: anything,
        name: text,
        type: anything,
        etag: anything,
        properties: object({
          privateIPAddress: text,
          privateIPAllocationMethod: oneOf('Static', 'Dynamic'),
          privateIPAddressVersion: oneOf('IPv4', 'IPv6'),
          subnet: reference,
          primary: flag,
          applicationSecurityGroups: list(reference),
          publicIPAddress: anything,
          provisioningState: anything,
          privateLinkConnectionProperties: anything,
        }),
      }),
    ),
    dnsSettings: anything,
    enableAcceleratedNetworking: flag,
    enableIPForwarding: flag,
    disableTcpStateTracking: flag,
    networkSecurityGroup: reference,
    auxiliaryMode: text,
    auxiliarySku: text,
    nicType: text,
    // Read-only.
    macAddress: anything,
    primary: anything,
    privateEndpoint: anything,
    hostedWorkloads: anything,
    tapConfigurations: anything,
    virtualMachine: anything,
    vnetEncryptionSupported: anything,
    resourceGuid: anything,
    provisioningState: anything,
  }),
})

const idOf = (call: Call, access: 'read' | 'write'): string =>
  `${groupOf(call, access).id}/providers/${type}/${name(call, 'name')}`

const managed = (of: NetworkInterface) =>
  networkRefusal(400, {
    code: 'InUseNetworkInterfaceCannotBeChanged',
    message: `Network Interface ${of.id} belongs to private endpoint ${of.endpoint?.id} and can be changed or deleted only with it.`,
  })

/** A plain interface: one configuration in one subnet; its address never changes. */
function put(call: Call): Answer {
  const { world } = call
  const id = idOf(call, 'write')
  const body = bodyOf(call, interfaceBody)
  const location = regionFor(body.location, type)
  const existing = world.interfaces.get(id)
  if (existing?.endpoint !== undefined) throw managed(existing)
  checkLocation(existing, location, groupOf(call, 'write'))
  const given = required(body.properties?.ipConfigurations?.[0], 'properties.ipConfigurations')
  const subnetId = required(given.properties?.subnet?.id, 'properties.ipConfigurations[0].properties.subnet.id')
  requireLinks(call, `${type}/write`, id, [{ action: 'Microsoft.Network/virtualNetworks/subnets/join/action', scope: subnetId }])
  const subnet = world.subnets.get(subnetId)
  if (subnet === undefined || subnet.network.location !== location) throw invalidReference(subnetId, id)
  const tags = checkTags(body.tags)
  const wanted = given.properties?.privateIPAddress
  const held = existing?.ipConfigurations[0]
  if (held !== undefined && (held.subnet !== subnet || (wanted ?? held.address) !== held.address)) {
    throw propertyChange('properties.ipConfigurations')
  }
  const configurationId = `${id}/ipConfigurations/${given.name ?? 'ipconfig1'}`
  const isStatic = given.properties?.privateIPAllocationMethod === 'Static'
  const made: NetworkInterface = existing ?? {
    id,
    guid: world.dice.guid(`interface ${id}`),
    location,
    tags,
    etag: etag(world, id),
    state: 'Updating',
    operation: undefined,
    macAddress: macAddress(world, id),
    endpoint: undefined,
    ipConfigurations: [
      {
        id: configurationId,
        name: lastName(configurationId),
        subnet,
        address: chooseAddress(subnet, isStatic ? required(wanted, 'privateIPAddress') : undefined, configurationId),
        method: isStatic ? 'Static' : 'Dynamic',
        primary: true,
      },
    ],
  }
  const write = writeOf('PutNicOperation', location, durations.network, secondsOf(world, 'network', id))
  const operation = begin(call, made, write, () => {
    world.interfaces.touch(made)
    made.state = 'Succeeded'
    made.etag = etag(world, id)
  })
  if (existing === undefined) addInterface(world, made)
  made.tags = tags
  return putAnswer(world, operation, existing === undefined, renderInterface(made))
}

export function addInterface(world: World, made: NetworkInterface): void {
  for (const configuration of made.ipConfigurations) allocate(configuration)
  world.interfaces.add(made)
}

export function removeInterface(world: World, of: NetworkInterface): void {
  for (const configuration of of.ipConfigurations) release(configuration)
  world.interfaces.remove(of)
}

function get(call: Call): Answer {
  const body = call.world.interfaces.seen(idOf(call, 'read'))
  if (body === undefined) throw notFound(`${type}/${name(call, 'name')}`, groupOf(call, 'read').name)
  return { status: 200, headers: { etag: String(body['etag']) }, body }
}

function remove(call: Call): Answer {
  const { world } = call
  const found = world.interfaces.get(idOf(call, 'write'))
  if (found === undefined) return { status: 204 }
  if (found.endpoint !== undefined) throw managed(found)
  const write = writeOf('DeleteNicOperation', found.location, durations.network, secondsOf(world, 'network', found.id))
  const operation = begin(call, found, write, () => removeInterface(world, found))
  world.interfaces.touch(found)
  found.state = 'Deleting'
  return deleteAnswer(world, operation)
}

export const interfaceRoutes: readonly Route[] = [
  { method: 'GET', path: `/subscriptions/{subscription}/providers/${type}`, type, operation: 'list', handle: (call) => page(call, call.world.interfaces.lines(`/subscriptions/${subscription(call).id}`)) },
  { method: 'GET', path: all, type, operation: 'list', handle: (call) => page(call, call.world.interfaces.lines(groupOf(call, 'read').id)) },
  { method: 'GET', path: one, type, operation: 'get', handle: get },
  { method: 'PUT', path: one, type, operation: 'put', handle: put },
  { method: 'DELETE', path: one, type, operation: 'delete', handle: remove },
]
