/**
 * Who a connection is. A decision is bound to this and to nothing softer: the full name with the GUID
 * that Azure gave it, the requesting endpoint's ARM id as Azure asserts it, and the sub-resources it
 * asks for. Never trusts a text that a requester chose for more than showing it.
 */
import { idKey, lastName, parseId, sameText, type Id } from '../azure/id.ts'
import type { Connection } from '../azure/model.ts'
import type { Claim } from '../azure/fair-queue.ts'
import { kind, type EndpointConnectionDecision } from '../api/connection-decision.ts'

export interface Identity {
  /** Full name, `<endpoint>.<guid>`: the last segment of the id that is written to. */
  readonly name: string
  readonly privateEndpointId?: string
  readonly groupIds: readonly string[]
}

/** The name comes from the id, which is what a write goes to; not from the body's `name`. */
export const nameOf = (connection: Connection): string => lastName(connection.id)

/** Names compare without case, as ids do. */
export const nameKey = (name: string): string => name.toLowerCase()
export const keyOf = (connection: Connection): string => nameKey(nameOf(connection))

export const identityOf = (connection: Connection): Identity => ({
  name: nameOf(connection),
  ...(connection.privateEndpointId !== undefined && {
    privateEndpointId: connection.privateEndpointId,
  }),
  groupIds: connection.groupIds,
})

export const sameIdentity = (a: Identity, b: Identity): boolean =>
  sameText(a.name, b.name) &&
  sameText(a.privateEndpointId, b.privateEndpointId) &&
  groupsKey(a) === groupsKey(b)

const groupsKey = ({ groupIds }: Identity): string =>
  JSON.stringify([...new Set(groupIds.map((id) => id.toLowerCase()))].sort())

const ascii = /^[\x20-\x7e]{1,1024}$/

/**
 * Whether the identity can be recorded without loss. One that can't (control or foreign characters,
 * too long, too many groups) is never acted on: Azure doesn't make such, so something is wrong.
 */
export const bindable = ({ name, privateEndpointId, groupIds }: Identity): boolean =>
  [name, ...groupIds, ...(privateEndpointId === undefined ? [] : [privateEndpointId])].every(
    (text) => ascii.test(text),
  ) && groupIds.length <= 16

/** The requesting endpoint; undefined where Azure names none, or something that is no private endpoint. */
export const endpointOf = ({
  privateEndpointId,
}: Pick<Identity, 'privateEndpointId'>): Id<'privateEndpoint'> | undefined =>
  privateEndpointId === undefined ? undefined : parseId('privateEndpoint', privateEndpointId)

/** `<subscription>/<endpoint name>`. */
export function requesterOf(of: Pick<Identity, 'privateEndpointId'>): string | undefined {
  const endpoint = endpointOf(of)
  return endpoint && `${endpoint.subscriptionId.toLowerCase()}/${lastName(endpoint)}`
}

/** One bucket per requesting subscription; all requests that name none share the empty one. */
export const subscriptionOf = (of: Pick<Identity, 'privateEndpointId'>): string =>
  endpointOf(of)?.subscriptionId.toLowerCase() ?? ''

/** Whether two texts are ids of one private endpoint. Text that is no such id equals nothing. */
export function sameEndpoint(a: string, b: Id<'privateEndpoint'>): boolean {
  const parsed = parseId('privateEndpoint', a)
  return parsed !== undefined && idKey(parsed) === idKey(b)
}

/** As whom a decision waits for its turn. */
export const whoOf = (key: string): string => `${kind} ${key}`

export const claimOf = (key: string, { metadata }: EndpointConnectionDecision): Claim => ({
  who: whoOf(key),
  namespace: metadata.namespace ?? '',
  rank: 'user',
})
