/** Record sets as they are written and as they are answered. */
import { anything, integer, object, text, textMap } from '../body.ts'
import type { Check } from '../body.ts'
import type { Call } from '../call.ts'
import { bodyOf } from '../call.ts'
import type { RecordSet } from '../records.ts'
import type { Body } from '../store.ts'
import type { RecordType } from './record-type.ts'
import { recordTypes } from './record-type.ts'
import { badRequest, zoneType } from './write.ts'

/** Recorded by Azure Service Operator 2.9. */
export const renderRecordSet = (recordSet: RecordSet): Body => ({
  id: recordSet.id,
  name: recordSet.name,
  type: `${zoneType}/${recordSet.type}`,
  etag: recordSet.etag,
  properties: {
    ...(recordSet.metadata === undefined ? {} : { metadata: recordSet.metadata }),
    fqdn:
      recordSet.name === '@'
        ? `${recordSet.zone.name}.`
        : `${recordSet.name}.${recordSet.zone.name}.`,
    ttl: recordSet.ttl,
    ...recordSet.records,
    isAutoRegistered: false,
  },
})

const members = Object.fromEntries(recordTypes.map(({ member, check }) => [member, check]))

/** Clients of all types send one shape. */
const recordSetBody = object({
  id: anything,
  name: anything,
  type: anything,
  etag: text,
  properties: object({
    ttl: integer,
    metadata: textMap,
    fqdn: anything,
    isAutoRegistered: anything,
    ...(members as Readonly<Record<string, Check<unknown>>>),
  }),
})

export interface GivenRecords {
  readonly ttl?: number | undefined
  readonly metadata?: Readonly<Record<string, string>> | undefined
  /** By member. */
  readonly [member: string]: unknown
}

/** The properties of a body; records of another type than the path's are refused. */
export function givenRecords(call: Call, { name: type, member }: RecordType): GivenRecords {
  const properties = (bodyOf(call, recordSetBody).properties ?? {}) as GivenRecords
  const other = recordTypes.find((each) => {
    const value = properties[each.member]
    return each.member !== member && value !== undefined && !isEmpty(value)
  })
  if (other === undefined) return properties
  throw badRequest(`The record set is of type '${type}', but holds '${other.member}'.`)
}

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0

/** The records, checked beyond their shape. Documented: at most 20. */
export function recordsOf(
  properties: GivenRecords,
  { name: type, member, single }: RecordType,
): Body {
  const records = properties[member]
  if (records === undefined && single) {
    throw badRequest(`The record set of type '${type}' has no '${member}'.`)
  }
  const value = records ?? []
  if (Array.isArray(value) && value.length > 20) {
    throw badRequest(`The record set has ${value.length} records; a record set has at most 20.`)
  }
  return { [member]: value }
}
