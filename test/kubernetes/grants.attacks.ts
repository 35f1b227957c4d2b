/**
 * What the grants refuse, as rows: a write, the grants its writer has, the one he lacks, and the guard
 * that stands in between.
 */
import type { Json, JsonObject } from '../../operator/api/schema.ts'
import { operatorUser } from '../../operator/grants.ts'
import { networks, type Grant } from './grants.ts'
import { ids, merged, type KindName } from './manifests.ts'
import { at } from './rules.ts'

export type Step =
  | { readonly do: 'create'; readonly patch: JsonObject }
  | { readonly do: 'patch'; readonly patch: JsonObject }
  | { readonly do: 'delete' }

export interface Attack {
  readonly policy: string
  /** Of a validation, or a part of the condition under which the policy looks. */
  readonly guard: string
  readonly kind: KindName
  /** What is stored before; absent: nothing. */
  readonly before?: JsonObject
  /** What its name ends in. */
  readonly named?: string
  /** Who stored it: the operator, for its rows. */
  readonly beforeBy?: 'operator'
  readonly by?: 'operator'
  readonly write: Step
  readonly has: readonly Grant[]
  /** With these too the write is accepted; absent: nobody may. */
  readonly lacks?: readonly Grant[]
  readonly says: RegExp
}

const low = (id: string): string => id.toLowerCase()
const both = (...patches: readonly JsonObject[]): JsonObject => patches.reduce(merged, {})

const server = low(ids.server)
const connect = `connect servers ${server}`
const approve = `approve servers ${server}`
const reject = `reject servers ${server}`
const disconnect = `disconnect servers ${server}`
const subnet = `join subnets ${low(ids.subnet)}`
const zone = `join zones ${low(ids.zone)}`
const network = (index: number): Grant => `join virtualnetworks ${low(networks(index + 1)[index]!)}`

const manual = at('spec.approval', 'Manual')
const names = at('spec.connections.names', [ids.connection])
const action = (name: Json): JsonObject => at('spec.action', name)
const decided = (name: string): JsonObject => both(action(name), names)
const label = at('metadata.labels', { 'pgpe.dev/inbox': 'inbox' })
const row = both(label, names)
const owner: Json = [
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: 'gone',
    uid: '6b6ee9c4-0000-4000-8000-000000000000',
  },
]

const create = (patch: JsonObject): Step => ({ do: 'create', patch })
const patch = (what: JsonObject): Step => ({ do: 'patch', patch: what })
const remove: Step = { do: 'delete' }

const endpoint = { policy: 'pgpe-endpoints', kind: 'endpoint' } as const
const decision = { policy: 'pgpe-decisions', kind: 'decision' } as const

/** An endpoint that lacks one grant; `rest` are those it needs beside. */
const made = (
  guard: string,
  spec: JsonObject,
  rest: readonly Grant[],
  lacks: Grant,
  says: RegExp,
): Attack => ({ ...endpoint, guard, write: create(spec), has: rest, lacks: [lacks], says })

const endpointAttacks: Readonly<Record<string, Attack>> = {
  'an endpoint to a server that one may not connect to': made(
    'connect servers',
    manual,
    [subnet],
    connect,
    /connect on servers\.pgpe\.dev \/subscriptions\/.*\/flexibleservers\/orders is missing: person-\S+ needs in namespace \S+ a Role with the rule \{apiGroups: \[pgpe\.dev\], resources: \[servers\], verbs: \[connect\], resourceNames: \["\/subscriptions\/.*orders"\]\}/,
  ),
  'an Automatic endpoint by someone who may not approve': made(
    'approve servers',
    {},
    [connect, subnet],
    approve,
    /approve on servers\.pgpe\.dev .*; or set spec\.approval to Manual/,
  ),
  'a Manual endpoint that is made Automatic': {
    ...endpoint,
    guard: 'approve servers',
    before: manual,
    write: patch(at('spec.approval', 'Automatic')),
    has: [connect, subnet],
    lacks: [approve],
    says: /approve on servers/,
  },
  "another team's subnet": made(
    'join subnets',
    manual,
    [connect],
    subnet,
    /join on subnets\.pgpe\.dev .*subnets\/endpoints is missing/,
  ),
  "another team's zone": made(
    'join zones',
    both(manual, at('spec.dns.zoneId', ids.zone)),
    [connect, subnet],
    zone,
    /join on zones\.pgpe\.dev .*; or remove spec\.dns\.zoneId/,
  ),
  'an identity that one may not use': made(
    'use identities',
    both(manual, at('spec.identityRef', { kind: 'Secret', name: 'pgpe-azure' })),
    [connect, subnet],
    'use identities pgpe-azure',
    /use on identities\.pgpe\.dev pgpe-azure is missing/,
  ),
  'an endpoint that turns to an identity one may not use': {
    ...endpoint,
    guard: 'use identities',
    before: manual,
    write: patch(at('spec.identityRef', { kind: 'ServiceAccount', name: 'pgpe-azure' })),
    has: [connect, subnet],
    lacks: ['use identities pgpe-azure'],
    says: /use on identities\.pgpe\.dev pgpe-azure/,
  },
  "an endpoint that turns to another team's zone": {
    ...endpoint,
    guard: 'join zones',
    before: manual,
    write: patch(at('spec.dns.zoneId', ids.zone)),
    has: [connect, subnet],
    lacks: [zone],
    says: /join on zones/,
  },
  "an endpoint that turns to another team's subnet": {
    ...endpoint,
    guard: 'join subnets',
    before: manual,
    write: patch(at('spec.subnetId', ids.otherSubnet)),
    has: [connect, subnet],
    lacks: [`join subnets ${low(ids.otherSubnet)}`],
    says: /join on subnets\.pgpe\.dev .*subnets\/others/,
  },
  'an endpoint that turns to another server': {
    ...endpoint,
    guard: 'connect servers',
    before: manual,
    write: patch(at('spec.serverId', ids.otherServer)),
    has: [connect, subnet],
    lacks: [`connect servers ${low(ids.otherServer)}`],
    says: /connect on servers\.pgpe\.dev .*billing/,
  },
  'an endpoint that takes over what somebody else made': {
    ...endpoint,
    guard: 'connect servers',
    before: manual,
    write: patch(at('spec.adoptionPolicy', 'IfMatching')),
    has: [subnet],
    lacks: [connect],
    says: /connect on servers/,
  },
  'an endpoint that is changed after its grant was withdrawn': {
    ...endpoint,
    guard: 'connect servers',
    before: manual,
    write: patch(at('spec.suspend', true)),
    has: [subnet],
    lacks: [connect],
    says: /connect on servers/,
  },
  'an id in capitals, which Azure takes for the same': made(
    'connect servers',
    both(manual, at('spec.serverId', ids.server.toUpperCase())),
    [subnet],
    connect,
    /connect on servers\.pgpe\.dev \/subscriptions/,
  ),
}

/** What acts without being part of the spec. */
const metadataAttacks: Readonly<Record<string, Attack>> = Object.fromEntries(
  [
    ['annotations', 'pgpe.dev/recreate', 'an endpoint made anew'],
    ['annotations', 'pgpe.dev/adopt-from', 'an endpoint of another cluster taken over'],
    ['labels', 'pgpe.dev/class', 'an endpoint handed to another operator'],
  ].map(([place = '', key = '', what = '']) => [
    `${what} by the ${place.slice(0, -1)} ${key}`,
    {
      ...endpoint,
      guard: key,
      before: manual,
      write: patch(at(`metadata.${place}`, { [key]: 'x' })),
      has: [subnet],
      lacks: [connect],
      says: /connect on servers/,
    },
  ]),
)

/** The first and last of each policy that shares the hundred. */
const networkAttacks: Readonly<Record<string, Attack>> = {
  "another team's virtual network, given later": {
    policy: 'pgpe-networks-0',
    guard: 'network 0',
    kind: 'endpoint',
    before: manual,
    write: patch(at('spec.dns.additionalVirtualNetworkIds', networks(1))),
    has: [connect, subnet],
    lacks: [network(0)],
    says: /join on virtualnetworks\.pgpe\.dev .*\/spoke-0 is missing/,
  },
  ...Object.fromEntries(
    [0, 24, 25, 99].map((index) => {
      const first = Math.floor(index / 25) * 25
      return [
        `another team's virtual network, the one at ${index}`,
        {
          policy: `pgpe-networks-${first}`,
          guard: `network ${index}`,
          kind: 'endpoint',
          write: create(
            both(manual, at('spec.dns.additionalVirtualNetworkIds', networks(index + 1))),
          ),
          has: [connect, subnet, ...Array.from({ length: index }, (_, other) => network(other))],
          lacks: [network(index)],
          says: new RegExp(`join on virtualnetworks.pgpe.dev .*/spoke-${index} is missing`),
        } satisfies Attack,
      ]
    }),
  ),
}

const verbs = { Approve: approve, Reject: reject, Delete: disconnect }

const actionAttacks: Readonly<Record<string, Attack>> = Object.fromEntries(
  Object.entries(verbs).flatMap(([name, grant]) => {
    const others = Object.values(verbs).filter((other) => other !== grant)
    const verb = grant.split(' ')[0]
    const [other = ''] = Object.keys(verbs).filter((each) => each !== name)
    const common = {
      ...{ ...decision, guard: `${verb} servers`, has: others, lacks: [grant] },
      says: new RegExp(`${verb} on servers\\.pgpe\\.dev /subscriptions.*verbs: \\[${verb}\\]`),
    }
    const attacks: readonly (readonly [string, Attack])[] = [
      [`${name} by somebody who may not`, { ...common, write: create(decided(name)) }],
      [`${name} on a row`, { ...common, before: row, beforeBy: 'operator', write: patch(action(name)) }],
      [`${name} turned into ${other}`, { ...common, before: decided(name), write: patch(action(other)) }],
      [`${name} taken back`, { ...common, before: decided(name), write: patch(action(null)) }],
      [`${name} suspended`, { ...common, before: decided(name), write: patch(at('spec.suspend', true)) }],
    ]
    return attacks
  }),
) // prettier-ignore

const rejectedOnly = { ...decision, before: decided('Reject'), has: [approve, disconnect], lacks: [reject], says: /reject on servers/ } // prettier-ignore

const decisionAttacks: Readonly<Record<string, Attack>> = {
  "another's Reject deleted": { ...rejectedOnly, guard: 'deleting a Reject', write: remove },
  "another's Reject narrowed": {
    ...rejectedOnly,
    guard: 'reject servers',
    write: patch(at('spec.connections.names', [ids.connection.replace('orders', 'other')])),
  },
  "another's Reject handed to an operator that does not run": {
    ...rejectedOnly,
    guard: 'pgpe.dev/class',
    write: patch(at('metadata.labels', { 'pgpe.dev/class': 'none' })),
  },
  "another's Reject that expires": {
    ...rejectedOnly,
    guard: 'reject servers',
    write: patch(at('spec.decideUntil', '2020-01-01T00:00:00Z')),
  },
  "another's Reject made by an identity that may nothing in Azure": {
    ...rejectedOnly,
    guard: 'reject servers',
    write: patch(at('spec.identityRef', { kind: 'Secret', name: 'pgpe-azure' })),
    has: [approve, disconnect, 'use identities pgpe-azure'],
  },
  "an Approve that turns to an identity one may not use": {
    ...decision,
    guard: 'use identities',
    before: decided('Approve'),
    write: patch(at('spec.identityRef', { kind: 'Secret', name: 'pgpe-azure' })),
    has: [approve],
    lacks: ['use identities pgpe-azure'],
    says: /use on identities\.pgpe\.dev pgpe-azure/,
  },
  "another's Reject given to an owner with whom it goes": {
    ...rejectedOnly,
    guard: 'ownerReferences',
    write: patch(at('metadata.ownerReferences', owner)),
  },
  "another's Reject pushed through while high availability is made": {
    ...rejectedOnly,
    guard: 'pgpe.dev/ignore-ha',
    write: patch(at('metadata.annotations', { 'pgpe.dev/ignore-ha': 'true' })),
  },
  'a look at a server on which one may decide nothing': {
    ...decision,
    guard: 'any verb',
    write: create({}),
    has: [connect, `approve servers ${low(ids.otherServer)}`],
    lacks: [disconnect],
    says: /approve or reject or disconnect on servers/,
  },
  'an inbox by somebody who may decide nothing': {
    ...decision,
    guard: 'any verb',
    write: create(at('spec.inbox', true)),
    has: [connect],
    lacks: [reject],
    says: /approve or reject or disconnect on servers/,
  },
  'an identity of the database side that one may not use': {
    ...decision,
    guard: 'use identities',
    write: create(both(decided('Approve'), at('spec.identityRef', { kind: 'ServiceAccount', name: 'pgpe-azure' }))),
    has: [approve],
    lacks: ['use identities pgpe-azure'],
    says: /use on identities\.pgpe\.dev pgpe-azure/,
  },
} // prettier-ignore

const all = [approve, reject, disconnect]
const byOperator = { ...decision, guard: "the operator's account", by: 'operator', has: all, says: /undecided inbox rows only/ } as const // prettier-ignore
const anybody = { ...decision, has: all }

/** Refused whoever writes. */
const forbidden: Readonly<Record<string, Attack>> = {
  'the operator approves': { ...byOperator, write: create(both(label, decided('Approve'))) },
  'the operator approves on its row': {
    ...byOperator,
    before: row,
    beforeBy: 'operator',
    write: patch(action('Approve')),
  },
  'the operator makes an object that is no row': { ...byOperator, write: create(names) },
  'the operator makes a row for two connections': {
    ...byOperator,
    write: create(both(label, at('spec.connections.names', [ids.connection, `x.${ids.connection.split('.')[1]}`]))),
  },
  'the operator makes an inbox': { ...byOperator, write: create(both(label, at('spec.inbox', true))) },
  'the operator signs a row': {
    ...byOperator,
    write: create(both(row, at('spec.decidedBy.username', operatorUser))),
  },
  'the operator deletes a decision': { ...byOperator, before: decided('Approve'), write: remove },
  "the operator deletes a person's look": { ...byOperator, before: names, write: remove },
  'a row stripped of its label': {
    ...anybody,
    guard: 'the label of a row',
    before: row,
    beforeBy: 'operator',
    write: patch(at('metadata.labels', null)),
    says: /the label pgpe\.dev\/inbox marks a row/,
  },
  'an object labelled as a row afterwards': {
    ...anybody,
    guard: 'the label of a row',
    before: names,
    write: patch(label),
    says: /the label pgpe\.dev\/inbox marks a row/,
  },
  'a row that the operator did not make': {
    ...anybody,
    guard: 'a forged row',
    write: create(row),
    says: /the label pgpe\.dev\/inbox marks a row that the operator made: remove it/,
  },
  'a row for a whole subscription, to be emptied and taken for one request': {
    ...anybody,
    guard: 'the shape of a row',
    write: create(both(label, action('Reject'), at('spec', { maxApproved: 99, connections: { subscriptionIds: [ids.subscription] } }))),
    says: /a row is about one connection/,
  },
  'a decision in the place of a row that somebody deleted': {
    ...anybody,
    guard: 'the name of a row',
    named: '-0123456789abcdef',
    write: create(names),
    says: /is that of an inbox row/,
  },
  'a row pinned to another connection by way of a decision': {
    ...anybody,
    guard: 'the pin of a row',
    before: both(label, decided('Reject')),
    write: patch(at('spec.connections.names', [ids.connection.replace('orders', 'stranger')])),
    says: /stays pinned/,
  },
  'a decision signed by somebody else': {
    ...anybody,
    guard: 'decidedBy',
    write: create(both(decided('Approve'), at('spec.decidedBy.username', 'dana'))),
    says: /spec\.decidedBy\.username is dana, and the decision is written by person-/,
  },
  'a signature changed later': {
    ...anybody,
    guard: 'decidedBy',
    before: decided('Approve'),
    write: patch(at('spec.decidedBy', { username: 'dana' })),
    says: /decidedBy\.username is dana/,
  },
} // prettier-ignore

export const attacks: Readonly<Record<string, Attack>> = {
  ...endpointAttacks,
  ...metadataAttacks,
  ...networkAttacks,
  ...actionAttacks,
  ...decisionAttacks,
  ...forbidden,
}
