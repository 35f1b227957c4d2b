/** The kinds' schemas: their fixed names and values, and what is true of every field. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import * as decision from '../operator/api/connection-decision.ts'
import { openApi } from '../operator/api/definition.ts'
import * as endpoint from '../operator/api/private-endpoint.ts'
import { places, rulesOf, type Place } from '../operator/api/reference.ts'
import {
  defaulted,
  choice,
  flag,
  object,
  optional,
  set,
  text,
  type Infer,
  type JsonObject,
  type Written,
} from '../operator/api/schema.ts'

const test = suite('schema')
const kinds = { endpoint, decision }

/** Metadata is the API server's own. */
const placesOf = (kind: typeof endpoint | typeof decision): readonly Place[] =>
  places(openApi(kind.definition)).filter(({ path }) => path !== 'metadata')

const at = (kind: typeof endpoint | typeof decision, path: string): JsonObject => {
  const found = placesOf(kind).find((place) => place.path === path)
  if (found === undefined) throw new Error(`no field ${path}`)
  return found.json
}

const below = (kind: typeof endpoint | typeof decision, path: string): readonly string[] =>
  Object.keys(at(kind, path)['properties'] as JsonObject)

test('an object asks for what has neither a default nor a question mark', () => {
  const { json } = object('x', {
    must: flag('x'),
    may: optional(flag('x')),
    filled: defaulted(flag('x'), true),
  })
  assert.equal(json['required'], ['must'])
  assert.equal((json['properties'] as JsonObject)['filled'], {
    type: 'boolean',
    description: 'x',
    default: true,
  })
})

test('the types say what the schema says', () => {
  const schema = object('x', {
    must: choice('x', ['A', 'B']),
    may: optional(text('x', { maxLength: 1 })),
    filled: defaulted(flag('x'), true),
    states: optional(set('x', choice('x', ['P']), { maxItems: 1 })),
  })
  const written: Written<typeof schema> = { must: 'A' }
  const read: Infer<typeof schema> = { must: 'B', filled: false, states: ['P'] }
  // @ts-expect-error a reader always finds a defaulted field
  const unfilled: Infer<typeof schema> = { must: 'A' }
  // @ts-expect-error C is no choice
  const wrong: Written<typeof schema> = { must: 'C' }
  assert.ok(written && read && unfilled && wrong)
})

test('the fields of an endpoint are those of the contract', () => {
  const words = (text: string) => text.trim().split(/\s+/)
  assert.equal(
    below(endpoint, 'spec'),
    words(`serverId subnetId resourceGroup createResourceGroup endpointName connectionName location
      networkInterfaceName privateIPAddress approval requestMessage applicationSecurityGroupIds
      subnetNetworkPolicies dns tags driftPolicy managementPolicy adoptionPolicy deletionPolicy
      recreatePolicy suspend identityRef connectionInfo`),
  )
  assert.equal(
    below(endpoint, 'spec.dns'),
    words(`mode zoneId resourceGroup createZone zoneGroupName configName linkOwnVirtualNetwork
      additionalVirtualNetworkIds resolutionPolicy deleteUnusedLinks tags`),
  )
  assert.equal(
    below(endpoint, 'status'),
    words(`observedGeneration lastHandledReconcileAt lastHandledRecreate conditions privateEndpointId
      resourceGuid provisioningState server serverState connection networkInterfaceId
      privateIPAddresses fqdns dns drift appliedTagKeys nextRetryTime memory`),
  )
  assert.equal(
    below(endpoint, 'status.connection'),
    words('name state description actionsRequired'),
  )
  assert.equal(
    below(endpoint, 'status.dns'),
    words('zoneId zoneGroupId virtualNetworkLinkIds records'),
  )
  assert.equal(below(endpoint, 'status.drift[]'), words('path desired observed'))
})

test('the fields of a decision are those of the contract', () => {
  const words = (text: string) => text.trim().split(/\s+/)
  assert.equal(
    below(decision, 'spec'),
    words(`serverId action inbox description connections maxApproved decideUntil decidedBy suspend
      identityRef`),
  )
  assert.equal(
    below(decision, 'spec.connections'),
    words('names privateEndpointIds endpointRefs subscriptionIds resourceGroupIds states'),
  )
  assert.equal(
    below(decision, 'status'),
    words(`observedGeneration lastHandledReconcileAt conditions server pending approved rejected
      state requester connections history nextRetryTime memory`),
  )
})

/** Values and defaults are fixed with users. */
const choices = {
  endpoint: {
    'spec.approval': ['Automatic', ['Automatic', 'Manual']],
    'spec.subnetNetworkPolicies': [
      undefined,
      ['Disabled', 'Enabled', 'NetworkSecurityGroupEnabled', 'RouteTableEnabled'],
    ],
    'spec.dns.mode': ['Managed', ['Managed', 'External', 'None']],
    'spec.dns.resolutionPolicy': [undefined, ['Default', 'NxDomainRedirect']],
    'spec.driftPolicy': ['Correct', ['Correct', 'Report']],
    'spec.managementPolicy': ['Manage', ['Manage', 'Observe']],
    'spec.adoptionPolicy': ['Never', ['Never', 'IfMatching']],
    'spec.deletionPolicy': ['Delete', ['Delete', 'Retain']],
    'spec.recreatePolicy': ['Never', ['Never', 'OnServerRecreated']],
    'spec.identityRef.kind': [undefined, ['Secret', 'ServiceAccount']],
  },
  decision: {
    'spec.action': [undefined, ['Approve', 'Reject', 'Delete']],
    'spec.connections.states[]': [undefined, ['Pending', 'Approved']],
    'spec.identityRef.kind': [undefined, ['Secret', 'ServiceAccount']],
  },
} as const

for (const kind of ['endpoint', 'decision'] as const) {
  const all = placesOf(kinds[kind])

  test(`${kind}: every enumeration of the spec has the contract's values and default`, () => {
    const found = all.filter(({ path, json }) => path.startsWith('spec') && json['enum'])
    const shown = found.map(({ path, json }) => [path, [json['default'], json['enum']]])
    assert.equal(Object.fromEntries(shown), choices[kind])
  })

  test(`${kind}: every field says what it is, in a sentence`, () => {
    for (const { path, json } of all) {
      assert.match(String(json['description'] ?? ''), /^[A-Z].*[.)]$/, path || 'root')
    }
  })

  test(`${kind}: every text, list and map has a limit`, () => {
    for (const { path, json } of all.filter(({ path }) => path.includes('.'))) {
      const free = json['enum'] === undefined && json['format'] === undefined
      if (json['type'] === 'string' && free) assert.type(json['maxLength'], 'number', path)
      if (json['type'] === 'array') assert.type(json['maxItems'], 'number', path)
      if (json['additionalProperties']) assert.type(json['maxProperties'], 'number', path)
    }
  })

  test(`${kind}: every list says how writers share it`, () => {
    for (const { path, json } of all.filter(({ json }) => json['type'] === 'array')) {
      assert.match(String(json['x-kubernetes-list-type']), /^(set|map|atomic)$/, path)
    }
  })

  test(`${kind}: nothing that Azure says is limited to values known today`, () => {
    const closed = all.filter(({ path, json }) => path.startsWith('status') && json['enum'])
    assert.equal(
      closed.map(({ path }) => path),
      ['status.conditions[].status'],
    )
  })

  test(`${kind}: every rule's message is one line that kubectl can show`, () => {
    for (const { path, message } of rulesOf(openApi(kinds[kind].definition))) {
      assert.match(message, /^[^\n]{20,600}$/, path)
    }
  })
}

test('an object that nobody has looked at says so', () => {
  for (const kind of [endpoint, decision]) {
    assert.equal(at(kind, 'status')['default'], { observedGeneration: -1 })
  }
})

test('names of the API are fixed', () => {
  assert.is(endpoint.crd.metadata.name, 'postgresprivateendpoints.pgpe.dev')
  assert.is(decision.crd.metadata.name, 'endpointconnectiondecisions.pgpe.dev')
  assert.is(endpoint.apiVersion, 'pgpe.dev/v1alpha1')
  assert.equal(endpoint.annotations, {
    reconcileRequestedAt: 'pgpe.dev/reconcile-requested-at',
    fluxReconcileRequestedAt: 'reconcile.fluxcd.io/requestedAt',
    recreate: 'pgpe.dev/recreate',
    adoptFrom: 'pgpe.dev/adopt-from',
    ignoreHa: 'pgpe.dev/ignore-ha',
  })
  assert.equal(endpoint.labels, { class: 'pgpe.dev/class', inbox: 'pgpe.dev/inbox' })
})

test.run()
