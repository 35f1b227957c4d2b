/** Private DNS zones: made and deleted in the background, never with virtual networks linked to them. */
import type { Answer } from '../answer.ts'
import { Refusal, gateway } from '../answer.ts'
import { anything, object, tracked } from '../body.ts'
import type { Call } from '../call.ts'
import { bodyOf, name, subscription } from '../call.ts'
import { checkTags, groupOf, notFound } from '../gateway.ts'
import { page } from '../page.ts'
import { lastName } from '../path.ts'
import type { Zone } from '../records.ts'
import type { Route } from '../route.ts'
import type { Body } from '../store.ts'
import type { World } from '../world.ts'
import { makeStartOfAuthority } from './record-type.ts'
import {
  accepted,
  badRequest,
  begin,
  checkGlobal,
  checkPreconditions,
  etag,
  zoneType as type,
} from './write.ts'

const inSubscription = `/subscriptions/{subscription}/providers/${type}`
const all = `/subscriptions/{subscription}/resourceGroups/{group}/providers/${type}`
const one = `${all}/{name}`

/** Recorded by Azure Service Operator 2.9; limits are Azure's. */
export const renderZone = (zone: Zone, recordSets: number): Body => ({
  id: zone.id,
  name: zone.name,
  type,
  etag: zone.etag,
  location: 'global',
  ...(zone.tags === undefined ? {} : { tags: zone.tags }),
  properties: {
    maxNumberOfRecordSets: 25_000,
    maxNumberOfVirtualNetworkLinks: 1000,
    maxNumberOfVirtualNetworkLinksWithRegistration: 100,
    numberOfRecordSets: recordSets,
    numberOfVirtualNetworkLinks: zone.links.size,
    numberOfVirtualNetworkLinksWithRegistration: [...zone.links].filter(
      (link) => link.registrationEnabled,
    ).length,
    provisioningState: zone.state,
  },
})

const zoneBody = object({ ...tracked, properties: anything })

/** Documented: 2 to 34 labels of 1 to 63 letters, digits, hyphens or underscores. */
function checkName(called: string): void {
  const labels = called.split('.')
  const isLabel = (label: string): boolean =>
    /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i.test(label)
  if (labels.length >= 2 && labels.length <= 34 && labels.every(isLabel)) return
  throw badRequest(`The zone name '${called}' is invalid: a private DNS zone has 2 to 34 labels.`)
}

function put(call: Call): Answer {
  const { world } = call
  const group = groupOf(call, 'write')
  const body = bodyOf(call, zoneBody)
  checkGlobal(body.location, type)
  const tags = checkTags(body.tags)
  const called = name(call, 'name').toLowerCase()
  checkName(called)
  const id = `${group.id}/providers/${type}/${called}`
  const existing = world.zones.get(id)
  checkPreconditions(call, existing, `zone '${called}'`)
  const zone: Zone = existing ?? {
    id,
    name: called,
    tags,
    etag: etag(world, id),
    state: 'Creating',
    operation: undefined,
    links: new Set(),
  }
  const operation = begin(call, zone, 'UpsertPrivateDnsZone', () => {
    world.zones.touch(zone)
    if (zone.state === 'Creating') makeStartOfAuthority(world, zone)
    zone.state = 'Succeeded'
    zone.tags = tags
    zone.etag = etag(world, id)
  })
  if (existing === undefined) world.zones.add(zone)
  else {
    world.zones.touch(zone)
    zone.state = 'Updating'
  }
  return accepted(world, operation, {})
}

function found(call: Call, access: 'read' | 'write'): Zone {
  const group = groupOf(call, access)
  const zone = call.world.zones.get(`${group.id}/providers/${type}/${name(call, 'name')}`)
  if (zone === undefined) throw notFound(`${type}/${name(call, 'name')}`, group.name)
  return zone
}

function get(call: Call): Answer {
  const group = groupOf(call, 'read')
  const body = call.world.zones.seen(`${group.id}/providers/${type}/${name(call, 'name')}`)
  if (body === undefined) throw notFound(`${type}/${name(call, 'name')}`, group.name)
  return { status: 200, headers: { etag: String(body['etag']) }, body }
}

function patch(call: Call): Answer {
  const { world } = call
  const zone = found(call, 'write')
  const tags = checkTags(bodyOf(call, zoneBody).tags)
  checkPreconditions(call, zone, `zone '${zone.name}'`)
  const operation = begin(call, zone, 'UpsertPrivateDnsZone', () => {
    world.zones.touch(zone)
    zone.state = 'Succeeded'
    if (tags !== undefined) zone.tags = tags
    zone.etag = etag(world, zone.id)
  })
  world.zones.touch(zone)
  zone.state = 'Updating'
  return accepted(world, operation, {})
}

/** Recorded by Azure Service Operator 2.9: ARM itself refuses. */
function nested(zone: Zone): Refusal {
  const links = [...zone.links].map(
    (link) => `'${type}/${zone.name}/virtualNetworkLinks/${lastName(link.id)}'`,
  )
  return new Refusal(
    409,
    {
      code: 'CannotDeleteResource',
      message:
        'Cannot delete resource while nested resources exist. ' +
        `Some existing nested resource IDs include: ${links.join(',')}. ` +
        'Please delete all nested resources before deleting this resource.',
    },
    gateway,
  )
}

function remove(call: Call): Answer {
  const { world } = call
  const group = groupOf(call, 'write')
  const zone = world.zones.get(`${group.id}/providers/${type}/${name(call, 'name')}`)
  checkPreconditions(call, zone, `zone '${name(call, 'name')}'`)
  if (zone === undefined) return { status: 204 }
  if (zone.links.size > 0) throw nested(zone)
  const operation = begin(call, zone, 'DeletePrivateDnsZone', () => removeZone(world, zone))
  world.zones.touch(zone)
  zone.state = 'Deleting'
  return accepted(world, operation)
}

/** Its record sets go with it. */
export function removeZone(world: World, zone: Zone): void {
  for (const recordSet of world.recordSets.in(zone.id)) world.recordSets.remove(recordSet)
  world.zones.remove(zone)
}

export const zoneRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: inSubscription,
    type,
    operation: 'list',
    handle: (call) =>
      page(call, call.world.zones.lines(`/subscriptions/${subscription(call).id}`), 'dns'),
  },
  {
    method: 'GET',
    path: all,
    type,
    operation: 'list',
    handle: (call) => page(call, call.world.zones.lines(groupOf(call, 'read').id), 'dns'),
  },
  { method: 'GET', path: one, type, operation: 'get', handle: get },
  { method: 'PUT', path: one, type, operation: 'put', handle: put },
  { method: 'PATCH', path: one, type, operation: 'patch', handle: patch },
  { method: 'DELETE', path: one, type, operation: 'delete', handle: remove },
]
