/**
 * The plan and the report on every combination of what can be observed. No row says what should be
 * decided; the laws say what must never be.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { explain } from '../operator/api/catalogue.ts'
import { laws } from '../operator/api/condition.ts'
import { finalizer } from '../operator/api/private-endpoint.ts'
import type { Outcome } from '../operator/azure/action.ts'
import { absent, present, unreadable } from '../operator/azure/observed.ts'
import { catalogue } from '../operator/endpoint/conditions.ts'
import { deedKey } from '../operator/endpoint/deed.ts'
import { gate } from '../operator/endpoint/gate.ts'
import { unasked, type AzureSeen, type Observation } from '../operator/endpoint/observation.ts'
import { isOurs, ownershipOf } from '../operator/endpoint/ownership.ts'
import { plan as decide, type Plan } from '../operator/endpoint/plan.ts'
import { report } from '../operator/endpoint/report.ts'
import {
  at,
  azureAtRest,
  begunStatus,
  connection,
  dnsAtRest,
  endpoint,
  error,
  forbidden,
  guid,
  ids,
  madeBy,
  nothingYet,
  observation,
  record,
  server,
  settledStatus,
  throttled,
  uid,
  zoneGroup,
  type ObjectChanges,
} from './endpoint.make.ts'

const settings = { inFlightMs: 5_000, resyncMs: 300_000, zoneGroupResyncMs: 43_200_000 }

const servers = [
  present(server()),
  present(server({ state: 'Stopped' })),
  present(server({ state: 'Updating' })),
  present(server({ highAvailability: 'ReplicatingData' })),
  present(server({ delegatedSubnetId: '/subnet' })),
  absent,
  throttled,
  forbidden,
]
const groupThere = nothingYet.group ?? unasked
const foreignTags = new Map([
  ['pgpeOwner', `cluster-1.${guid}`],
  ['pgpeObject', 'other/pe'],
])
const endpoints = [
  ...['Pending', 'Approved', 'Rejected', 'Disconnected', 'Odd'].map((state) =>
    present(endpoint({ connection: connection({ state }) })),
  ),
  ...['Updating', 'Failed', 'Deleting', 'Odd'].map((provisioningState) =>
    present(endpoint({ provisioningState })),
  ),
  present(endpoint({ tags: new Map() })),
  present(endpoint({ tags: new Map(), resourceGuid: uid })),
  present(endpoint({ tags: foreignTags })),
  absent,
  throttled,
  forbidden,
  unreadable(error('NotYetVisible', 'fast')),
]
const groups = [
  present([zoneGroup()]),
  present([]),
  present([zoneGroup({ provisioningState: 'Updating' })]),
  present([zoneGroup({ configs: [] })]),
  unasked,
  throttled,
]
const recordSets = [
  present([record()]),
  present([]),
  present([record({ ipAddresses: ['10.9.9.9'], metadata: madeBy('other', uid) })]),
  throttled,
  forbidden,
]
const objects: readonly ObjectChanges[] = [
  {},
  { status: {} },
  { status: begunStatus },
  { metadata: { generation: 2 } },
  { spec: { approval: 'Manual' }, status: begunStatus },
  { spec: { driftPolicy: 'Report', tags: { a: 'b' } } },
  { spec: { suspend: true, tags: { a: 'b' } } },
  { spec: { managementPolicy: 'Observe' }, metadata: { finalizers: [] } },
  { spec: { adoptionPolicy: 'IfMatching' }, status: begunStatus },
  { spec: { tags: { a: 'b' } }, status: { ...settledStatus, appliedTagKeys: ['a'] } },
  { metadata: { deletionTimestamp: '2026-11-21T12:00:00Z' } },
  {
    metadata: { deletionTimestamp: '2026-11-21T12:00:00Z' },
    spec: { deletionPolicy: 'Retain' },
  },
  {
    metadata: { deletionTimestamp: '2026-11-21T12:00:00Z' },
    spec: { suspend: true, dns: { deleteUnusedLinks: true } },
  },
]

function* azures(): Generator<AzureSeen> {
  for (const server of servers) {
    for (const endpoint of endpoints) {
      const isThere = endpoint.is === 'present'
      for (const zoneGroups of isThere ? groups : [unasked]) {
        for (const records of isThere ? recordSets : recordSets.slice(0, 3)) {
          yield {
            ...azureAtRest,
            ...(isThere ? {} : { ...nothingYet, group: groupThere }),
            server,
            endpoint,
            dns: { ...dnsAtRest, zoneGroups, records },
          }
        }
      }
    }
  }
}

function* worlds(): Generator<Observation> {
  const seen = [...azures()]
  for (const object of objects.map(observation)) {
    for (const azure of seen) yield { ...object, azure }
  }
}

const all = [...worlds()]

const plans = new WeakMap<Observation, Plan>()
function plan(seen: Observation): Plan {
  const made = plans.get(seen) ?? decide(seen)
  plans.set(seen, made)
  return made
}

function forAll(law: (seen: Observation) => string | undefined): void {
  let broken = 0
  let example: { readonly why: string; readonly seen: Observation } | undefined
  for (const seen of all) {
    const why = law(seen)
    if (why === undefined) continue
    broken++
    example ??= { why, seen }
  }
  const { object, azure } = example?.seen ?? {}
  assert.is(
    broken,
    0,
    `${broken} of ${all.length}: ${example?.why}\n${JSON.stringify({ object, azure }, undefined, 1)}`,
  )
}

const test = suite('plan and report on everything')

test('look at enough worlds to mean something', () =>
  assert.ok(all.length > 30_000, `${all.length}`))

test('nothing is written without our hold on the object', () =>
  forAll((seen) => {
    const held = seen.object.metadata.finalizers?.includes(finalizer)
    return plan(seen).actions.length > 0 && !held ? 'a deed without the finalizer' : undefined
  }))

test("the endpoint is never PUT while its server can't take it, or can't be read", () =>
  forAll((seen) => {
    const puts = plan(seen).actions.filter(
      ({ action }) => action.do === 'put' && action.id.kind === 'privateEndpoint',
    )
    if (puts.length === 0 || seen.azure === undefined) return undefined
    const found = gate(seen.azure.server).is
    const allowed =
      found === 'open' || (found === 'hidden' && seen.object.spec.approval === 'Manual')
    return allowed ? undefined : `PUT while the gate is ${found}`
  }))

test('an endpoint that could not be read is neither made nor deleted', () =>
  forAll((seen) => {
    if (seen.azure?.endpoint.is !== 'unreadable') return undefined
    return plan(seen).actions.some(({ action }) => action.id.kind === 'privateEndpoint')
      ? 'a write to an endpoint that was not seen'
      : undefined
  }))

test('nothing of somebody else is written or deleted, unless it is taken over', () =>
  forAll((seen) => {
    const { azure, parsed } = seen
    if (azure?.endpoint.is !== 'present' || parsed.is !== 'target') return undefined
    if (isOurs(ownershipOf(seen, parsed.value, azure.endpoint.value))) return undefined
    const deeds = plan(seen).actions.filter(({ name }) => name !== 'AdoptEndpoint')
    return deeds.length > 0 ? `${deeds[0]?.name} on somebody's endpoint` : undefined
  }))

test('every deletion, and every first PUT, asks Azure again before it is sent', () =>
  forAll((seen) => {
    const bare = plan(seen).actions.find(
      ({ name, action }) =>
        action.guard === undefined && (action.do === 'delete' || name.startsWith('Create')),
    )
    return bare && `${bare.name} without a guard`
  }))

test('no deed is asked for twice', () =>
  forAll((seen) => {
    const keys = plan(seen).actions.map(deedKey)
    return new Set(keys).size === keys.length ? undefined : keys.join(', ')
  }))

test('nothing is written while suspended or only observed', () =>
  forAll((seen) => {
    const { suspend, managementPolicy } = seen.object.spec
    if (!suspend && managementPolicy !== 'Observe') return undefined
    return plan(seen).actions.length > 0 ? 'a deed' : undefined
  }))

test('we let go only of what is absent, not ours, retained, or was never begun', () =>
  forAll((seen) => {
    const { object, azure, parsed } = seen
    if (plan(seen).finalizer !== 'remove' || azure === undefined || parsed.is !== 'target') {
      return undefined
    }
    if (object.spec.deletionPolicy === 'Retain') return undefined
    switch (azure.endpoint.is) {
      case 'absent':
        return undefined
      case 'unreadable':
        return object.status?.privateEndpointId === undefined ? undefined : 'unread, and begun'
      case 'present':
        return isOurs(ownershipOf(seen, parsed.value, azure.endpoint.value)) ? 'ours' : undefined
    }
  }))

const accepted: Outcome = { is: 'accepted', status: 200 }
const outcomesOf: readonly (readonly [string, Outcome])[] = [
  ['accepted', accepted],
  ['refused', { is: 'refused', error: error('InvalidResourceReference', 'user-fix', 400) }],
  ['denied', { is: 'refused', error: error('LinkedAuthorizationFailed', 'slow', 403) }],
  ['busy', { is: 'refused', error: error('AnotherOperationInProgress', 'fast', 409) }],
  ['held', { is: 'held', error: error('Paced', 'throttle') }],
  ['unknown', { is: 'unknown', error: error('Unreachable', 'fast') }],
  ['guarded', { is: 'guarded', seen: absent }],
]

for (const [name, outcome] of outcomesOf) {
  test(`whatever Azure answers (${name}), the conditions are lawful, and say why and what next`, () =>
    forAll((seen) => {
      const made = plan(seen)
      if (made.actions.length === 0 && outcome !== accepted) return undefined
      const outcomes = made.actions.map(() => outcome)
      const { write, againInMs } = report(seen, made, outcomes, at, settings)
      if (againInMs === undefined && write.finalizer !== 'remove') return 'never looked at again'
      if (againInMs !== undefined && againInMs < 0) return `again in ${againInMs} ms`
      if (write.status === undefined) return undefined
      const conditions = write.status.conditions ?? []
      const { generation } = seen.object.metadata
      const [broken] = laws(conditions, generation, catalogue)
      if (broken !== undefined) return broken
      const ready = conditions.find(({ type }) => type === 'Ready')
      if (ready === undefined || ready.status === 'True') return undefined
      const explained = explain(catalogue, ready)
      const said = ready.message.length > 20 && ready.message.endsWith(explained?.remedy ?? '')
      return said ? undefined : `Ready=${ready.status}/${ready.reason}: ${ready.message}`
    }))
}

test('a report that was written changes nothing when nothing else has changed', () =>
  forAll((seen) => {
    const made = plan(seen)
    if (made.actions.length > 0 || made.finalizer !== 'keep') return undefined
    const first = report(seen, made, [], at, settings).write.status
    if (first === undefined) return undefined
    let status = first
    // What a note changes may need one more visit to settle.
    for (let visit = 0; visit < 3; visit++) {
      const later: Observation = { ...seen, object: { ...seen.object, status } }
      const next = plan(later)
      if (next.actions.length > 0) return undefined
      const again = report(later, next, [], new Date(at.getTime() + visit * 1_000), settings)
      if (again.write.status === undefined) return undefined
      if (JSON.stringify(again.write.status) === JSON.stringify(status)) return undefined
      status = again.write.status
    }
    return `still moving: ${JSON.stringify(status)}`
  }))

test('the note of what was begun is cleared only when the endpoint is proven absent', () =>
  forAll((seen) => {
    if (seen.azure?.endpoint.is === 'absent') return undefined
    const made = plan(seen)
    const { status } = report(
      seen,
      made,
      made.actions.map(() => accepted),
      at,
      settings,
    ).write
    const before = seen.object.status?.privateEndpointId
    return status !== undefined && before !== undefined && status.privateEndpointId === undefined
      ? 'cleared'
      : undefined
  }))

test('an endpoint at rest is ready, and looked at within half a resync', () => {
  const seen = observation()
  const made = plan(seen)
  const { write, againInMs } = report(seen, made, [], at, settings)
  assert.is(ids.endpoint.names[0], 'pe')
  assert.is(write.status?.conditions?.find(({ type }) => type === 'Ready')?.status, 'True')
  assert.is(againInMs, 127_500)
})

test.run()
