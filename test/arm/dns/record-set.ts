/** Record sets: written and read at once, each with an etag of its own. */
import type { Answer } from '../answer.ts'
import { Refusal } from '../answer.ts'
import { required } from '../body.ts'
import type { Call } from '../call.ts'
import { bodyOf, name } from '../call.ts'
import { groupOf, notFound } from '../gateway.ts'
import { page } from '../page.ts'
import type { RecordSet, Zone } from '../records.ts'
import type { Route } from '../route.ts'
import type { Body } from '../store.ts'
import type { GivenRecords, RecordType } from './record-type.ts'
import { recordSetBody, recordTypes } from './record-type.ts'
import { badRequest, checkPreconditions, etag, usableZone, zoneType } from './write.ts'

const inZone = `/subscriptions/{subscription}/resourceGroups/{group}/providers/${zoneType}/{zone}`

/** Recorded by Azure Service Operator 2.9. */
export const renderRecordSet = (recordSet: RecordSet): Body => ({
  id: recordSet.id,
  name: recordSet.name,
  type: `${zoneType}/${recordSet.type}`,
  etag: recordSet.etag,
  properties: {
    ...(recordSet.metadata === undefined ? {} : { metadata: recordSet.metadata }),
    fqdn: recordSet.name === '@' ? `${recordSet.zone.name}.` : `${recordSet.name}.${recordSet.zone.name}.`,
    ttl: recordSet.ttl,
    ...recordSet.records,
    isAutoRegistered: false,
  },
})

const zoneIdOf = (call: Call, access: 'read' | 'write'): string =>
  `${groupOf(call, access).id}/providers/${zoneType}/${name(call, 'zone')}`

function zoneOf(call: Call): Zone {
  const zone = call.world.zones.get(zoneIdOf(call, 'read'))
  if (zone === undefined) throw notFound(`${zoneType}/${name(call, 'zone')}`, groupOf(call, 'read').name)
  return zone
}

const answer = (status: number, recordSet: RecordSet): Answer => ({
  status,
  headers: { etag: recordSet.etag },
  body: renderRecordSet(recordSet),
})

/** Azure's words for records that are not there. */
const absent = (call: Call): Refusal =>
  new Refusal(404, {
    code: 'NotFound',
    message: `The resource record '${name(call, 'name')}' does not exist in resource group '${name(call, 'group')}' of subscription '${name(call, 'subscription')}'.`,
  })

const byType = ({ name: type, member, single, check }: RecordType) => {
  const idIn = (zoneId: string, call: Call): string => `${zoneId}/${type}/${name(call, 'name').toLowerCase()}`

  const given = (call: Call): { readonly etag: string | undefined; readonly properties: GivenRecords } => {
    const body = bodyOf(call, recordSetBody)
    const properties = (body.properties ?? {}) as GivenRecords
    const other = recordTypes.find((each) => each.member !== member && properties[each.member] !== undefined)
    const isEmpty = Array.isArray(properties[other?.member ?? '']) && (properties[other?.member ?? ''] as []).length === 0
    if (other !== undefined && !isEmpty) {
      throw badRequest(`The record set is of type '${type}', but holds '${other.member}'.`)
    }
    return { etag: body.etag, properties }
  }

  /** The records of a body, checked beyond their shape. */
  const recordsOf = (properties: GivenRecords): Body => {
    const records = properties[member]
    if (records === undefined && single) throw badRequest(`The record set of type '${type}' has no '${member}'.`)
    const value = records ?? check([], '')
    if (Array.isArray(value) && value.length > 20) {
      throw badRequest(`The record set has ${value.length} records; a record set has at most 20.`)
    }
    return { [member]: value }
  }

  const checkCanonicalName = (zone: Zone, id: string, call: Call): void => {
    const rivals = call.world.recordSets
      .in(zone.id)
      .filter((other) => other.name === name(call, 'name').toLowerCase() && other.id !== id)
    const rival = rivals.find((other) => type === 'CNAME' || other.type === 'CNAME')
    if (rival === undefined) return
    throw badRequest(`The record could not be created because a ${rival.type} record with the same name already exists in this zone.`)
  }

  const put = (call: Call): Answer => {
    const { world } = call
    const zone = usableZone(world, zoneIdOf(call, 'write'), `privateDnsZones/${type}`)
    const id = idIn(zone.id, call)
    const existing = world.recordSets.get(id)
    const { properties } = given(call)
    checkPreconditions(call, existing, `record set '${name(call, 'name')}' of type '${type}'`)
    const ttl = required(properties.ttl, 'properties.ttl')
    if (ttl < 1) throw badRequest(`The TTL '${ttl}' is not between 1 and 2147483647.`)
    const records = recordsOf(properties)
    if (existing !== undefined) {
      Object.assign(existing, { ttl, metadata: properties.metadata, records, etag: etag(world, id) })
      return answer(200, existing)
    }
    if (type === 'SOA') throw badRequest('A record set of type SOA exists with its zone only.')
    checkCanonicalName(zone, id, call)
    const { metadata } = properties
    const called = name(call, 'name').toLowerCase()
    return answer(201, world.recordSets.add({ id, zone, type, name: called, etag: etag(world, id), ttl, metadata, records }))
  }

  const patch = (call: Call): Answer => {
    const { world } = call
    const zone = usableZone(world, zoneIdOf(call, 'write'), `privateDnsZones/${type}`)
    const existing = world.recordSets.get(idIn(zone.id, call))
    if (existing === undefined) throw absent(call)
    const { properties } = given(call)
    checkPreconditions(call, existing, `record set '${name(call, 'name')}' of type '${type}'`)
    const { ttl = existing.ttl, metadata = existing.metadata } = properties
    const records = properties[member] === undefined ? existing.records : recordsOf(properties)
    Object.assign(existing, { ttl, metadata, records, etag: etag(world, existing.id) })
    return answer(200, existing)
  }

  const get = (call: Call): Answer => {
    const recordSet = call.world.recordSets.get(idIn(zoneOf(call).id, call))
    if (recordSet === undefined) throw absent(call)
    return answer(200, recordSet)
  }

  const remove = (call: Call): Answer => {
    const existing = call.world.recordSets.get(idIn(zoneIdOf(call, 'write'), call))
    checkPreconditions(call, existing, `record set '${name(call, 'name')}' of type '${type}'`)
    if (existing === undefined) return { status: 204 }
    if (type === 'SOA') throw badRequest('The record set of type SOA cannot be deleted.')
    call.world.recordSets.remove(existing)
    return { status: 200 }
  }

  return { get, put, patch, remove }
}

/** One page of a zone's record sets, of one type or of all, with the suffix that was asked for. */
const list = (type: string | undefined) => (call: Call): Answer => {
  const zone = zoneOf(call)
  const suffix = (call.query.get('$recordsetnamesuffix') ?? '').toLowerCase()
  const lines = call.world.recordSets.lines(zone.id).filter(({ body }) => {
    const { type: rowType, name: called } = body()
    return (type === undefined || rowType === `${zoneType}/${type}`) && String(called).endsWith(suffix)
  })
  return page(call, lines, 'dns')
}

const routesOf = (recordType: RecordType): readonly Route[] => {
  const type = `${zoneType}/${recordType.name}`
  const all = `${inZone}/${recordType.name}`
  const one = `${all}/{name}`
  const { get, put, patch, remove } = byType(recordType)
  return [
    { method: 'GET', path: all, type, operation: 'list', handle: list(recordType.name) },
    { method: 'GET', path: one, type, operation: 'get', handle: get },
    { method: 'PUT', path: one, type, operation: 'put', handle: put },
    { method: 'PATCH', path: one, type, operation: 'patch', handle: patch },
    { method: 'DELETE', path: one, type, operation: 'delete', handle: remove },
  ]
}

export const recordSetRoutes: readonly Route[] = [
  { method: 'GET', path: `${inZone}/ALL`, type: `${zoneType}/ALL`, operation: 'list', handle: list(undefined) },
  ...recordTypes.flatMap(routesOf),
]
