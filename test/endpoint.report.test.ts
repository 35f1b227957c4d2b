/** What users read: conditions, status fields, events, and when an object is looked at again. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { StoredCondition } from '../operator/api/kubernetes.ts'
import type { EndpointStatus } from '../operator/api/private-endpoint.ts'
import type { Outcome } from '../operator/azure/action.ts'
import { absent, present } from '../operator/azure/observed.ts'
import { formatId } from '../operator/azure/id.ts'
import { keyOf } from '../operator/endpoint/deed.ts'
import { unasked } from '../operator/endpoint/observation.ts'
import { plan } from '../operator/endpoint/plan.ts'
import { report } from '../operator/endpoint/report.ts'
import {
  at,
  begunStatus,
  broken,
  connection,
  endpoint,
  error,
  guid,
  ids,
  ip,
  nothingYet,
  observation,
  server,
  settledStatus,
  throttled,
  type Changes,
} from './endpoint.make.ts'

const settings = { inFlightMs: 5_000, resyncMs: 300_000, zoneGroupResyncMs: 43_200_000 }
const accepted: Outcome = { is: 'accepted', status: 201 }
const minutes = (count: number): Date => new Date(at.getTime() + count * 60_000)
const begun = { status: begunStatus, azure: nothingYet }
const pendingEndpoint = present(endpoint({ connection: connection({ state: 'Pending' }) }))

const condition = (type: string, status: 'True' | 'False', reason: string): StoredCondition => ({
  type,
  status,
  reason,
  message: 'x',
  lastTransitionTime: '2026-11-21T11:59:00Z',
  observedGeneration: 1,
})

function told(given: Changes, outcome: Outcome = accepted, now = at) {
  const seen = observation(given)
  const made = plan(seen)
  const said = report(
    seen,
    made,
    made.actions.map(() => outcome),
    now,
    settings,
  )
  const { status } = said.write
  const conditions = status?.conditions ?? []
  const find = (type: string) => conditions.find((one) => one.type === type)
  return { ...said, made, status, find, ready: find('Ready') }
}

const refused = (code: string, retry: 'fast' | 'slow' | 'user-fix' | 'throttle'): Outcome => ({
  is: 'refused',
  error: error(code, retry),
})

const words = suite('report: conditions')

words('an approved endpoint with its record is Ready, and nothing else stands', () => {
  const { status, ready } = told({})
  assert.equal(ready?.status, 'True')
  assert.equal(
    status?.conditions?.map(({ type }) => type),
    ['Ready'],
  )
})

words("Azure's code stands verbatim in the message, with what to do", () => {
  const { ready, find } = told(begun, refused('PrivateIPAddressIsAllocated', 'user-fix'))
  assert.is(ready?.reason, 'Refused')
  assert.match(ready?.message ?? '', 'PrivateIPAddressIsAllocated')
  assert.match(ready?.message ?? '', 'Change the spec')
  assert.ok(find('Stalled'))
})

words('a refusal for lack of a role is Reconciling for half an hour, then Stalled', () => {
  const denial = refused('LinkedAuthorizationFailed', 'slow')
  const first = told(begun, denial)
  assert.is(first.ready?.reason, 'Denied')
  assert.ok(first.find('Reconciling'))
  const status = { ...begunStatus, memory: first.status?.memory }
  assert.ok(told({ ...begun, status } as Changes, denial, minutes(29)).find('Reconciling'))
  assert.ok(told({ ...begun, status } as Changes, denial, minutes(31)).find('Stalled'))
})

words('a failure that passes by itself changes no reason at first', () => {
  const { ready } = told(begun, refused('AnotherOperationInProgress', 'fast'))
  assert.is(ready?.reason, 'Creating')
})

words('a failure that should pass and does not is said after a minute', () => {
  const setback = {
    error: error('AnotherOperationInProgress', 'fast'),
    generation: 1,
    sinceMs: at.getTime() - 90_000,
    untilMs: at.getTime() + 1_000,
    times: 5,
  }
  const past = {
    setbacks: new Map([[keyOf('CreateEndpoint', ids.endpoint), setback]]),
    accepted: new Map(),
  }
  assert.is(told({ ...begun, seen: { past } }).ready?.reason, 'Retrying')
})

words('throttling is a condition only when it lasts', () => {
  const since = (ms: number) => ({
    setbacks: new Map([
      [
        keyOf('CreateEndpoint', ids.endpoint),
        {
          error: error('SubscriptionRequestsThrottled', 'throttle'),
          generation: 1,
          sinceMs: at.getTime() - ms,
          untilMs: at.getTime() + 1_000,
          times: 3,
        },
      ],
    ]),
    accepted: new Map(),
  })
  assert.not(told({ ...begun, seen: { past: since(10_000) } }).find('Throttled'))
  assert.ok(told({ ...begun, seen: { past: since(180_000) } }).find('Throttled'))
})

words('what stands keeps standing while Azure cannot be read, for five minutes', () => {
  const status: EndpointStatus = {
    ...settledStatus,
    conditions: [condition('Ready', 'True', 'Ready')],
  }
  const blind = (ms: number) => ({
    status,
    azure: { endpoint: throttled },
    seen: { past: { setbacks: new Map(), accepted: new Map(), blindSinceMs: at.getTime() - ms } },
  })
  assert.is(told(blind(60_000)).status, undefined)
  const later = told(blind(600_000))
  assert.is(later.ready?.status, 'Unknown')
  assert.ok(later.find('Reconciling'))
})

words('a new object that cannot be looked at says so at once', () => {
  assert.is(told({ status: {}, azure: { endpoint: broken } }).ready?.reason, 'AzureUnreadable')
})

words('a server that stops later informs, and Ready stays', () => {
  const { ready, find } = told({ azure: { server: present(server({ state: 'Stopped' })) } })
  assert.is(ready?.status, 'True')
  assert.match(find('ServerNotReady')?.message ?? '', 'Stopped')
})

words('waiting for the owner is Reconciling, never Stalled', () => {
  const { ready, find } = told({ azure: { endpoint: pendingEndpoint } })
  assert.is(ready?.reason, 'PendingApproval')
  assert.match(ready?.message ?? '', 'EndpointConnectionDecision')
  assert.ok(find('Reconciling'))
  assert.ok(find('PendingApproval'))
})

words('drift under Report is Ready, with its list', () => {
  const { ready, status, find } = told({ spec: { tags: { a: 'b' }, driftPolicy: 'Report' } })
  assert.is(`${ready?.status}/${ready?.reason}`, 'True/Drifted')
  assert.equal(status?.drift, [{ path: 'tags.a', desired: 'b' }])
  assert.ok(find('Drifted'))
})

words('drift under Observe is Stalled', () => {
  const { ready, find } = told({
    spec: { tags: { a: 'b' }, managementPolicy: 'Observe' },
    metadata: { finalizers: [] },
  })
  assert.is(`${ready?.status}/${ready?.reason}`, 'False/Drifted')
  assert.ok(find('Stalled'))
})

words('suspended at rest is Ready, and says so', () => {
  const { ready, find } = told({ spec: { suspend: true } })
  assert.is(`${ready?.status}/${ready?.reason}`, 'True/Suspended')
  assert.ok(find('Suspended'))
})

words('what only a person can mend wins over what passes', () => {
  const { ready } = told({
    azure: { endpoint: pendingEndpoint },
    dns: { choice: { is: 'ambiguous', ids: ['/a', '/b'] } },
  })
  assert.is(ready?.reason, 'ZoneAmbiguous')
})

words('what others changed is said once, with both values, whatever becomes of it', () => {
  const found = (spec: Changes['spec'], status = {}) => {
    const { write } = told({
      spec: { tags: { a: 'b' }, ...spec },
      azure: { endpoint: present(endpoint({ tags: new Map([...endpoint().tags, ['a', 'x']]) })) },
      status: { ...settledStatus, appliedTagKeys: ['a'], ...status },
    })
    return {
      drift: write.status?.drift,
      said: write.events.transitions.filter(({ reason }) => reason === 'Drifted'),
    }
  }
  const drift = [{ path: 'tags.a', desired: 'b', observed: 'x' }]
  for (const [policy, end] of [
    ['Correct', 'that is being corrected.'],
    ['Report', 'that is left so.'],
  ] as const) {
    const first = found({ driftPolicy: policy })
    assert.equal(first.drift, drift)
    assert.equal(
      first.said.map(({ note }) => note),
      [`Azure differs from the spec in tags.a ("x" instead of "b"); ${end}`],
    )
    const later = { drift, conditions: [condition('Ready', 'True', 'Drifted')] }
    assert.equal(found({ driftPolicy: policy }, later).said, [])
  }
  const unsettled = { memory: { succeeded: true } }
  assert.equal(found({}, unsettled), { drift: undefined, said: [] })
})

words.run()

const fields = suite('report: status')

fields('shows what Azure shows', () => {
  const { status } = told({})
  const { conditions, ...rest } = status ?? {}
  assert.is(conditions?.length, 1)
  assert.equal(rest, {
    observedGeneration: 1,
    privateEndpointId: formatId(ids.endpoint),
    resourceGuid: guid,
    provisioningState: 'Succeeded',
    server: 'db',
    serverState: 'Ready',
    connection: {
      name: 'pe',
      state: 'Approved',
      description: 'Auto-Approved',
      actionsRequired: 'None',
    },
    networkInterfaceId: formatId(ids.nic),
    privateIPAddresses: [ip],
    fqdns: ['db.postgres.database.azure.com'],
    dns: {
      zoneId: formatId(ids.zone),
      zoneGroupId: formatId(ids.zoneGroup),
      virtualNetworkLinkIds: [formatId(ids.link)],
      records: [{ fqdn: 'db.privatelink.postgres.database.azure.com', ipAddresses: [ip] }],
    },
    memory: settledStatus.memory,
  })
})

fields('the note of what is begun is written before the first PUT', () => {
  const { status, made, againInMs } = told({ ...begun, status: {}, spec: { tags: { a: 'b' } } })
  assert.is(made.actions.length, 0)
  assert.is(status?.privateEndpointId, formatId(ids.endpoint))
  assert.equal(status?.appliedTagKeys, ['a'])
  assert.is(againInMs, 0)
})

fields('the note is cleared when Azure has refused what does not exist', () => {
  const { status } = told(begun, refused('InvalidResourceReference', 'user-fix'))
  assert.is(status?.privateEndpointId, undefined)
})

fields('the note stays while it may yet succeed', () => {
  const { status } = told(begun, refused('AnotherOperationInProgress', 'fast'))
  assert.is(status?.privateEndpointId, formatId(ids.endpoint))
  const lost = told(begun, { is: 'unknown', error: error('Unreachable', 'fast') })
  assert.is(lost.status?.privateEndpointId, formatId(ids.endpoint))
})

fields('the note is cleared when the endpoint is gone and must wait for its server', () => {
  const { status } = told({
    ...begun,
    azure: { ...nothingYet, server: present(server({ state: 'Stopped' })) },
  })
  assert.is(status?.privateEndpointId, undefined)
})

fields('a dropped tag key stays noted until it is gone', () => {
  const tags = new Map([...endpoint().tags, ['old', 'x']])
  const status = { ...settledStatus, appliedTagKeys: ['old'] }
  const before = told({ status, azure: { endpoint: present(endpoint({ tags })) } })
  assert.equal(before.status?.appliedTagKeys, ['old'])
  assert.is(told({ status }).status?.appliedTagKeys, undefined)
})

fields('no key that Azure still shows is forgotten, whatever is begun meanwhile', () => {
  const keys = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, i) => `${prefix}${i}`)
  const tagged = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 'x']))
  const shown = keys('Old', 48)
  const tags = new Map([...endpoint().tags, ...Object.entries(tagged(shown))])
  const { status } = told({
    spec: { tags: tagged(keys('new', 48)), dns: { tags: tagged(keys('zone', 13)) } },
    // Generations that Azure refused, each with other tags, noted before those that it shows.
    status: { ...settledStatus, appliedTagKeys: [...keys('refused', 208), ...keys('old', 48)] },
    azure: { endpoint: present(endpoint({ tags })) },
  })
  const noted = new Set(status?.appliedTagKeys)
  assert.is(noted.size, 256)
  for (const key of [...keys('old', 48), ...keys('new', 48)]) assert.ok(noted.has(key), key)
})

fields('the reconcile token comes back', () => {
  const { status } = told({ seen: { requested: 'token-7' } })
  assert.is(status?.lastHandledReconcileAt, 'token-7')
})

fields('the recreate token comes back when Azure has taken the deletion, not before', () => {
  const given: Changes = {
    azure: { endpoint: present(endpoint({ connection: connection({ state: 'Rejected' }) })) },
    dns: { zoneGroups: present([]) },
    metadata: { annotations: { 'pgpe.dev/recreate': 'now' } },
    status: { ...settledStatus, memory: { succeeded: true } },
  }
  assert.is(told(given, refused('Conflict', 'fast')).status?.lastHandledRecreate, undefined)
  assert.is(told(given).status?.lastHandledRecreate, 'now')
})

fields('a replacement is noted first, so that the absence is no drift', () => {
  const { status, made } = told({
    spec: { driftPolicy: 'Report' },
    azure: { endpoint: present(endpoint({ connection: connection({ state: 'Rejected' }) })) },
    metadata: { annotations: { 'pgpe.dev/recreate': 'now' } },
  })
  assert.is(made.actions.length, 0)
  assert.is(status?.memory?.appliedGeneration, undefined)
})

fields("somebody else's endpoint shows nothing of itself", () => {
  const { status } = told({
    status: begunStatus,
    azure: { endpoint: present(endpoint({ tags: new Map() })) },
  })
  assert.is(status?.connection, undefined)
  assert.is(status?.resourceGuid, undefined)
})

fields('whoever only observes claims nothing', () => {
  const { status } = told({
    status: {},
    spec: { managementPolicy: 'Observe' },
    metadata: { finalizers: [] },
  })
  assert.is(status?.resourceGuid, undefined)
  assert.is(status?.privateEndpointId, undefined)
  assert.is(status?.connection?.state, 'Approved')
})

fields('the next try of what needs a person is written once for each reason', () => {
  const first = told(begun, refused('InvalidResourceReference', 'user-fix'))
  const time = first.status?.nextRetryTime
  assert.is(time, '2026-11-21T13:00:00Z')
  const status = { ...begunStatus, ...first.status }
  const again = told(
    { ...begun, status: { ...status, ...begunStatus } },
    refused('InvalidResourceReference', 'user-fix'),
    minutes(60),
  )
  assert.is(again.status?.nextRetryTime, time)
})

fields('each correction of drift is counted, and none of a first write', () => {
  const given = (generation: number, times?: number): Changes => ({
    spec: { tags: { team: 'a' } },
    metadata: { generation },
    status: {
      ...settledStatus,
      appliedTagKeys: ['team'],
      memory: {
        appliedGeneration: 1,
        succeeded: true,
        ...(times === undefined ? {} : { corrections: [{ path: 'tags.team', times }] }),
      },
    },
  })
  const counted = (seen: Changes) => told(seen).status?.memory?.corrections
  assert.equal(counted(given(1)), [{ path: 'tags.team', times: 1 }])
  assert.equal(counted(given(1, 1)), [{ path: 'tags.team', times: 2 }])
  assert.is(counted(given(2, 3)), undefined)
})

fields('a state of the server that cannot be read for lack of a role is Unknown', () => {
  const { status } = told({
    spec: { approval: 'Manual' },
    azure: { server: { is: 'unreadable', error: error('AuthorizationFailed', 'slow', 403) } },
  })
  assert.is(status?.serverState, 'Unknown')
})

fields.run()

const events = suite('report: events')
const reasons = (given: Changes, outcome?: Outcome) => {
  const { write } = told(given, outcome)
  return [...write.events.deeds, ...write.events.transitions].map(({ reason }) => reason)
}

events('tell that the endpoint was accepted, and nothing when it was not', () => {
  const known = { ...begunStatus, conditions: [condition('Ready', 'False', 'Creating')] }
  assert.equal(reasons({ ...begun, status: known }), ['Created'])
  assert.equal(reasons({ ...begun, status: known }, refused('Conflict', 'fast')), [])
})

events('tell the approval and Ready once', () => {
  const waiting = {
    ...settledStatus,
    connection: { state: 'Pending' },
    conditions: [condition('Ready', 'False', 'PendingApproval')],
  }
  assert.equal(reasons({ status: waiting }), ['Approved', 'Ready'])
  const ready = {
    ...settledStatus,
    connection: { state: 'Approved' },
    conditions: [condition('Ready', 'True', 'Ready')],
  }
  assert.equal(reasons({ status: ready }), [])
})

events('warn of what only a person can mend', () => {
  const rejected = present(endpoint({ connection: connection({ state: 'Rejected' }) }))
  const { write } = told({ azure: { endpoint: rejected } })
  assert.equal(
    write.events.transitions.map(({ type, reason }) => [type, reason]),
    [['Warning', 'Rejected']],
  )
})

events('tell what became of the endpoint when the object goes', () => {
  const metadata = { deletionTimestamp: '2026-11-21T12:00:00Z' }
  assert.equal(reasons({ metadata, azure: { endpoint: absent } }), ['Deleted'])
  assert.equal(reasons({ metadata, spec: { deletionPolicy: 'Retain' } }), ['Retained'])
})

events.run()

const pace = suite('report: the next look')

pace('is soon while something runs, and within half a resync at rest', () => {
  const running = present(endpoint({ provisioningState: 'Updating' }))
  assert.is(told({ azure: { endpoint: running } }).againInMs, 5_000)
  assert.is(told({}).againInMs, 127_500)
})

pace('is rarer the longer people let us wait, but never rarer than 30 s', () => {
  const waiting = (since: string): Changes => ({
    azure: { endpoint: pendingEndpoint },
    status: {
      ...settledStatus,
      conditions: [
        { ...condition('PendingApproval', 'True', 'PendingApproval'), lastTransitionTime: since },
      ],
    },
  })
  assert.is(told(waiting('2026-11-21T11:59:50Z')).againInMs, 5_000)
  assert.is(told(waiting('2026-11-21T11:58:00Z')).againInMs, 15_000)
  assert.is(told(waiting('2026-11-21T09:00:00Z')).againInMs, 30_000)
})

pace('comes when Azure asked for it', () => {
  const paced: Outcome = {
    is: 'held',
    error: { ...error('Paced', 'throttle'), retryAfterMs: 42_000 },
  }
  assert.is(told(begun, paced).againInMs, 42_000)
})

pace('never comes once we have let go', () => {
  const metadata = { deletionTimestamp: '2026-11-21T12:00:00Z' }
  assert.is(told({ metadata, azure: { endpoint: absent } }).againInMs, undefined)
})

pace('comes by itself for whoever fixes what is outside the spec', () => {
  const { againInMs } = told({
    ...begun,
    azure: { ...nothingYet, subnet: absent },
    dns: { zoneGroups: unasked },
  })
  assert.is(againInMs, 127_500)
})

pace.run()
