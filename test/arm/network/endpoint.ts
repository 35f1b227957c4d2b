/**
 * Private endpoints: created by a PUT that is answered at once and works for most of a minute, changed in
 * tags and security groups only, and deleted with their interface, zone group and record.
 */
import type { Answer } from '../answer.ts'
import type { Call } from '../call.ts'
import { bodyOf, name, requireLinks, subscription } from '../call.ts'
import { delayOf, durations, secondsOf } from '../duration.ts'
import { checkLocation, checkTags, groupOf, notFound } from '../gateway.ts'
import { page } from '../page.ts'
import type { LinkState, NetworkInterface, PrivateEndpoint, Subnet, Tags } from '../records.ts'
import { regionFor } from '../regions.ts'
import { connect, disconnectForDelete, finishConnect } from '../relation.ts'
import type { Route } from '../route.ts'
import type { Body } from '../store.ts'
import type { World } from '../world.ts'
import { chooseAddress } from './allocation.ts'
import type { EndpointBody } from './endpoint-body.ts'
import { endpointBody, renderEndpoint } from './endpoint-body.ts'
import type { Wanted } from './endpoint-check.ts'
import { checkPlace, checkSecurityGroups, checkSubnetIdle, checkTarget, checkUnchanged, linksOf, subnetOf, wantedOf } from './endpoint-check.ts'
import { addInterface, macAddress } from './interface.ts'
import { removeEndpoint } from './removal.ts'
import { anotherOperation, begin, deleteAnswer, etag, networkRefusal, putAnswer, writeOf } from './write.ts'

const type = 'Microsoft.Network/privateEndpoints'
const all = `/subscriptions/{subscription}/resourceGroups/{group}/providers/${type}`
const one = `${all}/{name}`

const idOf = (call: Call, access: 'read' | 'write'): string =>
  `${groupOf(call, access).id}/providers/${type}/${name(call, 'name')}`

function put(call: Call): Answer {
  const { world } = call
  const id = idOf(call, 'write')
  const body = bodyOf(call, endpointBody)
  const location = regionFor(body.location, type)
  const existing = world.endpoints.get(id)
  checkLocation(existing, location, groupOf(call, 'write'))
  const tags = checkTags(body.tags)
  const wanted = wantedOf(id, location, body)
  requireLinks(call, `${type}/write`, id, linksOf(wanted))
  if (existing !== undefined) return update(call, existing, wanted, tags, body)
  checkName(name(call, 'name'))
  const subnet = subnetOf(world, wanted)
  checkSecurityGroups(world, wanted)
  checkPlace(wanted, subnet)
  checkSubnetIdle(world, subnet, id, (operation) => anotherOperation(world, operation))
  checkTarget(world, wanted)
  const endpoint = make(world, wanted, subnet, tags, extrasOf(body))
  const operation = start(call, endpoint, 'PutPrivateEndpointOperation')
  addInterface(world, endpoint.interface)
  world.endpoints.add(endpoint)
  subnet.endpoints.add(endpoint)
  const until = world.clock.now() + delayOf(world, 'subnetLock', id) * 1000
  subnet.busy = { until, operation }
  return putAnswer(world, operation, true, renderEndpoint(endpoint))
}

/** Terraform's rule for names. */
function checkName(called: string): void {
  if (/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,78}[A-Za-z0-9_])?$/.test(called)) return
  throw networkRefusal(400, {
    code: 'InvalidResourceName',
    message:
      `Resource name ${called} is invalid. The name can be up to 80 characters long. It must begin with a word character, ` +
      "and it must end with a word character or with '_'. The name may contain word characters or '.', '-', '_'.",
  })
}

const extrasOf = ({ properties }: EndpointBody): Body => ({
  ...(properties?.ipVersionType === undefined ? {} : { ipVersionType: properties.ipVersionType }),
  ...(properties?.billingSku === undefined ? {} : { billingSku: properties.billingSku }),
})

/** Recorded: what the first answer says of a connection, before its server was asked. */
const atFirst = (manual: boolean): LinkState =>
  manual
    ? { status: 'Pending', description: 'Awaiting Approval', actionsRequired: 'None' }
    : { status: 'Approved', description: 'Auto Approved', actionsRequired: 'None' }

function make(world: World, wanted: Wanted, subnet: Subnet, tags: Tags | undefined, extras: Body): PrivateEndpoint {
  const { id, location, customInterfaceName } = wanted
  const groupId = id.split('/').slice(0, 5).join('/')
  const called = customInterfaceName === '' ? `${id.split('/').at(-1)}.nic.${world.dice.guid(`nic ${id}`)}` : customInterfaceName
  const interfaceId = `${groupId}/providers/Microsoft.Network/networkInterfaces/${called}`
  const configuration = `privateEndpointIpConfig.${world.dice.guid(`ip configuration ${id}`)}`
  const configurationId = `${interfaceId}/ipConfigurations/${configuration}`
  const address = chooseAddress(subnet, wanted.addresses[0]?.address, configurationId)
  const common = { location, etag: etag(world, id), operation: undefined } as const
  const attached: NetworkInterface = {
    ...common,
    id: interfaceId,
    guid: world.dice.guid(`interface ${interfaceId}`),
    tags: undefined,
    state: 'Succeeded',
    macAddress: macAddress(world, interfaceId),
    endpoint: undefined,
    // Recorded: the method is Dynamic for both kinds of address.
    ipConfigurations: [
      { id: configurationId, name: configuration, subnet, address, method: 'Dynamic', primary: true },
    ],
  }
  const made: PrivateEndpoint = {
    ...common,
    id,
    guid: world.dice.guid(`endpoint ${id}`),
    tags,
    state: 'Updating',
    subnet,
    connection: { ...wanted.connection, state: atFirst(wanted.connection.manual) },
    addresses: wanted.addresses,
    customInterfaceName,
    extras,
    securityGroupIds: wanted.securityGroupIds,
    interface: attached,
    zoneGroup: undefined,
    server: undefined,
  }
  attached.endpoint = made
  return made
}

/** Starts the work of a PUT that has to reach the server. */
function start(call: Call, endpoint: PrivateEndpoint, called: string) {
  const { world } = call
  const seconds = secondsOf(world, 'endpointCreate', endpoint.id)
  const write = writeOf(called, endpoint.location, durations.endpointCreate, seconds)
  const operation = begin(call, endpoint, write, () => finishConnect(world, endpoint))
  world.clock.after(delayOf(world, 'serverCall', endpoint.id), () => connect(world, endpoint, operation))
  return operation
}

function update(call: Call, endpoint: PrivateEndpoint, wanted: Wanted, tags: Tags | undefined, body: EndpointBody): Answer {
  const { world } = call
  if (endpoint.state === 'Deleting') {
    throw networkRefusal(400, {
      code: 'PrivateEndpointAlreadyExists',
      message: `Private endpoint ${endpoint.id} already exists. Its deletion is still in progress.`,
    })
  }
  subnetOf(world, { ...wanted, subnetId: endpoint.subnet.id })
  checkUnchanged(endpoint, wanted)
  checkSecurityGroups(world, wanted)
  // One that never reached its server tries again; otherwise the server is left alone.
  const again = endpoint.server === undefined
  if (again) checkTarget(world, wanted)
  const seconds = secondsOf(world, 'endpointUpdate', endpoint.id)
  const write = writeOf('PutPrivateEndpointOperation', endpoint.location, durations.endpointUpdate, seconds)
  const operation = again
    ? start(call, endpoint, 'PutPrivateEndpointOperation')
    : begin(call, endpoint, write, () => {
        endpoint.state = 'Succeeded'
      })
  world.endpoints.touch(endpoint)
  if (again) {
    endpoint.state = 'Updating'
    endpoint.connection.state = atFirst(endpoint.connection.manual)
  }
  endpoint.tags = tags
  endpoint.securityGroupIds = wanted.securityGroupIds
  endpoint.extras = extrasOf(body)
  endpoint.etag = etag(world, endpoint.id)
  return putAnswer(world, operation, false, renderEndpoint(endpoint))
}

function get(call: Call): Answer {
  const body = call.world.endpoints.seen(idOf(call, 'read'))
  if (body === undefined) throw notFound(`${type}/${name(call, 'name')}`, groupOf(call, 'read').name)
  return { status: 200, headers: { etag: String(body['etag']) }, body }
}

function remove(call: Call): Answer {
  const { world } = call
  const endpoint = world.endpoints.get(idOf(call, 'write'))
  if (endpoint === undefined) return { status: 204 }
  const seconds = secondsOf(world, 'endpointDelete', endpoint.id)
  const write = writeOf('DeletePrivateEndpointOperation', endpoint.location, durations.endpointDelete, seconds)
  checkSubnetIdle(world, endpoint.subnet, endpoint.id, (operation) => anotherOperation(world, operation))
  const operation = begin(call, endpoint, write, () => removeEndpoint(world, endpoint))
  world.endpoints.touch(endpoint)
  endpoint.state = 'Deleting'
  const until = world.clock.now() + delayOf(world, 'subnetLock', endpoint.id) * 1000
  endpoint.subnet.busy = { until, operation }
  world.clock.after(delayOf(world, 'serverCall', endpoint.id), () => disconnectForDelete(world, endpoint, operation))
  return deleteAnswer(world, operation)
}

export const endpointRoutes: readonly Route[] = [
  { method: 'GET', path: `/subscriptions/{subscription}/providers/${type}`, type, operation: 'list', handle: (call) => page(call, call.world.endpoints.lines(`/subscriptions/${subscription(call).id}`)) },
  { method: 'GET', path: all, type, operation: 'list', handle: (call) => page(call, call.world.endpoints.lines(groupOf(call, 'read').id)) },
  { method: 'GET', path: one, type, operation: 'get', handle: get },
  { method: 'PUT', path: one, type, operation: 'put', handle: put },
  { method: 'DELETE', path: one, type, operation: 'delete', handle: remove },
]
