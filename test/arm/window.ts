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

/** Of Microsoft.Network but for private DNS: in 5 minutes. */
const network: Readonly<Record<OperationClass, number>> = {
  reads: 10_000,
  writes: 1000,
  deletes: 1000,
}

export function windowsOf(
  { type, operation, scope, subscriptionId = '' }: Asked,
  kind: OperationClass,
): Limit | undefined {
  const lower = type.toLowerCase()
  if (!lower.startsWith('microsoft.network/')) return undefined
  const whole = { key: `${subscriptionId} network ${kind}`, limit: network[kind], seconds: 300 }
  if (!lower.startsWith('microsoft.network/privatedns')) return whole
  const segments = keyOf(scope).split('/')
  const read = operation !== 'list' ? 'get' : segments.length > 3 ? 'listInGroup' : 'list'
  const on = kind === 'reads' ? read : 'write'
  const row = rows.find((each) => each.type.test(lower) && each.on.includes(on))
  // What polls operations has no limit of its own.
  if (row === undefined)
    return {
      ...whole,
      key: `${subscriptionId} private dns ${kind}`,
      limit: kind === 'reads' ? 500 : network[kind],
    }
  const shared = row.per === 'zone' ? segments.slice(0, 9).join('/') : subscriptionId
  return {
    key: `${shared} ${row.type.source} ${row.on.join()}`,
    limit: row.limit,
    seconds: row.seconds,
  }
}
