/** What a change asks for; and what the operator may do, as rows. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { KubernetesObject } from '../operator/kubernetes/port.ts'
import type { Change, Origin } from '../operator/kubernetes/store.ts'
import {
  azurePermissions,
  kubernetesPermissions,
  permissionsPage,
  policyRules,
  roleDefinition,
} from '../operator/permissions.ts'
import { isWanted, laneOf } from '../operator/waking.ts'
import { table } from './kit/table.ts'

const object = (metadata: Partial<KubernetesObject['metadata']>): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: {
    ...{ namespace: 'a', name: 'x', uid: 'u', generation: 1, resourceVersion: '1' },
    creationTimestamp: '2026-01-01T00:00:00Z',
    ...metadata,
  },
})

type Row = Omit<Change<KubernetesObject>, 'key' | 'origin'> & {
  readonly origin?: Origin
  readonly lane: string | undefined
  readonly wanted?: boolean
}
const known = object({})
const later = { resourceVersion: '2' }

table<Row>(
  'waking',
  {
    'the first list can wait': {
      ...{ before: undefined, after: known, origin: 'first list', lane: 'routine', wanted: true },
    },
    'a new object goes first': { before: undefined, after: known, lane: 'user', wanted: true },
    'an object that went is looked at': {
      before: known,
      after: undefined,
      lane: 'user',
      wanted: true,
    },
    'a changed spec goes first': {
      ...{ before: known, after: object({ ...later, generation: 2 }), lane: 'user', wanted: true },
    },
    'an annotation goes first: it may ask for a visit': {
      ...{ before: known, after: object({ ...later, annotations: { a: 'b' } }) },
      ...{ lane: 'user', wanted: true },
    },
    'a deletion that was asked for goes first': {
      ...{ before: known, after: object({ ...later, deletionTimestamp: 'now' }) },
      ...{ lane: 'user', wanted: true },
    },
    'a status that another wrote can wait': {
      ...{ before: known, after: object(later), lane: 'routine', wanted: false },
    },
    'what a full list finds counts as a change': {
      ...{ before: known, after: object({ ...later, generation: 2 }), origin: 'list' },
      ...{ lane: 'user', wanted: true },
    },
    'our own write asks for nothing': {
      ...{
        before: known,
        after: object(later),
        origin: 'own write',
        lane: undefined,
        wanted: false,
      },
    },
    'an object that we made is visited': {
      ...{ before: undefined, after: known, origin: 'own write', lane: 'user', wanted: true },
    },
  },
  ({ before, after, origin = 'watch', lane, wanted }) => {
    const change = { key: 'a/x', origin, before, after }
    assert.is(laneOf(change), lane)
    assert.is(isWanted(change), wanted)
  },
)

const test = suite('permissions')

test('no row holds a wildcard, and each has a reason', () => {
  const rows = [...kubernetesPermissions, ...azurePermissions]
  assert.not.ok(JSON.stringify(rows).includes('*'))
  for (const { because } of rows) assert.match(because, /\.$/)
})

test('secrets are read by name alone, and nothing grants more than it takes', () => {
  const secrets = kubernetesPermissions.filter(({ resource }) => resource === 'secrets')
  assert.equal(
    secrets.map(({ verbs, names }) => [verbs, names]),
    [[['get'], ['pgpe-azure']]],
  )
  const dangerous = ['escalate', 'bind', 'impersonate', 'deletecollection']
  for (const { verbs } of kubernetesPermissions) {
    assert.not.ok(verbs.some((verb) => dangerous.includes(verb)))
  }
})

test('rules take the names of the settings', () => {
  const rules = policyRules(['watched', 'own'], { identities: ['one', 'two'], lease: 'mine' })
  const named = (resource: string) =>
    rules.find(({ resources, resourceNames }) => resources[0] === resource && resourceNames)
  assert.equal(named('secrets')?.resourceNames, ['one', 'two'])
  assert.equal(named('leases')?.resourceNames, ['mine'])
  assert.is(named('namespaces'), undefined)
})

test("the network side's role cannot decide, and the database side's cannot build", () => {
  const actions = (role: 'network' | 'database') =>
    roleDefinition(role, '', [role], []).Actions.join(' ')
  assert.not.match(actions('network'), /privateEndpointConnections/)
  assert.not.match(actions('database'), /Microsoft\.Network/)
  assert.not.match(actions('network'), /subnets\/write|resourceGroups\/write/)
})

test('every row stands on the page', () => {
  const page = permissionsPage()
  for (const { action } of azurePermissions) assert.ok(page.includes(action))
  for (const { resource } of kubernetesPermissions) assert.ok(page.includes(resource))
})

test.run()
