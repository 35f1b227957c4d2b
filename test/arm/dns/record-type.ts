/** The types of records that a private zone can hold: how each is written, and the one that it is born with. */
import type { Check } from '../body.ts'
import { integer, list, object, text } from '../body.ts'
import type { RecordSet, Zone } from '../records.ts'
import type { World } from '../world.ts'
import { etag } from './write.ts'

export interface RecordType {
  /** As ARM spells it. */
  readonly name: string
  /** The member of `properties` that holds the records. */
  readonly member: string
  readonly check: Check<unknown>
  /** One value instead of a list. */
  readonly single: boolean
}

const several = (name: string, member: string, check: Check<unknown>): RecordType => ({
  name,
  member,
  check: list(check),
  single: false,
})
const single = (name: string, member: string, check: Check<unknown>): RecordType => ({
  name,
  member,
  check,
  single: true,
})

const startOfAuthority = object({
  host: text,
  email: text,
  serialNumber: integer,
  refreshTime: integer,
  retryTime: integer,
  expireTime: integer,
  minimumTtl: integer,
})

export const recordTypes: readonly RecordType[] = [
  several('A', 'aRecords', object({ ipv4Address: text })),
  several('AAAA', 'aaaaRecords', object({ ipv6Address: text })),
  single('CNAME', 'cnameRecord', object({ cname: text })),
  several('MX', 'mxRecords', object({ preference: integer, exchange: text })),
  several('PTR', 'ptrRecords', object({ ptrdname: text })),
  single('SOA', 'soaRecord', startOfAuthority),
  several(
    'SRV',
    'srvRecords',
    object({ priority: integer, weight: integer, port: integer, target: text }),
  ),
  several('TXT', 'txtRecords', object({ value: list(text) })),
]

/** Of Azure's example: what a zone answers with for itself. */
export function makeStartOfAuthority(world: World, zone: Zone): RecordSet {
  const id = `${zone.id}/SOA/@`
  return world.recordSets.add({
    id,
    zone,
    type: 'SOA',
    name: '@',
    etag: etag(world, id),
    ttl: 3600,
    metadata: undefined,
    records: {
      soaRecord: {
        email: 'azureprivatedns-host.microsoft.com',
        expireTime: 2_419_200,
        host: 'azureprivatedns.net',
        minimumTtl: 10,
        refreshTime: 3600,
        retryTime: 300,
        serialNumber: 1,
      },
    },
  })
}
