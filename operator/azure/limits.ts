/**
 * What Azure allows, as tables: ARM's token buckets, and the providers' windows with the requests that
 * count in each. Documented in "request limits and throttling" and in the limits of private DNS zones.
 * Must name for every request at least one window, so that a provider's 429 has something to pause.
 */
import type { Rate } from './bucket.ts'
import type { Route } from './routes.ts'
import type { WindowLimit } from './window.ts'

export type RequestClass = 'read' | 'write' | 'delete'

/** Per subscription, identity and class. */
export const rates: { readonly [C in RequestClass]: Rate } = {
  read: { burst: 250, refill: 25, reserve: 5 },
  write: { burst: 200, refill: 10, reserve: 3 },
  delete: { burst: 200, refill: 10, reserve: 3 },
}

interface Row {
  /** Of the lower-cased ARM type. */
  readonly type: RegExp
  readonly on: readonly ('get' | 'list' | 'listInGroup' | 'change')[]
  readonly limit: number
  readonly seconds: number
  readonly per: 'subscription' | 'zone'
}

const all = ['get', 'list', 'listInGroup'] as const
const zone = 'microsoft\\.network/privatednszones'
const zones = new RegExp(`^${zone}$`)
const records = new RegExp(`^${zone}/a$`)
const links = new RegExp(`^${zone}/virtualnetworklinks$`)
const dns = new RegExp(`^${zone}(/|$)`)
/** Of Azure, per region as well; an id does not tell the region, and one count for all is stricter. */
const network = new RegExp(`^microsoft\\.network/(?!privatedns)`)

const rows: readonly Row[] = [
  { type: network, on: ['change'], limit: 1_000, seconds: 300, per: 'subscription' },
  { type: network, on: all, limit: 10_000, seconds: 300, per: 'subscription' },
  { type: dns, on: all, limit: 500, seconds: 300, per: 'subscription' },
  { type: zones, on: ['change'], limit: 40, seconds: 60, per: 'subscription' },
  { type: zones, on: ['get'], limit: 200, seconds: 60, per: 'zone' },
  { type: zones, on: ['list'], limit: 60, seconds: 60, per: 'subscription' },
  { type: zones, on: ['listInGroup'], limit: 100, seconds: 60, per: 'subscription' },
  { type: records, on: ['get'], limit: 200, seconds: 60, per: 'zone' },
  { type: records, on: ['list'], limit: 100, seconds: 60, per: 'zone' },
  { type: links, on: ['change'], limit: 60, seconds: 60, per: 'zone' },
  { type: links, on: all, limit: 100, seconds: 60, per: 'zone' },
]

/** The windows in which a request counts; of a provider without a published number one without a limit. */
export function windowsOf(route: Route, requestClass: RequestClass): readonly WindowLimit[] {
  const path = route.path.toLowerCase()
  const lower = route.type.toLowerCase()
  const isList = lower.endsWith('/list')
  const type = isList ? lower.slice(0, -'/list'.length) : lower
  const inGroup = isList && zones.test(type) && path.includes('/resourcegroups/')
  const read = !isList ? 'get' : inGroup ? 'listInGroup' : 'list'
  const on = requestClass === 'read' ? read : 'change'
  const subscription = route.subscriptionId.toLowerCase()
  const found = rows.flatMap((row, index) => {
    if (!row.type.test(type) || !row.on.includes(on)) return []
    const shared = row.per === 'zone' ? path.split('/').slice(0, 9).join('/') : subscription
    return [{ key: `${shared} ${index}`, limit: row.limit, ms: row.seconds * 1_000 }]
  })
  if (found.length > 0) return found
  const provider = type.split('/')[0] ?? ''
  return [{ key: `${subscription} ${provider} ${on}`, limit: Infinity, ms: 60_000 }]
}

const headersOf: { readonly [C in RequestClass]: string } = {
  read: 'reads',
  write: 'writes',
  delete: 'deletes',
}

export interface Remaining {
  /** Of ARM's bucket. */
  readonly bucket: number | undefined
  /** Of the provider's windows. */
  readonly windows: number | undefined
}

/** The least that the answer's headers leave; undefined where they say nothing. */
export function remainingOf(
  requestClass: RequestClass,
  header: (name: string) => string | undefined,
): Remaining {
  const of = (...names: readonly string[]): number | undefined => {
    const left = names
      .map((name) => header(`x-ms-ratelimit-remaining-subscription-${name}`)?.trim() ?? '')
      .filter((value) => /^\d{1,9}$/.test(value))
      .map(Number)
    return left.length === 0 ? undefined : Math.min(...left)
  }
  const kind = headersOf[requestClass]
  return { bucket: of(kind, `global-${kind}`), windows: of('resource-requests') }
}
