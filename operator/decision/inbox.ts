/**
 * Which rows an inbox should hold: one for each connection of the server that no decision covers. A row
 * is an object of this kind without action, pinned to the exact name and endpoint; setting its action
 * decides. Never removes an object that somebody decided on, or that is not exactly such a row.
 */
import {
  apiVersion,
  kind,
  labels,
  type EndpointConnectionDecision,
} from '../api/connection-decision.ts'
import type { Metadata } from '../api/kubernetes.ts'
import type { Id } from '../azure/id.ts'
import type { Connection } from '../azure/model.ts'
import { endpointOf, identityOf, keyOf, nameKey, nameOf, subscriptionOf } from './identity.ts'
import { matches, type Candidate } from './match.ts'
import type { Claims } from './precedence.ts'
import { isRow, rowName } from './row-name.ts'
import { states, stateOf } from './transitions.ts'

/** Rows of one inbox; the rest is counted in its message. */
export const rowLimit = 100
/** Rows of one requesting subscription, so that no stranger fills the inbox alone. */
export const rowLimitOfSubscription = 10

/** Nobody has decided on it. */
export const isOpenRow = (decision: EndpointConnectionDecision, serverId: Id<'server'>): boolean =>
  decision.spec.action === undefined && isRow(decision, serverId)

/** Why an undecided row must go; undefined: it stays. `known` undefined: the server can't be read. */
export function rowEnds(
  row: Candidate,
  siblings: readonly Candidate[],
  known: { readonly connections: readonly Connection[]; readonly claims: Claims } | undefined,
): 'NoInbox' | 'NoConnection' | 'Covered' | undefined {
  const { namespace } = row.decision.metadata
  const inboxes = siblings.filter(
    ({ decision: { metadata, spec } }) =>
      metadata.namespace === namespace &&
      metadata.deletionTimestamp === undefined &&
      spec.inbox &&
      spec.action === undefined,
  )
  if (inboxes.length === 0) return 'NoInbox'
  if (known === undefined) return undefined
  const own = known.connections.filter((connection) => matches(row, connection))
  if (own.length === 0) return 'NoConnection'
  return own.every((connection) => known.claims.has(keyOf(connection))) ? 'Covered' : undefined
}

export interface InboxRows {
  readonly create: readonly EndpointConnectionDecision[]
  /** Rows that gave way to those of other subscriptions; the other reasons are each row's own affair. */
  readonly remove: readonly EndpointConnectionDecision[]
  /** Connections that wait without a row, because of the limits or because its name is taken. */
  readonly hidden: number
}

export function inboxRows(
  inbox: EndpointConnectionDecision,
  serverId: Id<'server'>,
  siblings: readonly Candidate[],
  connections: readonly Connection[],
  claims: Claims,
): InboxRows {
  const neighbours = new Map(
    siblings
      .filter(({ decision }) => decision.metadata.namespace === inbox.metadata.namespace)
      .map(({ decision }) => [decision.metadata.name, decision] as const),
  )
  const named = connections
    .filter((connection) => !claims.has(keyOf(connection)))
    .map((connection) => ({ connection, name: rowName(serverId, nameOf(connection)) }))
  const chosen = choose(named, new Set(neighbours.keys()))
  const create = chosen
    .filter(({ name }) => !neighbours.has(name))
    .map(({ connection, name }) => row(inbox, connection, name))
  const blocked = chosen.filter(({ connection, name }) => {
    const other = neighbours.get(name)
    return other && !(isRow(other, serverId) && holds(other, connection))
  })
  const evicted = named.filter((one) => !chosen.includes(one))
  const remove = evicted
    .flatMap(({ name }) => neighbours.get(name) ?? [])
    .filter((decision) => isOpenRow(decision, serverId) && !decision.metadata.deletionTimestamp)
  return { create, remove, hidden: evicted.length + blocked.length }
}

const holds = ({ spec }: EndpointConnectionDecision, connection: Connection): boolean =>
  spec.connections?.names?.some((name) => nameKey(name) === keyOf(connection)) ?? false

interface Named {
  readonly connection: Connection
  readonly name: string
}

/**
 * Each requesting subscription gets its first row before any gets its second: a stranger with many
 * subscriptions still can't hide a request from another one. Within one, Pending comes first, then what
 * has its row already, so that rows don't come and go with every new request.
 */
function choose(named: readonly Named[], present: ReadonlySet<string>): readonly Named[] {
  const turns = new Map<string, number>()
  const rank = ({ connection, name }: Named): string =>
    `${states.indexOf(stateOf(connection.state))}${present.has(name) ? 0 : 1}${keyOf(connection)}`
  const inTurn = sortBy(named, rank).map((one) => {
    const subscription = subscriptionOf(identityOf(one.connection))
    const turn = turns.get(subscription) ?? 0
    turns.set(subscription, turn + 1)
    return { one, turn }
  })
  const allowed = inTurn.filter(({ turn }) => turn < rowLimitOfSubscription)
  return sortBy(allowed, ({ one, turn }) => `${turn}${rank(one)}`)
    .slice(0, rowLimit)
    .map(({ one }) => one)
}

const sortBy = <T>(items: readonly T[], rank: (item: T) => string): readonly T[] =>
  items
    .map((item) => ({ item, rank: rank(item) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0))
    .map(({ item }) => item)

/** Label values are at most 63 characters; a longer name of an inbox is cut, the label is for people. */
const labelValue = (name: string): string => name.slice(0, 63).replace(/[^A-Za-z0-9]+$/, '')

function row(
  inbox: EndpointConnectionDecision,
  connection: Connection,
  name: string,
): EndpointConnectionDecision {
  const { metadata, spec } = inbox
  const ownClass = metadata.labels?.[labels.class]
  const { privateEndpointId } = identityOf(connection)
  const endpoint = endpointOf(identityOf(connection))
  // The API server fills in the rest of the metadata.
  const made: Pick<Metadata, 'namespace' | 'name' | 'labels'> = {
    namespace: metadata.namespace,
    name,
    labels: {
      [labels.inbox]: labelValue(metadata.name),
      ...(ownClass !== undefined && { [labels.class]: ownClass }),
    },
  }
  return {
    apiVersion,
    kind,
    metadata: made as Metadata,
    spec: {
      serverId: spec.serverId,
      inbox: false,
      suspend: false,
      connections: {
        names: [nameOf(connection)],
        ...(endpoint && privateEndpointId && { privateEndpointIds: [privateEndpointId] }),
      },
      ...(spec.identityRef && { identityRef: spec.identityRef }),
    },
  }
}
