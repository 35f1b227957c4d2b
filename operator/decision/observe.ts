/**
 * Reads all that a visit may know: the decision and its rivals from the watch's cache, the server with
 * its connections from the shared list, and by fresh GETs what must be surer than a list. Never decides,
 * and reads nothing at all before every decision has been read once.
 */
import { type DecisionSpec, type EndpointConnectionDecision } from '../api/connection-decision.ts'
import type { PostgresPrivateEndpoint } from '../api/private-endpoint.ts'
import { requestedToken } from '../api/requested.ts'
import { makeId, parseId, sameText, type Id } from '../azure/id.ts'
import type { Connection, Server } from '../azure/model.ts'
import { unreadable, type Observed } from '../azure/observed.ts'
import type { AzureView, IdentityRef } from '../azure/port.ts'
import type { Index, Store } from '../kubernetes/port.ts'
import { maxAgeMs } from './again.ts'
import { flawOf } from './flaw.ts'
import { keyOf, nameKey } from './identity.ts'
import { isOpenRow } from './inbox.ts'
import { isBoundTo, maybeSent, type Intent } from './intent.ts'
import { refKey, type Candidate } from './match.ts'
import type { Observation } from './observation.ts'
import { acts, transitionOf } from './transitions.ts'
import { uncovered } from './unchecked.ts'

export type Decisions = Store<EndpointConnectionDecision>
export type Endpoints = Store<PostgresPrivateEndpoint>

export function identityOfObject(decision: EndpointConnectionDecision): IdentityRef {
  const { identityRef } = decision.spec
  const { namespace } = decision.metadata
  return identityRef ? { ...identityRef, namespace } : { kind: 'operator', namespace }
}

/** A connection costs a GET only where a list would not do; a flood must not turn into many. */
const mostGets = 8

const incomplete = (message: string): Observed<never> =>
  unreadable({ code: 'Incomplete', message, retry: 'fast' })

export const candidate = (
  decision: EndpointConnectionDecision,
  endpoints: Endpoints,
): Candidate => {
  const found = new Map<string, string>()
  for (const ref of decision.spec.connections?.endpointRefs ?? []) {
    const key = refKey(ref, decision)
    const id = proven(endpoints.get(key), decision.spec)
    if (id !== undefined) found.set(key, id)
  }
  return { decision, endpoints: found }
}

/**
 * The ARM id that an endpoint object's own reconcile has found to be its own. An object that only
 * observes proves nothing, nor does one that has lost its endpoint, or that has never seen it.
 */
function proven(
  endpoint: PostgresPrivateEndpoint | undefined,
  { serverId }: DecisionSpec,
): string | undefined {
  if (!endpoint || endpoint.metadata.deletionTimestamp !== undefined) return undefined
  const { spec, status } = endpoint
  if (spec.managementPolicy !== 'Manage' || !sameText(spec.serverId, serverId)) return undefined
  const disowned = status?.conditions?.some(
    ({ type, status: holds }) => disowning.includes(type) && holds === 'True',
  )
  return disowned || status?.resourceGuid === undefined ? undefined : status.privateEndpointId
}
const disowning: readonly string[] = ['OwnershipLost', 'Conflicted']

const byServer: Index<EndpointConnectionDecision> = {
  keysOf: ({ spec }) => [spec.serverId.toLowerCase()],
}

/** Every decision about the server, in any namespace. */
export const decisionsOn = (
  decisions: Pick<Decisions, 'by'>,
  serverId: string,
): readonly EndpointConnectionDecision[] => [...decisions.by(byServer, serverId.toLowerCase())]

/** Every decision about the same server but this one, in any namespace. */
export const rivalsOf = (
  { metadata: { uid }, spec }: EndpointConnectionDecision,
  decisions: Pick<Decisions, 'by'>,
): readonly EndpointConnectionDecision[] =>
  decisionsOn(decisions, spec.serverId).filter(({ metadata }) => metadata.uid !== uid)

type Given = Omit<Observation, 'serverId' | 'server' | 'fresh'>

/** Reads Azure for an observation that is otherwise complete. */
export async function look(given: Given, view: AzureView): Promise<Observation> {
  const { decision } = given.self
  const serverId = parseId('server', decision.spec.serverId)
  const idle = decision.metadata.deletionTimestamp !== undefined && given.unchecked.length === 0
  if (!serverId || !given.synced || flawOf(decision) || idle) {
    const server = incomplete('Azure was not asked.')
    return { ...given, serverId, server, fresh: new Map() }
  }
  const server = await serverWithConnections(view, serverId, ageFor(given))
  const unsure = { ...given, serverId, server, fresh: new Map() }
  const names = server.is === 'present' ? doubtful(unsure, serverId, server.value) : []
  const fresh = new Map<string, Observed<Connection>>()
  for (const name of names.slice(0, mostGets)) {
    fresh.set(nameKey(name), await view.get(connectionId(serverId, name), 0))
  }
  return { ...unsure, fresh }
}

function ageFor({ self, settings }: Given): number {
  const token = requestedToken(self.decision.metadata.annotations)
  return maxAgeMs(self.decision, token, settings)
}

const connectionId = (serverId: Id<'server'>, name: string): Id<'connection'> =>
  makeId('connection', serverId.subscriptionId, serverId.resourceGroup, ...serverId.names, name)

/** An answer without the list of connections says nothing about them; a GET may. */
async function serverWithConnections(
  view: AzureView,
  serverId: Id<'server'>,
  maxAge: number,
): Promise<Observed<Server>> {
  const found = await view.find(serverId, maxAge)
  if (found.is !== 'present' || found.value.connections) return found
  const again = await view.get(serverId, maxAge)
  return again.is === 'present' && !again.value.connections
    ? incomplete("Azure's answer about the server lacks its connections.")
    : again
}

/** Names whose state no list may settle, the most urgent first. */
function doubtful(seen: Observation, serverId: Id<'server'>, server: Server): readonly string[] {
  const { decision } = seen.self
  const { metadata, spec, status } = decision
  const listed = new Map((server.connections ?? []).map((one) => [keyOf(one), one]))
  const memory = status?.memory
  const current = memory?.generation === metadata.generation
  const intents = memory?.intents ?? []
  const underWay = intents.filter(({ name }) => maybeSent(seen, name))
  const moved = intents.filter(
    (intent) =>
      !current ||
      intent.action !== spec.action ||
      differs(intent, listed.get(nameKey(intent.name))),
  )
  const act = acts.find((one) => one === spec.action)
  const undone = (current ? (memory.done ?? []) : []).filter((name) => {
    const connection = listed.get(nameKey(name))
    return act && connection && transitionOf(act, connection.state).step !== 'reached'
  })
  const gone = isOpenRow(decision, serverId)
    ? (spec.connections?.names ?? []).filter((name) => !listed.has(nameKey(name)))
    : []
  const alone = uncovered(seen).map(({ intent }) => intent)
  const names = [...alone, ...underWay, ...moved].map(({ name }) => name)
  return [...new Set([...names, ...undone, ...gone])].filter((name) =>
    parseId('connection', `${spec.serverId}/privateEndpointConnections/${name}`),
  )
}

const differs = (intent: Intent, connection: Connection | undefined): boolean =>
  connection === undefined ||
  !isBoundTo(intent, connection) ||
  connection.state !== intent.before ||
  connection.provisioningState !== 'Succeeded'
