/** Decisions, connections and servers for tests of the decision kind: the usual, and what a row changes. */
import { complete } from '../../operator/api/value.ts'
import {
  spec as specSchema,
  type DecisionStatus,
  type EndpointConnectionDecision,
  type WrittenDecisionSpec,
} from '../../operator/api/connection-decision.ts'
import type { Metadata } from '../../operator/api/kubernetes.ts'
import { makeId } from '../../operator/azure/id.ts'
import type { Connection, Server } from '../../operator/azure/model.ts'
import { present } from '../../operator/azure/observed.ts'
import { nameKey } from '../../operator/decision/identity.ts'
import type { Candidate } from '../../operator/decision/match.ts'
import type { Observation } from '../../operator/decision/observation.ts'

export const ours = '11111111-1111-1111-1111-111111111111'
export const vendors = '22222222-2222-2222-2222-222222222222'
export const strangers = '99999999-9999-9999-9999-999999999999'

export const serverId = makeId('server', ours, 'data', 'orders')
export const serverText = `/subscriptions/${ours}/resourceGroups/data/providers/Microsoft.DBforPostgreSQL/flexibleServers/orders`

export const endpointText = (name: string, subscription = ours, group = 'net'): string =>
  `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Network/privateEndpoints/${name}`

/** A GUID of a small number. */
export const guid = (number: number): string =>
  `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`

export interface ConnectionGiven {
  readonly state?: string
  /** `null`: Azure names no endpoint. */
  readonly endpoint?: string | null
  readonly groupIds?: readonly string[]
  readonly provisioningState?: string
  readonly description?: string
}

/** `app.1` means endpoint `app` and the GUID of 1. */
export const fullName = (short: string): string => {
  const dot = short.lastIndexOf('.')
  return `${short.slice(0, dot)}.${guid(Number(short.slice(dot + 1)))}`
}

export function connection(short: string, given: ConnectionGiven = {}): Connection {
  const name = fullName(short)
  const endpoint =
    given.endpoint === undefined ? endpointText(short.split('.')[0] ?? '') : given.endpoint
  const { state = 'Pending', groupIds = ['postgresqlServer'] } = given
  const { provisioningState = 'Succeeded', description = '' } = given
  const id = makeId('connection', ours, 'data', 'orders', name)
  return {
    id,
    raw: {
      name,
      properties: {
        ...(endpoint !== null && { privateEndpoint: { id: endpoint } }),
        groupIds,
        privateLinkServiceConnectionState: { status: state },
      },
    },
    name,
    ...(endpoint !== null && { privateEndpointId: endpoint }),
    groupIds,
    state,
    description,
    actionsRequired: 'None',
    provisioningState,
  }
}

export const server = (
  connections: readonly Connection[] | undefined,
  given: Partial<Pick<Server, 'state' | 'highAvailability'>> = {},
): Server => ({
  id: serverId,
  raw: {},
  name: 'orders',
  location: 'uksouth',
  state: 'Ready',
  ...(connections && { connections }),
  ...given,
})

let made = 0

export interface DecisionGiven {
  readonly name?: string
  readonly namespace?: string
  readonly spec?: Partial<WrittenDecisionSpec>
  readonly status?: DecisionStatus
  readonly metadata?: Partial<Metadata>
}

export function decision(given: DecisionGiven = {}): EndpointConnectionDecision {
  const name = given.name ?? `decision-${(made += 1)}`
  const namespace = given.namespace ?? 'db'
  return {
    apiVersion: 'pgpe.dev/v1alpha1',
    kind: 'EndpointConnectionDecision',
    metadata: {
      namespace,
      name,
      uid: `uid-${namespace}-${name}`,
      generation: 1,
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...given.metadata,
    },
    spec: complete(specSchema, { serverId: serverText, ...given.spec }),
    ...(given.status && { status: given.status }),
  }
}

export const candidate = (
  of: EndpointConnectionDecision,
  endpoints: Readonly<Record<string, string>> = {},
): Candidate => ({ decision: of, endpoints: new Map(Object.entries(endpoints)) })

export const now = Date.parse('2026-01-01T12:00:00Z')

/** A visit of `self` at noon, with nothing wrong. */
export const observation = (
  self: EndpointConnectionDecision | Candidate,
  connections: readonly Connection[],
  given: Partial<Observation> = {},
): Observation => ({
  self: 'decision' in self ? self : candidate(self),
  rivals: [],
  serverId,
  server: present(server(connections)),
  fresh: new Map(),
  attempts: new Map(),
  unchecked: [],
  knownSince: 0,
  silentSince: undefined,
  serverTakenUntil: undefined,
  now,
  chance: 0.5,
  settings: { inFlightMs: 5_000, resyncMs: 300_000 },
  gated: true,
  synced: true,
  ...given,
})

type Intents = NonNullable<NonNullable<DecisionStatus['memory']>['intents']>

/** An intent bound to that connection, as an earlier visit records it. */
export const intent = (
  of: Connection,
  action: 'Approve' | 'Reject' | 'Delete' = 'Approve',
  before = 'Pending',
): Intents[number] => ({
  name: of.name,
  ...(of.privateEndpointId !== undefined && { privateEndpointId: of.privateEndpointId }),
  groupIds: of.groupIds,
  action,
  before,
  at: '2026-01-01T11:00:00Z',
})

/** A status with notes of the present generation. */
export const remembering = (
  memory: NonNullable<DecisionStatus['memory']>,
  rest: Partial<DecisionStatus> = {},
): DecisionStatus => ({ observedGeneration: 1, memory: { generation: 1, ...memory }, ...rest })

export const fresh = (...connections: readonly Connection[]): Observation['fresh'] =>
  new Map(connections.map((one) => [nameKey(one.name), present(one)]))
