/** Record sets: written and read at once, each with an etag of its own. */
import type { Answer } from '../answer.ts'
import { Refusal } from '../answer.ts'
import { required } from '../body.ts'
import type { Call } from '../call.ts'
import { name } from '../call.ts'
import { groupOf, notFound } from '../gateway.ts'
import { page } from '../page.ts'
import { keyOf } from '../path.ts'
import type { RecordSet, Zone } from '../records.ts'
import type { Route } from '../route.ts'
import { givenRecords, recordsOf, renderRecordSet } from './record-set-body.ts'
import type { RecordType } from './record-type.ts'
import { recordTypes } from './record-type.ts'
import { badRequest, checkPreconditions, etag, usableZone, zoneType } from './write.ts'

const inZone = `/subscriptions/{subscription}/resourceGroups/{group}/providers/${zoneType}/{zone}`

const zoneIdOf = (call: Call, access: 'read' | 'write'): string =>
  `${groupOf(call, access).id}/providers/${zoneType}/${name(call, 'zone')}`

function zoneOf(call: Call): Zone {
  const zone = call.world.zones.get(zoneIdOf(call, 'read'))
  if (zone !== undefined) return zone
  throw notFound(`${zoneType}/${name(call, 'zone')}`, groupOf(call, 'read').name)
}

/** Names of records are kept in lower case. */
const idIn = (zoneId: string, { name: type }: RecordType, call: Call): string =>
  `${zoneId}/${type}/${name(call, 'name').toLowerCase()}`

const answer = (status: number, recordSet: RecordSet): Answer => ({
  status,
  headers: { etag: recordSet.etag },
  body: renderRecordSet(recordSet),
})

/** Azure's words for records that are not there. */
const absent = (call: Call): Refusal =>
  new Refusal(404, {
    code: 'NotFound',
    message:
      `The resource record '${name(call, 'name')}' does not exist in resource group ` +
      `'${name(call, 'group')}' of subscription '${name(call, 'subscription')}'.`,
  })

const inWords = (call: Call, { name: type }: RecordType): string =>
  `record set '${name(call, 'name')}' of type '${type}'`

/** A canonical name is alone with its name. */
function checkCanonicalName(call: Call, zone: Zone, type: string): void {
  const rival = recordTypes
    .filter((other) => other.name !== type && (type === 'CNAME' || other.name === 'CNAME'))
    .find((other) => call.world.recordSets.get(idIn(zone.id, other, call)) !== undefined)
  if (rival === undefined) return
  throw badRequest(
    'The record could not be created because ' +
      `a ${rival.name} record with the same name already exists in this zone.`,
  )
}

const put =
  (type: RecordType) =>
  (call: Call): Answer => {
    const { world } = call
    const zone = usableZone(world, zoneIdOf(call, 'write'), `privateDnsZones/${type.name}`)
    const id = idIn(zone.id, type, call)
    const existing = world.recordSets.get(id)
    const properties = givenRecords(call, type)
    checkPreconditions(call, existing, inWords(call, type))
    const ttl = required(properties.ttl, 'properties.ttl')
    if (ttl < 1) throw badRequest(`The TTL '${ttl}' is not between 1 and 2147483647.`)
    const written = {
      etag: etag(world, id),
      ttl,
      metadata: properties.metadata,
      records: recordsOf(properties, type),
    }
    if (existing !== undefined) return answer(200, Object.assign(existing, written))
    if (type.name === 'SOA') throw badRequest('A record set of type SOA exists with its zone only.')
    checkCanonicalName(call, zone, type.name)
    const called = name(call, 'name').toLowerCase()
    const made: RecordSet = { id, zone, type: type.name, name: called, ...written }
    return answer(201, world.recordSets.add(made))
  }

const patch =
  (type: RecordType) =>
  (call: Call): Answer => {
    const { world } = call
    const zone = usableZone(world, zoneIdOf(call, 'write'), `privateDnsZones/${type.name}`)
    const existing = world.recordSets.get(idIn(zone.id, type, call))
    if (existing === undefined) throw absent(call)
    const properties = givenRecords(call, type)
    checkPreconditions(call, existing, inWords(call, type))
    const { ttl = existing.ttl, metadata = existing.metadata } = properties
    const isGiven = properties[type.member] !== undefined
    const records = isGiven ? recordsOf(properties, type) : existing.records
    const written = { ttl, metadata, records, etag: etag(world, existing.id) }
    return answer(200, Object.assign(existing, written))
  }

const get =
  (type: RecordType) =>
  (call: Call): Answer => {
    const recordSet = call.world.recordSets.get(idIn(zoneOf(call).id, type, call))
    if (recordSet === undefined) throw absent(call)
    return answer(200, recordSet)
  }

const remove =
  (type: RecordType) =>
  (call: Call): Answer => {
    const existing = call.world.recordSets.get(idIn(zoneIdOf(call, 'write'), type, call))
    checkPreconditions(call, existing, inWords(call, type))
    if (existing === undefined) return { status: 204 }
    if (type.name === 'SOA') throw badRequest('The record set of type SOA cannot be deleted.')
    call.world.recordSets.remove(existing)
    return { status: 200 }
  }

/** One page of a zone's record sets, of one type or of all, with the suffix that was asked for. */
const list =
  (type: RecordType | undefined) =>
  (call: Call): Answer => {
    const zone = zoneOf(call)
    const suffix = keyOf(call.query.get('$recordsetnamesuffix') ?? '')
    const lines = call.world.recordSets.lines(zone.id).filter(({ body }) => {
      const { type: rowType, name: called } = body()
      const fits = type === undefined || rowType === `${zoneType}/${type.name}`
      return fits && String(called).endsWith(suffix)
    })
    return page(call, lines, 'dns')
  }

const routesOf = (of: RecordType): readonly Route[] => {
  const type = `${zoneType}/${of.name}`
  const all = `${inZone}/${of.name}`
  const one = `${all}/{name}`
  return [
    { method: 'GET', path: all, type, operation: 'list', handle: list(of) },
    { method: 'GET', path: one, type, operation: 'get', handle: get(of) },
    { method: 'PUT', path: one, type, operation: 'put', handle: put(of) },
    { method: 'PATCH', path: one, type, operation: 'patch', handle: patch(of) },
    { method: 'DELETE', path: one, type, operation: 'delete', handle: remove(of) },
  ]
}

export const recordSetRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: `${inZone}/ALL`,
    type: `${zoneType}/ALL`,
    operation: 'list',
    handle: list(undefined),
  },
  ...recordTypes.flatMap(routesOf),
]
