/**
 * Which connections a decision speaks about. Fields AND, values OR; a field that is absent says
 * nothing, an empty list matches nothing. There is no matching by pattern: the requester chooses the
 * name. A connection for which Azure names no requesting endpoint is matched by `names` alone.
 */
import { idKey, isGuid, parseId, resourceGroupOf, sameText, type Id } from '../azure/id.ts'
import type { Connection } from '../azure/model.ts'
import type { DecisionSpec, EndpointConnectionDecision } from '../api/connection-decision.ts'
import { endpointOf, identityOf, keyOf, nameKey, sameEndpoint } from './identity.ts'

/** A decision with what its `endpointRefs` lead to. */
export interface Candidate {
  readonly decision: EndpointConnectionDecision
  /** `namespace/name` of an endpoint object → its ARM id, only where that object proves it to be its own. */
  readonly endpoints: ReadonlyMap<string, string>
}

export type Selector = NonNullable<DecisionSpec['connections']>

export const refKey = (
  ref: NonNullable<Selector['endpointRefs']>[number],
  decision: EndpointConnectionDecision,
): string => `${ref.namespace ?? decision.metadata.namespace}/${ref.name}`

/** Pins of the present generation: the ARM id that each reference first matched. */
export const pinsOf = ({
  metadata,
  status,
}: EndpointConnectionDecision): ReadonlyMap<string, string> =>
  new Map(
    status?.memory?.generation === metadata.generation
      ? status.memory.pins?.map((pin) => [pin.endpoint, pin.privateEndpointId] as const)
      : [],
  )

/**
 * The ARM ids that references stand for, by reference. Once one has matched it is pinned: another id
 * under the same reference needs a new generation. A Reject holds on to its pin even when the endpoint
 * object is gone, so that nobody escapes it by deleting an object.
 */
export function referred(candidate: Candidate): ReadonlyMap<string, string> {
  const { decision, endpoints } = candidate
  const pins = pinsOf(decision)
  const found = new Map<string, string>()
  for (const ref of decision.spec.connections?.endpointRefs ?? []) {
    const key = refKey(ref, decision)
    const [pin, live] = [pins.get(key), endpoints.get(key)]
    if (pin !== undefined && decision.spec.action === 'Reject') found.set(key, pin)
    else if (live !== undefined && (pin === undefined || sameText(pin, live))) found.set(key, live)
  }
  return found
}

/** Whether the decision's selection holds the connection, whoever else speaks about it. */
export function matches(candidate: Candidate, connection: Connection): boolean {
  const { action, connections: by } = candidate.decision.spec
  if (by === undefined) return action === undefined
  const byEndpoint = [
    by.privateEndpointIds,
    by.endpointRefs,
    by.subscriptionIds,
    by.resourceGroupIds,
  ]
  const endpoint = endpointOf(identityOf(connection))
  if (endpoint === undefined && (by.names === undefined || byEndpoint.some((field) => field))) {
    return false
  }
  if (by.names === undefined && by.states === undefined && !byEndpoint.some((field) => field)) {
    return false
  }
  return (
    (by.names?.some((name) => nameKey(name) === keyOf(connection)) ?? true) &&
    (endpoint === undefined || matchesEndpoint(candidate, by, endpoint)) &&
    inState(by, connection.state)
  )
}

function matchesEndpoint(
  candidate: Candidate,
  by: Selector,
  endpoint: Id<'privateEndpoint'>,
): boolean {
  const group = idKey(resourceGroupOf(endpoint))
  const inGroup = (text: string): boolean => {
    const id = parseId('resourceGroup', text)
    return id !== undefined && idKey(id) === group
  }
  return (
    (by.privateEndpointIds?.some((id) => sameEndpoint(id, endpoint)) ?? true) &&
    (by.endpointRefs === undefined ||
      [...referred(candidate).values()].some((id) => sameEndpoint(id, endpoint))) &&
    (by.subscriptionIds?.some((id) => isGuid(id) && sameText(id, endpoint.subscriptionId)) ??
      true) &&
    (by.resourceGroupIds?.some(inGroup) ?? true)
  )
}

/** `states` keeps a Reject off the other state; what is Rejected already stays its own. */
const inState = ({ states }: Selector, state: string): boolean =>
  states === undefined ||
  (state !== 'Pending' && state !== 'Approved') ||
  states.some((wanted) => wanted === state)

/** Whether the selection names its connections one by one, rather than whoever is in a list. */
export const names = ({ connections: by }: DecisionSpec): boolean =>
  by?.names !== undefined || by?.privateEndpointIds !== undefined || by?.endpointRefs !== undefined

/** Whether the selection says by itself whose a connection must be. */
export const namesWhose = ({ connections: by }: DecisionSpec): boolean =>
  [by?.privateEndpointIds, by?.endpointRefs, by?.subscriptionIds, by?.resourceGroupIds].some(
    (field) => field !== undefined,
  )

/** Whether the selection can hold one connection only. */
export const namesOne = ({ connections: by }: DecisionSpec): boolean =>
  [by?.names, by?.privateEndpointIds, by?.endpointRefs].some((field) => field?.length === 1)
