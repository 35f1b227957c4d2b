/**
 * Hostile texts in every string of a decision, as if admission had been passed by: whatever stands there,
 * nothing crashes, nothing unprintable is said, and Azure is asked about nothing but the decision's own
 * server and connections whose names are one clean segment.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { EndpointConnectionDecision } from '../operator/api/connection-decision.ts'
import { formatId, parseId } from '../operator/azure/id.ts'
import { rowName } from '../operator/decision/row-name.ts'
import { Conflict } from '../operator/kubernetes/port.ts'
import {
  connection,
  decision,
  endpointText,
  intent,
  now,
  ours,
  remembering,
  serverId,
  serverText,
} from './kit/decision.ts'
import { DecisionWorld } from './kit/decision-world.ts'
import { hostileIds, hostileStrings } from './kit/hostile-strings.ts'

const test = suite('hostile strings')

const app = connection('app.1')
/** Of a row about it: only as such it is acted on with the label. */
const row = rowName(serverId, app.name)
const at = '2026-01-01T10:00:00Z'

/** Every string field that the schema knows, with something in it. */
const full = decision({
  name: row,
  metadata: {
    labels: { 'pgpe.dev/inbox': 'requests' },
    annotations: {
      'pgpe.dev/reconcile-requested-at': 'x',
      'reconcile.fluxcd.io/requestedAt': 'x',
      'pgpe.dev/ignore-ha': 'true',
    },
  },
  spec: {
    action: 'Approve',
    description: 'Ticket 4711',
    connections: {
      names: [app.name],
      privateEndpointIds: [endpointText('app')],
      endpointRefs: [{ name: 'app', namespace: 'network' }],
      subscriptionIds: [ours],
      resourceGroupIds: [`/subscriptions/${ours}/resourceGroups/net`],
    },
    maxApproved: 2,
    decideUntil: '2027-01-01T00:00:00Z',
    decidedBy: { username: 'alice' },
    identityRef: { kind: 'Secret', name: 'pgpe-azure' },
  },
  status: remembering(
    {
      pins: [{ endpoint: 'network/app', privateEndpointId: endpointText('app') }],
      done: ['other'],
      intents: [intent(app)],
      deniedSince: at,
    },
    {
      lastHandledReconcileAt: 'x',
      server: 'orders',
      state: 'Pending',
      requester: 'x/app',
      connections: [
        {
          name: app.name,
          privateEndpointId: endpointText('app'),
          groupIds: ['postgresqlServer'],
          state: 'Pending',
          description: 'x',
          decision: 'Approve',
          by: `db/${row}`,
          at,
        },
      ],
      history: [{ at, name: app.name, action: 'Approve', before: 'Pending', correlationId: 'x' }],
      nextRetryTime: at,
    },
  ),
})

type Path = readonly (string | number)[]

function strings(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value === 'string') return [path]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, part]) => strings(part, [...path, key]))
}

function replaced(value: unknown, [key, ...rest]: Path, text: string): unknown {
  if (key === undefined) return text
  const copy: any = Array.isArray(value) ? [...value] : { ...(value as object) }
  copy[key] = replaced(copy[key], rest, text)
  return copy
}

const places = [
  ...strings(full.spec).map((path) => ['spec', ...path]),
  ...strings(full.status).map((path) => ['status', ...path]),
  ...strings(full.metadata.annotations).map((path) => ['metadata', 'annotations', ...path]),
  ...strings(full.metadata.labels).map((path) => ['metadata', 'labels', ...path]),
]

const segment = /^[\w().-]{1,260}$/

/** Visits until nothing more happens, and says what Azure was asked about. */
async function visited(
  make: (world: DecisionWorld) => EndpointConnectionDecision,
): Promise<{ readonly world: DecisionWorld; readonly asked: readonly string[] }> {
  const world = new DecisionWorld()
  const asked: string[] = []
  world.now = now
  world.asked = (id) => {
    const text = formatId(id)
    assert.ok(parseId(id.kind, text), `asked about ${JSON.stringify(text.slice(0, 200))}`)
    for (const name of id.names) assert.match(name, segment)
    asked.push(text)
  }
  const it = make(world)
  for (let visit = 0; visit < 3; visit++) {
    await world.visit(`db/${row}`).catch((error: unknown) => {
      if (!(error instanceof Conflict)) throw error
    })
    world.pass(20_000)
  }
  const { status } = world.cluster.of(it)
  const said = [status?.conditions, status?.connections, world.cluster.events, world.audit]
  assert.not.match(JSON.stringify(said), /\\u00[01]|\\[nrt]|[\p{Cc}\u202e\u2028\u2029]/u)
  return { world, asked }
}

for (const place of places) {
  test(`in ${place.join('.')} of the object`, async () => {
    // Nothing but the spec is ever read as an id.
    const ids = place[0] === 'spec' ? hostileIds(serverText) : []
    for (const text of [...hostileStrings, ...ids]) {
      const { world, asked } = await visited((to) => {
        to.connect(app)
        return to.cluster.decisions.put(
          replaced(full, place, text) as unknown as EndpointConnectionDecision,
        )
      })
      const say = `${JSON.stringify(text.slice(0, 80))} in ${place.join('.')}`
      if (place[1] === 'serverId') assert.equal([asked, world.audit], [[], []], say)
      for (const id of asked) assert.ok(id.startsWith(serverText), `${say}: ${id}`)
      for (const { connectionId } of world.audit) {
        assert.is(connectionId, `${serverText}/privateEndpointConnections/${app.name}`, say)
      }
    }
  })
}

test('what stands in the spec decides: a hostile text where an identity is named approves nobody', async () => {
  const fields: readonly Path[] = [
    ['names', 0],
    ['privateEndpointIds', 0],
    ['subscriptionIds', 0],
    ['resourceGroupIds', 0],
    ['endpointRefs', 0, 'name'],
  ]
  const right = endpointText('app')
  for (const field of fields) {
    const { connections } = full.spec
    const only = { [String(field[0])]: connections?.[field[0] as 'names'] }
    const plainly = decision({
      name: row,
      spec: { action: 'Approve', maxApproved: 2, connections: only },
    })
    for (const text of [...hostileStrings, ...hostileIds(right)]) {
      const { world } = await visited((to) => {
        to.connect(app)
        const made = replaced(plainly, ['spec', 'connections', ...field], text)
        return to.cluster.decisions.put(made as unknown as EndpointConnectionDecision)
      })
      assert.equal(world.puts, [], `${JSON.stringify(text.slice(0, 80))} in ${field.join('.')}`)
    }
  }
})

const theirs = ['state', 'description', 'privateEndpointId', 'provisioningState', 'name'] as const

for (const field of theirs) {
  test(`in ${field} of a connection, as Azure reports it`, async () => {
    for (const text of [...hostileStrings, ...hostileIds(endpointText('app'))]) {
      const { world } = await visited((to) => {
        to.connect({ ...app, [field]: text })
        return to.cluster.apply(
          decision({
            name: row,
            spec: { action: 'Approve', connections: { subscriptionIds: [ours] }, maxApproved: 1 },
          }),
        )
      })
      if (field === 'privateEndpointId') assert.equal(world.puts, [], JSON.stringify(text))
    }
  })
}

test('the places are all there', () => {
  assert.ok(places.length >= 40, String(places.length))
  assert.ok(new Set(hostileStrings).size >= 70, String(hostileStrings.length))
  assert.ok(new Set(hostileIds(serverText)).size >= 20)
})

test.run()
