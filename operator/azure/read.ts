/**
 * GETs and lists as observations. What could not be read, decoded or read to its end is unreadable; only
 * a 404 that says so is an absence.
 */
import type { Clock } from './client.ts'
import { decode, decodeAddressCheck, type AddressCheck, type Decoded } from './decode/table.ts'
import type { ArmError } from './error.ts'
import type { Id } from './id.ts'
import { isObject, object } from './json.ts'
import type { Json, Kind, Models } from './model.ts'
import { absent, present, unreadable, type Observed } from './observed.ts'
import { Former, type PageOf } from './former.ts'
import type { Listed, ListedPage, Listing, ListScope } from './port.ts'
import { refusal } from './refusal.ts'
import {
  routeOf,
  routeOfAddressCheck,
  routeOfList,
  routeOfOperation,
  type Route,
} from './routes.ts'
import type { Reply, Session, Urgency } from './session.ts'
import { continuation } from './url.ts'
import { provesAbsence } from './verdict.ts'

export interface Reader {
  readonly session: Session
  readonly clock: Clock
  /** Origin of the cloud's resource manager. */
  readonly resourceManager: string
}

/** 25,000 record sets in pages of 100, several times over. */
const mostPages = 1_000
const mostItems = 200_000

/** One resource, asked for now. */
export async function readOne<K extends Kind>(
  { session }: Reader,
  id: Id<K>,
  urgency: Urgency = 'one',
): Promise<Observed<Models[K]>> {
  const route = routeOf(id)
  return observed(await session.read(route, urgency), route, (body) => decode(id, body))
}

/** Azure's check of an address, asked for now. */
export async function readAddressCheck(
  { session }: Reader,
  id: Id<'virtualNetwork'>,
  ipAddress: string,
): Promise<Observed<AddressCheck>> {
  const route = routeOfAddressCheck(id, ipAddress)
  return observed(await session.read(route), route, decodeAddressCheck)
}

/** Why an operation ended as it should not have; absent when it did not, or nobody knows it any more. */
export async function readEnd(
  { session, clock, resourceManager }: Reader,
  id: Id<'privateEndpoint'>,
  operation: string,
): Promise<Observed<ArmError>> {
  const route = routeOfOperation(id, operation, resourceManager)
  if (route === undefined) return absent
  const reply = await session.read(route)
  if (reply.is === 'refusal' && reply.status === 404) return absent
  const read = (body: Json | undefined): Decoded<Json> => ({ is: 'decoded', value: body ?? {} })
  const seen = observed(reply, route, read)
  if (seen.is !== 'present') return seen
  const { status, error } = object(seen.value)
  if (status !== 'Failed' && status !== 'Canceled') return absent
  const said = isObject(error) ? error : { code: status }
  const { code, message, retry } = refusal(200, nothing, { error: said }, clock.now().getTime())
  return present({ code, message, retry })
}

const nothing = { get: () => undefined }

/**
 * A list with all its pages, asked for now.
 * @param before the list as it was read last: what is still the same is not decoded again
 */
export async function readList<S extends ListScope>(
  { session, clock, resourceManager }: Reader,
  scope: S,
  before?: Listing<Listed[S['list']]>,
): Promise<Observed<Listing<Listed[S['list']]>>> {
  type Item = Listed[S['list']]
  const route = routeOfList(scope)
  const begunAt = clock.monotonicMs()
  const former = new Former<Item>(scope.list, before)
  const items: Item[] = []
  const pages: ListedPage[] = []
  let query: string | undefined = route.query
  while (query !== undefined) {
    const known = former.page(pages.length, query)
    const reply = await session.read(
      { ...route, query, known: known?.digest ?? -1 },
      pages.length === 0 ? 'list' : 'page',
    )
    const same = reply.is === 'success' && known !== undefined && reply.digest === known.digest
    const page: Observed<PageOf<Item>> = same
      ? present(known)
      : observed(reply, route, (body) => former.decode(body))
    if (page.is !== 'present') {
      return pages.length === 0 ? page : incomplete(reason(page), errorOf(page))
    }
    const { skipped, nextLink } = page.value
    items.push(...page.value.items)
    const digest = reply.is === 'success' ? (reply.digest ?? -1) : -1
    pages.push({ query, digest, items: page.value.items.length, skipped, nextLink })
    const address = { origin: resourceManager, path: route.path }
    query = nextLink === undefined ? undefined : continuation(nextLink, address)
    if (nextLink === undefined) break
    if (query === undefined) return incomplete('its next page is at another address')
    if (pages.some((one) => one.query === query)) {
      return incomplete('its pages lead back to themselves')
    }
    if (pages.length >= mostPages || items.length > mostItems) return incomplete('it does not end')
  }
  const skipped = pages.reduce((sum, page) => sum + page.skipped, 0)
  const shown = former.same(pages) ?? items
  return present({ items: shown, begunAt, pages, ...(skipped === 0 ? {} : { skipped }) })
}

const errorOf = (page: Observed<unknown>): ArmError | undefined =>
  page.is === 'unreadable' ? page.error : undefined

const reason = (page: Observed<unknown>): string =>
  errorOf(page)?.message ?? 'the list went away while it was read'

const incomplete = (because: string, error?: ArmError): Observed<never> =>
  unreadable({
    ...error,
    code: 'Incomplete',
    message: `A list could not be read to its end: ${because}`,
    retry: error?.retry ?? (error === undefined ? 'slow' : 'fast'),
  })

function observed<T>(
  reply: Reply,
  route: Route,
  read: (body: Json | undefined) => Decoded<T>,
): Observed<T> {
  switch (reply.is) {
    case 'held':
    case 'broken':
      return unreadable(reply.error)
    case 'refusal': {
      const gone = provesAbsence(reply.error.code, reply.status)
      return gone ? absent : unreadable(reply.error)
    }
    case 'success': {
      const decoded = read(reply.body)
      if (decoded.is === 'decoded') return present(decoded.value)
      const message = `An answer of ${route.type} can't be understood: ${decoded.because}.`
      return unreadable({ code: 'Undecodable', status: reply.status, message, retry: 'fast' })
    }
  }
}
