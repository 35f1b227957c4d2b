/**
 * The providers' own limits, as a table: so many requests in so many seconds of real time. Documented in
 * "request limits and throttling" (Microsoft.Network) and in Azure DNS' limits (private zones).
 */
import { keyOf } from './path.ts'
import type { Asked, OperationClass } from './throttle.ts'

export interface Limit {
  /** What shares it. */
  readonly key: string
  readonly limit: number
  readonly seconds: number
}

interface Row {
  readonly type: RegExp
  /** Class, or how a read reads. */
  readonly on: readonly ('get' | 'list' | 'listInGroup' | 'write')[]
  readonly limit: number
  readonly seconds: number
  readonly per: 'subscription' | 'zone'
}

const zone = 'microsoft\\.network/privatednszones'
const record = new RegExp(`^${zone}/(a|aaaa|all|cname|mx|ptr|soa|srv|txt)$`)

const rows: readonly Row[] = [
  { type: new RegExp(`^${zone}$`), on: ['write'], limit: 40, seconds: 60, per: 'subscription' },
  { type: new RegExp(`^${zone}$`), on: ['get'], limit: 200, seconds: 60, per: 'zone' },
  { type: new RegExp(`^${zone}$`), on: ['list'], limit: 60, seconds: 60, per: 'subscription' },
  {
    type: new RegExp(`^${zone}$`),
    on: ['listInGroup'],
    limit: 100,
    seconds: 60,
    per: 'subscription',
  },
  { type: record, on: ['write'], limit: 60, seconds: 60, per: 'zone' },
  { type: record, on: ['get'], limit: 200, seconds: 60, per: 'zone' },
  { type: record, on: ['list', 'listInGroup'], limit: 100, seconds: 60, per: 'zone' },
  {
    type: new RegExp(`^${zone}/virtualnetworklinks$`),
    on: ['write'],
    limit: 60,
    seconds: 60,
    per: 'zone',
  },
  {
    type: new RegExp(`^${zone}/virtualnetworklinks$`),
    on: ['get', 'list', 'listInGroup'],
    limit: 100,
    seconds: 60,
    per: 'zone',
  },
]

/** In 5 minutes. Writes and deletes count together. Azure counts each region by itself: this is stricter. */
const network = { limit: { reads: 10_000, changes: 1000 }, seconds: 300 } as const
/** Reads of all zones, beside what each kind of read has: both numbers are documented. */
const privateDns = { limit: { reads: 500, changes: 1000 }, seconds: 300 } as const

/** All the windows in which a request counts. */
export function windowsOf(
  { type, operation, scope, subscriptionId = '' }: Asked,
  kind: OperationClass,
): readonly Limit[] {
  const lower = type.toLowerCase()
  if (!lower.startsWith('microsoft.network/')) return []
  const changes = kind === 'reads' ? 'reads' : 'changes'
  const isDns = lower.startsWith('microsoft.network/privatedns')
  const { limit, seconds } = isDns ? privateDns : network
  const whole = {
    key: `${subscriptionId} ${isDns ? 'private dns' : 'network'} ${changes}`,
    limit: limit[changes],
    seconds,
  }
  if (!isDns) return [whole]
  const segments = keyOf(scope).split('/')
  const read = operation !== 'list' ? 'get' : segments.length > 3 ? 'listInGroup' : 'list'
  const on = kind === 'reads' ? read : 'write'
  const row = rows.find((each) => each.type.test(lower) && each.on.includes(on))
  // What polls operations has no limit of its own.
  if (row === undefined) return [whole]
  const shared = row.per === 'zone' ? segments.slice(0, 9).join('/') : subscriptionId
  const own = {
    key: `${shared} ${row.type.source} ${row.on.join()}`,
    limit: row.limit,
    seconds: row.seconds,
  }
  return kind === 'reads' ? [own, whole] : [own]
}
