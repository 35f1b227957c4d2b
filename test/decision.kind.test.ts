/** Visits in a row, and what an adversary, a crash or another person does between them. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type {
  EndpointConnectionDecision,
  WrittenDecisionSpec,
} from '../operator/api/connection-decision.ts'
import { annotations } from '../operator/api/connection-decision.ts'
import { laws } from '../operator/api/condition.ts'
import type { PostgresPrivateEndpoint } from '../operator/api/private-endpoint.ts'
import type { Connection } from '../operator/azure/model.ts'
import { Conflict } from '../operator/kubernetes/port.ts'
import { catalogue } from '../operator/decision/conditions.ts'
import { decisionKeysToWake } from '../operator/decision/kind.ts'
import {
  connection,
  decision,
  endpointText,
  fullName,
  ours,
  serverText,
  strangers,
  vendors,
} from './kit/decision.ts'
import { Objects } from './kit/decision-cluster.ts'
import { Crash, DecisionWorld } from './kit/decision-world.ts'

const test = suite('the decision kind')

const app = connection('app.1')
const foreign = connection('app.1', { endpoint: endpointText('app', strangers) })

const make = (name: string, spec: Partial<WrittenDecisionSpec>) => decision({ name, spec })
const approveApp = (more: Partial<WrittenDecisionSpec> = {}) =>
  make('approve', { action: 'Approve', connections: { names: [app.name] }, ...more })
const rejectApp = (more: Partial<WrittenDecisionSpec> = {}) =>
  make('reject', { action: 'Reject', connections: { names: [app.name] }, ...more })

function worldWith(...given: readonly (Connection | { readonly cache: true })[]): DecisionWorld {
  const world = new DecisionWorld({ cache: given.some((one) => 'cache' in one) })
  for (const one of given) if ('id' in one) world.connect(one)
  return world
}

const warnings = (world: DecisionWorld): readonly string[] =>
  world.cluster.events.filter(({ type }) => type === 'Warning').map(({ reason }) => reason)

test('approves once, on the identity that it has recorded, and is Ready', async () => {
  const world = worldWith(app)
  const it = world.cluster.apply(approveApp({ description: 'Ticket 4711' }))
  await world.settle()
  assert.is(world.cluster.ready(it), 'True/Approved')
  assert.equal(world.puts, [
    { name: app.name, status: 'Approved', description: 'Ticket 4711', recorded: true },
  ])
  const { status } = world.cluster.of(it)
  assert.is(status?.state, 'Approved')
  assert.is(status?.history?.[0]?.correlationId, 'c-1')
  assert.is(status?.history?.[0]?.after, 'Approved')
  assert.is(status?.memory?.intents, undefined)
})

test('is silent at rest', async () => {
  const world = worldWith(app)
  const it = world.cluster.apply(approveApp())
  await world.settle()
  const [changes, events] = [world.changes, world.cluster.events.length]
  for (let look = 0; look < 20; look++) {
    world.pass(300_000)
    await world.visit('db/approve')
  }
  assert.is(world.changes, changes)
  assert.is(world.cluster.events.length, events)
  assert.is(world.cluster.ready(it), 'True/Approved')
})

test('writes nothing when the description alone changes', async () => {
  const world = worldWith(app)
  world.cluster.apply(approveApp())
  await world.settle()
  const it = world.cluster.apply(approveApp({ description: 'Afterwards' }))
  await world.settle()
  assert.is(world.puts.length, 1)
  assert.is(world.cluster.ready(it), 'True/Approved')
  assert.is(world.cluster.of(it).status?.observedGeneration, 2)
})

test('rejects with the description, pending or approved, now and later', async () => {
  const world = worldWith(app, connection('b.2', { state: 'Approved' }))
  const it = world.cluster.apply(
    make('reject', {
      action: 'Reject',
      description: 'Not ours',
      connections: { subscriptionIds: [ours] },
    }),
  )
  await world.settle()
  world.connect(connection('later.3'))
  await world.settle()
  assert.equal(
    [...world.connections.values()].map(({ state }) => state),
    ['Rejected', 'Rejected', 'Rejected'],
  )
  assert.ok(world.puts.every((put) => put.status === 'Rejected' && put.description === 'Not ours'))
  assert.is(world.puts.length, 3)
  assert.is(world.cluster.ready(it), 'True/Rejected')
  assert.is(world.cluster.of(it).status?.rejected, 3)
})

test('deletes once, stays Deleted, and does not delete what comes again', async () => {
  const world = worldWith(app)
  const it = world.cluster.apply(
    make('delete', { action: 'Delete', connections: { names: [app.name] } }),
  )
  await world.settle()
  assert.is(world.cluster.ready(it), 'True/Deleted')
  assert.equal(world.deletes, [app.name])
  world.connect(app)
  await world.settle()
  assert.equal(world.deletes, [app.name])
  assert.is(world.cluster.ready(it), 'False/Drifted')
})

test('stays Deleted when only the description changes', async () => {
  const world = worldWith(app)
  const spec = { action: 'Delete', connections: { names: [app.name] } } as const
  world.cluster.apply(make('delete', spec))
  await world.settle()
  const it = world.cluster.apply(make('delete', { ...spec, description: 'Cleaned up' }))
  await world.settle()
  assert.is(world.cluster.ready(it), 'True/Deleted')
})

test('where a Reject and an Approve meet, nothing is ever approved', async () => {
  const world = worldWith(app)
  const [approve, reject] = [world.cluster.apply(approveApp()), world.cluster.apply(rejectApp())]
  await world.settle()
  assert.equal(
    world.puts.map(({ status }) => status),
    ['Rejected'],
  )
  assert.is(world.cluster.ready(reject), 'True/Rejected')
  assert.is(world.cluster.ready(approve), 'False/Conflicted')
  const message = world.cluster.of(approve).status?.conditions?.[0]?.message ?? ''
  assert.match(message, /db\/reject/)
})

test('an approval of what was rejected is never written, also after the Reject is gone', async () => {
  const world = worldWith(app)
  const reject = world.cluster.apply(rejectApp())
  await world.settle()
  world.cluster.delete(reject)
  const approve = world.cluster.apply(approveApp())
  await world.settle()
  assert.is(world.puts.length, 1)
  assert.is(world.cluster.ready(approve), 'False/PreviouslyRejected')
})

test('what a person changes afterwards is reported and not fought', async () => {
  const world = worldWith(app)
  const it = world.cluster.apply(rejectApp())
  await world.settle()
  world.connect({ ...app, state: 'Approved' })
  await world.settle()
  assert.is(world.puts.length, 1)
  assert.is(world.cluster.ready(it), 'False/Drifted')
  world.cluster.apply(rejectApp({ description: 'Once more' }))
  await world.settle()
  assert.is(world.stateOf(app), 'Rejected', 'a new generation decides anew')
})

test('another endpoint under the name, between look and write, is never approved', async () => {
  const world = worldWith(app)
  const it = world.cluster.apply(approveApp())
  world.at = (point) => {
    if (point === 'observed') world.connect(foreign)
  }
  await world.settle()
  assert.equal(world.puts, [])
  assert.is(world.cluster.ready(it), 'False/IdentityChanged')
  assert.equal(warnings(world), ['IdentityChanged'])
})

test('an approval that reached another endpoint is taken back at once, with an alarm', async () => {
  const world = worldWith(app)
  const it = world.cluster.apply(approveApp())
  world.at = (point) => {
    if (point === 'looked' && world.puts.length === 0) world.connect(foreign)
  }
  await world.settle()
  assert.equal(
    world.puts.map(({ status }) => status),
    ['Approved', 'Rejected'],
  )
  assert.is(world.stateOf(foreign), 'Rejected')
  assert.is(world.cluster.ready(it), 'False/IdentityChanged')
  assert.ok(warnings(world).includes('ApprovalRevoked'))
  assert.is(world.cluster.of(it).status?.history?.[0]?.action, 'Revoke')
  assert.is(world.cluster.of(it).status?.history?.[0]?.after, 'Rejected')
})

test('it is taken back also by a process that started anew, and by a changed decision', async () => {
  const world = worldWith(app)
  world.cluster.apply(approveApp())
  world.at = (point) => {
    if (point === 'looked' && world.puts.length === 0) world.connect(foreign)
    if (point === 'written') {
      world.at = () => undefined
      world.restart()
      world.cluster.apply(make('approve', { connections: { names: [app.name] } }))
      throw new Crash()
    }
  }
  await world.settle()
  assert.is(world.stateOf(foreign), 'Rejected')
})

test('a new incarnation with another GUID is not the one that was named', async () => {
  const world = worldWith(connection('app.2'))
  const it = world.cluster.apply(approveApp())
  await world.settle()
  assert.equal(world.puts, [])
  assert.is(world.cluster.ready(it), 'True/NoConnection')
})

const meanwhile: Readonly<Record<string, (world: DecisionWorld) => void>> = {
  'has changed': ({ cluster }) => void cluster.apply(approveApp({ action: 'Reject' })),
  'was suspended': ({ cluster }) => void cluster.apply(approveApp({ suspend: true })),
  'is gone': ({ cluster }) => cluster.delete(approveApp()),
  'is being deleted': (world) =>
    altered(world, ({ metadata, ...rest }) => ({
      ...rest,
      metadata: { ...metadata, deletionTimestamp: '2026-01-01T12:00:00Z' },
    })),
  'was made anew under its name, with the status of the old': (world) =>
    altered(world, ({ metadata, ...rest }) => ({ ...rest, metadata: { ...metadata, uid: 'new' } })),
  'lost its status': (world) =>
    altered(world, ({ apiVersion, kind, metadata, spec }) => ({
      apiVersion,
      kind,
      metadata,
      spec,
    })),
  'bound somebody else': (world) => bound(world, { privateEndpointId: endpointText('twin') }),
  'bound the same anew': (world) => bound(world, { at: '2026-01-01T11:00:00Z' }),
  'bound it for another action': (world) => bound(world, { action: 'Reject' }),
}

function altered(
  { cluster }: DecisionWorld,
  change: (decision: EndpointConnectionDecision) => EndpointConnectionDecision,
): void {
  cluster.decisions.put(change(cluster.of(approveApp())))
}

const bound = (world: DecisionWorld, other: object): void =>
  altered(world, ({ status, ...rest }) => ({
    ...rest,
    status: {
      ...status,
      memory: {
        ...status?.memory,
        intents: status?.memory?.intents?.map((intent) => ({ ...intent, ...other })) ?? [],
      },
    },
  }))

for (const [what, change] of Object.entries(meanwhile)) {
  test(`nothing is written for an object that, past every cache, ${what}`, async () => {
    const world = worldWith(app, { cache: true })
    world.cluster.apply(approveApp())
    await world.visit('db/approve')
    assert.is(world.cluster.of(approveApp()).status?.memory?.intents?.length, 1, 'it is bound')
    // The visit sees, to its end, what the watch had brought; the change comes before the write.
    world.cache.catchUp()
    world.watchIsBehind = true
    world.at = (point) => {
      if (point !== 'listed') return
      world.at = () => undefined
      change(world)
    }
    await world.visit('db/approve').catch(() => undefined)
    assert.equal(world.puts, [])
  })
}

test('and it is written if it is as the watch said', async () => {
  const world = worldWith(app, { cache: true })
  world.cluster.apply(approveApp())
  await world.visit('db/approve')
  await world.visit('db/approve')
  assert.is(world.puts.length, 1)
})

test('nothing is written while the admission policy is missing, and then all is', async () => {
  const world = worldWith(app)
  world.gated = false
  const it = world.cluster.apply(approveApp())
  await world.settle()
  assert.equal(world.puts, [])
  assert.is(world.cluster.ready(it), 'False/AdmissionPolicyMissing')
  world.gated = true
  await world.settle()
  assert.is(world.cluster.ready(it), 'True/Approved')
})

test('the policy going missing between look and write holds the write', async () => {
  const world = worldWith(app)
  world.cluster.apply(approveApp())
  await world.visit('db/approve')
  world.at = (point) => {
    if (point === 'listed') world.gated = false
  }
  await world.visit('db/approve')
  assert.equal(world.puts, [])
})

test('nothing is written before all has been read, nor when a cache has begun anew', async () => {
  const world = worldWith(app)
  world.synced = false
  const it = world.cluster.apply(approveApp())
  await world.settle()
  assert.is(world.cluster.of(it).status, undefined)
  assert.is(world.reads, 0)
  world.synced = true
  await world.visit('db/approve')
  world.at = (point) => {
    if (point === 'listed') world.synced = false
  }
  await world.visit('db/approve')
  assert.equal(world.puts, [])
})

test('an approval waits for the server, and goes on by itself', async () => {
  const world = worldWith(app)
  world.server = { state: 'Stopped' }
  const it = world.cluster.apply(approveApp())
  await world.settle()
  assert.is(world.cluster.ready(it), 'False/ServerNotReady')
  assert.equal(world.puts, [])
  world.server = {}
  await world.settle()
  assert.is(world.cluster.ready(it), 'True/Approved')
})

test('a standby that begins between look and write holds the write', async () => {
  const world = worldWith(app)
  world.cluster.apply(approveApp())
  await world.visit('db/approve')
  world.at = (point) => {
    if (point === 'listed') world.server = { highAvailability: 'CreatingStandby' }
  }
  await world.visit('db/approve')
  assert.equal(world.puts, [])
})

test('acts as the identity that the object names, in its own namespace', async () => {
  const world = worldWith(app)
  world.cluster.apply(approveApp({ identityRef: { kind: 'Secret', name: 'pgpe-azure' } }))
  await world.settle()
  assert.equal(
    [...new Set(world.identities.map((one) => JSON.stringify(one)))].map((one) => JSON.parse(one)),
    [{ kind: 'Secret', name: 'pgpe-azure', namespace: 'db' }],
  )
  assert.is(world.stateOf(app), 'Approved')
})

test('a Reject waits while a standby is made, unless a person says otherwise', async () => {
  const world = worldWith(app)
  world.server = { highAvailability: 'CreatingStandby' }
  const it = world.cluster.apply(rejectApp())
  await world.settle()
  assert.is(world.cluster.ready(it), 'False/ServerNotReady')
  const { metadata, ...rest } = world.cluster.of(it)
  world.cluster.decisions.put({
    ...rest,
    metadata: { ...metadata, annotations: { [annotations.ignoreHa]: 'true' } },
  })
  await world.settle()
  assert.is(world.cluster.ready(it), 'True/Rejected')
})

test('a flood is rejected one at a time, and the real one among it approved', async () => {
  const world = worldWith(app)
  for (let index = 10; index < 60; index++) {
    world.connect(
      connection(`x${index}.${index}`, { endpoint: endpointText(`x${index}`, strangers) }),
    )
  }
  const reject = world.cluster.apply(
    make('reject', { action: 'Reject', connections: { subscriptionIds: [strangers] } }),
  )
  const approve = world.cluster.apply(approveApp())
  await world.settle(2_000)
  assert.is(world.cluster.ready(reject), 'True/Rejected')
  assert.is(world.cluster.ready(approve), 'True/Approved')
  assert.is(world.puts.length, 51, 'each once')
})

test('never holds more approved than maxApproved, though lists lag', async () => {
  const world = worldWith()
  world.lagMs = 40_000
  for (let index = 1; index <= 9; index++) world.connect(connection(`a${index}.${index}`))
  const it = world.cluster.apply(
    make('list', { action: 'Approve', maxApproved: 3, connections: { subscriptionIds: [ours] } }),
  )
  world.pass(60_000)
  await world.settle(500)
  const approved = [...world.connections.values()].filter(({ state }) => state === 'Approved')
  assert.is(approved.length, 3)
  assert.is(world.puts.length, 3)
  assert.is(world.cluster.ready(it), 'True/AwaitingDecision')
})

test('two decisions do not write to one server at a time, though lists lag', async () => {
  const world = worldWith(app, connection('b.2'))
  world.lagMs = 10_000
  world.cluster.apply(approveApp())
  world.cluster.apply(
    make('other', { action: 'Reject', connections: { names: [fullName('b.2')] } }),
  )
  world.pass(60_000)
  await world.settle()
  assert.is(world.puts.length, 2)
  assert.is(world.refusals, 0)
})

test('what was written is not written again because the status could not be', async () => {
  const world = worldWith(app)
  world.lagMs = 10_000
  const it = world.cluster.apply(approveApp())
  world.pass(60_000)
  world.at = (point) => {
    if (point === 'written') world.cluster.decisions.put(world.cluster.of(it))
  }
  await world.settle()
  assert.is(world.puts.length, 1)
  assert.is(world.refusals, 0)
  assert.is(world.cluster.ready(it), 'True/Approved')
})

test('a status is never written over a newer one', async () => {
  const world = worldWith(app)
  const it = world.cluster.apply(approveApp())
  const seen = world.cluster.decisions.get.bind(world.cluster.decisions)
  world.cluster.decisions.get = (key) => {
    const stale = seen(key)
    world.cluster.decisions.get = seen
    world.cluster.apply(approveApp({ suspend: true }))
    return stale
  }
  const refused = await world.visit('db/approve').catch((error: unknown) => error)
  assert.instance(refused, Conflict)
  assert.is(world.cluster.of(it).status, undefined)
})

test('what is given stays when the time is over, and nothing new is given', async () => {
  const world = worldWith(app)
  const it = world.cluster.apply(
    make('list', {
      action: 'Approve',
      maxApproved: 9,
      decideUntil: new Date(world.now + 600_000).toISOString(),
      connections: { subscriptionIds: [ours] },
    }),
  )
  await world.settle()
  world.pass(600_000)
  world.connect(connection('late.2'))
  await world.settle()
  assert.is(world.puts.length, 1)
  assert.is(world.stateOf(app), 'Approved')
  assert.is(world.cluster.ready(it), 'True/AwaitingDecision')
})

const requests = make('requests', { inbox: true })
const dbt = connection('dbt.7', { endpoint: endpointText('dbt', vendors) })
test("a vendor's request is found in the inbox and approved by setting the row's action", async () => {
  const world = worldWith(dbt)
  const inbox = world.cluster.apply(requests)
  await world.settle()
  const [row] = world.cluster.rows()
  if (!row) throw new Error('no row')
  assert.is(row.status?.requester, `${vendors}/dbt`)
  assert.is(row.status?.state, 'Pending')
  assert.is(world.cluster.ready(row), 'True/AwaitingDecision')
  assert.is(world.cluster.ready(inbox), 'True/AwaitingDecision')
  world.cluster.apply({ ...row, spec: { ...row.spec, action: 'Approve' } })
  await world.settle()
  assert.is(world.cluster.ready(row), 'True/Approved')
  assert.is(world.stateOf(dbt), 'Approved')
  assert.is(world.cluster.ready(inbox), 'True/Decided')
  assert.is(world.cluster.rows().length, 1, 'a decided row stays')
})

test('undecided rows go with the inbox, with a covering decision, with the connection', async () => {
  for (const end of [
    (world: DecisionWorld) => world.cluster.delete(requests),
    (world: DecisionWorld) =>
      void world.cluster.apply(
        make('cover', { action: 'Reject', connections: { subscriptionIds: [vendors] } }),
      ),
    (world: DecisionWorld) => world.disconnect(dbt.name),
  ]) {
    const world = worldWith(dbt)
    world.cluster.apply(requests)
    await world.settle()
    assert.is(world.cluster.rows().length, 1)
    end(world)
    await world.settle()
    assert.is(world.cluster.rows().length, 0)
  }
})

test('a row on which somebody just set an action is not removed from under them', async () => {
  const world = worldWith(dbt)
  const inbox = world.cluster.apply(requests)
  await world.settle()
  const [row] = world.cluster.rows()
  if (!row) throw new Error('no row')
  world.cluster.delete(inbox)
  const seen = world.cluster.decisions.get.bind(world.cluster.decisions)
  const key = `db/${row.metadata.name}`
  let first = true
  world.cluster.decisions.get = (asked) => {
    if (!first || asked !== key) return seen(asked)
    first = false
    const stale = seen(asked)
    world.cluster.apply({ ...row, spec: { ...row.spec, action: 'Approve' } })
    return stale
  }
  await world.visit(key).catch(() => undefined)
  assert.ok(seen(key))
})

const endpointObject = (
  name: string,
  change: {
    readonly spec?: Partial<PostgresPrivateEndpoint['spec']>
    readonly status?: Partial<NonNullable<PostgresPrivateEndpoint['status']>>
  } = {},
): PostgresPrivateEndpoint =>
  ({
    apiVersion: 'pgpe.dev/v1alpha1',
    kind: 'PostgresPrivateEndpoint',
    metadata: {
      namespace: 'shop',
      name,
      uid: name,
      generation: 1,
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    spec: { serverId: serverText, managementPolicy: 'Manage', ...change.spec },
    status: { privateEndpointId: endpointText(name), resourceGuid: 'g', ...change.status },
  }) as unknown as PostgresPrivateEndpoint

const byRef = make('by-ref', {
  action: 'Approve',
  connections: { endpointRefs: [{ name: 'app', namespace: 'shop' }] },
})

test('approves the endpoint that an object of the cluster owns, and later incarnations', async () => {
  const world = worldWith(app)
  world.endpoints.put(endpointObject('app'))
  const it = world.cluster.apply(byRef)
  await world.settle()
  assert.is(world.stateOf(app), 'Approved')
  world.disconnect(app.name)
  const next = connection('app.2')
  world.connect(next)
  await world.settle()
  assert.is(world.stateOf(next), 'Approved')
  assert.equal(world.cluster.of(it).status?.memory?.pins, [
    { endpoint: 'shop/app', privateEndpointId: endpointText('app') },
  ])
})

for (const [what, change] of Object.entries({
  'only observes': { spec: { managementPolicy: 'Observe' as const } },
  'is of another server': { spec: { serverId: serverText.replace('orders', 'billing') } },
  'has never seen its endpoint': { status: { resourceGuid: undefined as never } },
  'has lost its endpoint': {
    status: {
      conditions: [
        {
          type: 'OwnershipLost',
          status: 'True' as const,
          reason: 'TagsChanged',
          message: '',
          lastTransitionTime: '2026-01-01T00:00:00Z',
          observedGeneration: 1,
        },
      ],
    },
  },
})) {
  test(`does not approve by an object that ${what}`, async () => {
    const world = worldWith(app)
    world.endpoints.put(endpointObject('app', change))
    const it = world.cluster.apply(byRef)
    await world.settle()
    assert.equal(world.puts, [])
    assert.is(world.cluster.ready(it), 'True/NoConnection')
  })
}

test('another endpoint under the same reference needs a new generation', async () => {
  const world = worldWith(app)
  world.endpoints.put(endpointObject('app'))
  world.cluster.apply(byRef)
  await world.settle()
  const other = connection('sly.5')
  world.connect(other)
  world.endpoints.put(endpointObject('app', { status: { privateEndpointId: endpointText('sly') } }))
  await world.settle()
  assert.is(world.stateOf(other), 'Pending')
  world.cluster.apply({ ...byRef, spec: { ...byRef.spec, description: 'Moved' } })
  await world.settle()
  assert.is(world.stateOf(other), 'Approved')
})

const boundaries = ['observed', 'looked', 'written', 'reported'] as const
const acts = {
  Approve: { spec: approveApp().spec, ends: 'Approved' },
  Reject: { spec: rejectApp().spec, ends: 'Rejected' },
  Delete: { spec: { ...approveApp().spec, action: 'Delete' as const }, ends: undefined },
}
for (const [name, { spec, ends }] of Object.entries(acts))
  for (const boundary of boundaries)
    for (let nth = 1; nth <= 4; nth++) {
      test(`${name}: killed for the ${nth}. time at ${boundary}, it ends where it would have`, async () => {
        const world = worldWith(app)
        const it = world.cluster.apply({ ...approveApp(), spec })
        let count = 0
        world.at = (point) => {
          if (point !== boundary || ++count !== nth) return
          world.restart()
          throw new Crash()
        }
        await world.settle()
        assert.is(world.stateOf(app), ends)
        assert.match(world.cluster.ready(it), /^True\//)
        assert.ok(world.puts.length + world.deletes.length <= 2, 'at most one repeat')
        assert.is(world.cluster.of(it).status?.history?.[0]?.after, ends ?? 'Deleted')
        assert.equal(laws(world.cluster.of(it).status?.conditions ?? [], 1, catalogue), [])
      })
    }

test('wakes whom a change concerns', () => {
  const store = new Objects<ReturnType<typeof decision>>()
  const [inbox, watch, approve] = [requests, make('watch', {}), approveApp()]
  const other = decision({
    name: 'elsewhere',
    spec: { serverId: serverText.replace('orders', 'billing') },
  })
  for (const one of [inbox, watch, approve, other]) store.put(one)
  assert.equal(decisionKeysToWake(approve, store), ['db/requests', 'db/watch'])
  assert.equal(decisionKeysToWake(watch, store), ['db/requests'])
  assert.equal(decisionKeysToWake(inbox, store), ['db/watch'])
  const unset = { ...watch, metadata: { ...watch.metadata, generation: 2 } }
  assert.equal(decisionKeysToWake(unset, store), ['db/requests', 'db/approve'])
  assert.equal(decisionKeysToWake(other, store), [])
})

test('names of the server in any case are one server', async () => {
  const world = worldWith(app)
  const approve = world.cluster.apply(approveApp({ serverId: serverText.toUpperCase() }))
  world.cluster.apply(rejectApp())
  await world.settle()
  assert.is(world.cluster.ready(approve), 'False/Conflicted')
  assert.is(world.stateOf(app), 'Rejected')
  assert.is(fullName('app.1'), app.name)
})

test.run()
