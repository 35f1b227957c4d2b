/**
 * The connections that decisions know of, from their status: who asks, in what state, who decided, and the row
 * in which it can be decided. One connection that several objects list is one. Must never tell connections
 * apart, or take them for the same, by what a requester chose. Pure.
 */
import { labels, type EndpointConnectionDecision } from '../api/connection-decision.ts'
import type { PostgresPrivateEndpoint } from '../api/private-endpoint.ts'
import { idKey, parseId, sameText } from '../azure/id.ts'
import { nameKey, requesterOf } from '../decision/identity.ts'
import { isRow } from '../decision/row-name.ts'

type Entry = NonNullable<NonNullable<EndpointConnectionDecision['status']>['connections']>[number]

export interface Known {
  readonly serverId: string
  /** Full name, `<endpoint>.<guid>`; undefined: only the object of the requesting endpoint knows of it. */
  readonly name: string | undefined
  readonly privateEndpointId?: string
  /** `<subscription>/<endpoint>`, as Azure asserts. */
  readonly requester?: string
  /** Undefined: it is gone. */
  readonly state?: string
  /** What the requester, or who decided, wrote. */
  readonly description?: string
  /** What was decided, and by which object. */
  readonly decision?: string
  readonly by?: string
  /** Nobody decided on it. */
  readonly awaits: boolean
  /** Since when that is said. */
  readonly since?: string
  /** The object that says all this: its row, where there is one. */
  readonly seenBy: EndpointConnectionDecision | PostgresPrivateEndpoint
  /** The inbox's row for it. */
  readonly row?: EndpointConnectionDecision
}

export const shortName = (id: string): string => id.slice(id.lastIndexOf('/') + 1)

/** In the order of namespace and name of the objects that say it. */
export function knownConnections(
  decisions: readonly EndpointConnectionDecision[],
): readonly Known[] {
  const best = new Map<string, Known>()
  for (const decision of decisions.toSorted(byKey)) {
    for (const entry of decision.status?.connections ?? []) {
      const key = `${serverKey(decision.spec.serverId)} ${nameKey(entry.name)}`
      const known = knownOf(decision, entry)
      const before = best.get(key)
      if (before === undefined || rank(known) > rank(before)) best.set(key, known)
    }
  }
  return [...best.values()]
}

const objectKey = ({ metadata }: EndpointConnectionDecision): string =>
  `${metadata.namespace}/${metadata.name}`
const byKey = (a: EndpointConnectionDecision, b: EndpointConnectionDecision): number =>
  objectKey(a) < objectKey(b) ? -1 : 1

export function serverKey(serverId: string): string {
  const id = parseId('server', serverId)
  return id === undefined ? serverId.toLowerCase() : idKey(id)
}

/** The row says most; whoever decided says more than who only looks on. */
const rank = ({ row, decision, by, seenBy }: Known): number => {
  const own = by === `${seenBy.metadata.namespace}/${seenBy.metadata.name}`
  return row !== undefined ? 3 : decision !== undefined && own ? 2 : decision !== undefined ? 1 : 0
}

function knownOf(decision: EndpointConnectionDecision, entry: Entry): Known {
  const { spec, metadata, status } = decision
  const serverId = parseId('server', spec.serverId)
  const isRowOf =
    metadata.labels?.[labels.inbox] !== undefined && serverId && isRow(decision, serverId)
  const waiting = status?.conditions?.find(
    ({ type, status: holds }) => type === 'AwaitingDecision' && holds === 'True',
  )
  const requester = requesterOf(entry)
  return {
    ...entry,
    serverId: spec.serverId,
    ...(requester !== undefined && { requester }),
    awaits: waiting !== undefined && entry.decision === undefined && isOpen(entry),
    ...(waiting !== undefined && { since: waiting.lastTransitionTime }),
    seenBy: decision,
    ...(isRowOf === true && { row: decision }),
  }
}

/** It is not an incarnation that is over: one is asked for, or used. */
const isOpen = ({ state }: Pick<Known, 'state'>): boolean =>
  state === 'Pending' || state === 'Approved'

/** What awaits a decision: what decisions say, and endpoints that wait and that no decision sees. */
export function pendingOf(
  decisions: readonly EndpointConnectionDecision[],
  endpoints: readonly PostgresPrivateEndpoint[],
): readonly Known[] {
  const known = knownConnections(decisions)
  const alone = endpoints.filter(
    ({ status }) =>
      status?.conditions?.some(
        ({ type, status: holds }) => type === 'PendingApproval' && holds === 'True',
      ) &&
      !known.some(
        (one) => isOpen(one) && sameText(one.privateEndpointId, status.privateEndpointId),
      ),
  )
  return [...known.filter(({ awaits }) => awaits), ...alone.map(unseenByDecisions)]
}

function unseenByDecisions(object: PostgresPrivateEndpoint): Known {
  const { spec, status } = object
  const waiting = status?.conditions?.find(({ type }) => type === 'PendingApproval')
  const privateEndpointId = status?.privateEndpointId
  const requester = requesterOf({ ...(privateEndpointId !== undefined && { privateEndpointId }) })
  return {
    serverId: spec.serverId,
    name: undefined,
    ...(privateEndpointId !== undefined && { privateEndpointId }),
    ...(requester !== undefined && { requester }),
    state: status?.connection?.state ?? 'Pending',
    ...(spec.requestMessage !== undefined && { description: spec.requestMessage }),
    awaits: true,
    ...(waiting !== undefined && { since: waiting.lastTransitionTime }),
    seenBy: object,
  }
}
