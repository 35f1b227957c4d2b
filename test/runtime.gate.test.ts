/** Whether decisions may be acted on, and what the health pages say of watches and lease. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Gate } from '../operator/gate.ts'
import { decisions } from '../operator/grants-decision.ts'
import { manifestsOf, operatorUser } from '../operator/grants.ts'
import type { Call, Transport } from '../operator/kubernetes/call.ts'
import { KubeError } from '../operator/kubernetes/error.ts'
import type { Parts } from '../operator/parts.ts'
import { readiness } from '../operator/telemetry.ts'
import { harmlessChanges, policyChanges } from './kit/policy-changes.ts'
import { table } from './kit/table.ts'
import { World } from './kit/virtual-time.ts'

const test = suite('gate')

interface Objects {
  policy?: unknown
  binding?: unknown
  /** Thrown instead of an answer. */
  error?: KubeError
}

const [policy, binding] = manifestsOf(decisions(operatorUser)) as readonly any[]

function stage(objects: Objects, allowUngated = false) {
  const world = new World()
  const said: string[] = []
  const json = async <T>({ path }: Call): Promise<T> => {
    if (objects.error !== undefined) throw objects.error
    const found = path.includes('bindings/') ? objects.binding : objects.policy
    if (found === undefined) throw new KubeError({ code: 404, reason: 'NotFound', message: 'no' })
    assert.ok(path.endsWith('/pgpe-decisions'), path)
    return found as T
  }
  const transport = { json } as unknown as Transport
  const gate = new Gate({
    ...{ transport, clock: world.clock(), allowUngated },
    onChange: (state) => said.push(state.is === 'changed' ? state.why : state.is),
    onTrouble: () => said.push('trouble'),
  })
  return { world, gate, said }
}

const forbidden = new KubeError({ code: 403, reason: 'Forbidden', message: 'no' })
const down = new KubeError({ reason: 'Unreachable', message: 'no' })

const rows: Readonly<Record<string, { given: Objects; open: boolean }>> = {
  'is open with policy and binding': { given: { policy, binding }, open: true },
  'is closed without a policy': { given: { binding }, open: false },
  'is closed without a binding': { given: { policy }, open: false },
  'is closed when the binding is of another policy': {
    given: { policy, binding: { spec: { ...binding.spec, policyName: 'other' } } },
    open: false,
  },
  'is closed when the policy may not be read': { given: { error: forbidden }, open: false },
  'is closed while the API server does not say': { given: { error: down }, open: false },
}

for (const [sentence, { given, open }] of Object.entries(rows)) {
  test(sentence, async () => {
    const { gate } = stage(given)
    await gate.start()
    assert.is(gate.open, open)
    await gate.stop()
  })
}

for (const [what, { make, says }] of Object.entries(policyChanges)) {
  test(`is closed by ${what}, and says so`, async () => {
    const objects = structuredClone({ policy, binding })
    make(objects)
    const { gate, said } = stage(objects)
    await gate.start()
    assert.is(gate.open, false)
    assert.match(said[0] ?? '', says)
    await gate.stop()
  })
}

for (const [what, make] of Object.entries(harmlessChanges)) {
  test(`is open with ${what}`, async () => {
    const objects = structuredClone({ policy, binding })
    make(objects)
    const { gate } = stage(objects)
    await gate.start()
    assert.is(gate.open, true)
    await gate.stop()
  })
}

test('allowed to be ungated it is open, and still says what it saw', async () => {
  const { gate, said } = stage({}, true)
  await gate.start()
  assert.is(gate.open, true)
  assert.is(gate.inPlace, false)
  assert.equal(said, ['missing'])
  await gate.stop()
})

test('what it may not read it says is hidden; where it need not be in place, it asks no more', async () => {
  for (const [allowUngated, asked] of [
    [false, 5],
    [true, 1],
  ] as const) {
    let questions = 0
    const objects = {
      get error() {
        questions++
        return forbidden
      },
    }
    const { gate, said, world } = stage(objects, allowUngated)
    await gate.start()
    const before = questions
    await world.pass(245_000)
    assert.is(gate.open, allowUngated)
    assert.is(gate.inPlace, false)
    assert.equal(said, ['hidden'])
    assert.is(questions / before, asked)
    await gate.stop()
    assert.is(world.timers, 0)
  }
})

test('a policy that comes opens it, one that goes closes it, each told once', async () => {
  const objects: Objects = {}
  const { gate, said, world } = stage(objects)
  await gate.start()
  Object.assign(objects, { policy, binding })
  await world.pass(61_000)
  assert.is(gate.open, true)
  await world.pass(300_000)
  delete objects.binding
  await world.pass(61_000)
  assert.is(gate.open, false)
  assert.equal(said, ['missing', 'in place', 'missing'])
  await gate.stop()
  assert.is(world.timers, 0)
})

test('while the API server is away, what it said last stands', async () => {
  const objects: Objects = { policy, binding }
  const { gate, said, world } = stage(objects)
  await gate.start()
  objects.error = down
  await world.pass(61_000)
  assert.is(gate.open, true)
  assert.equal(said, ['in place', 'trouble'])
  await gate.stop()
})

test.run()

interface Seen {
  readonly synced: boolean
  readonly heardMsAgo: number | undefined
  readonly lease?: { readonly leads: boolean; readonly mayAct: boolean; readonly holder?: string }
}

table<Seen & { readonly ok: boolean; readonly says: string }>(
  'readiness',
  {
    'is no before the first list': {
      synced: false,
      heardMsAgo: 10,
      ok: false,
      says: 'not yet listed',
    },
    'is no before a word was heard': {
      synced: true,
      heardMsAgo: undefined,
      ok: false,
      says: 'not yet',
    },
    'is yes with a watch that is heard': {
      synced: true,
      heardMsAgo: 50_000,
      ok: true,
      says: '50 s ago',
    },
    'is no with a watch that has gone deaf': {
      synced: true,
      heardMsAgo: 200_000,
      ok: false,
      says: '200 s',
    },
    'is yes for one that waits, and says for whom': {
      ...{ synced: true, heardMsAgo: 0, ok: true, says: 'waits for pod-2' },
      lease: { leads: false, mayAct: false, holder: 'pod-2' },
    },
    'tells of a leader that may not act': {
      ...{ synced: true, heardMsAgo: 0, ok: true, says: 'could not renew' },
      lease: { leads: true, mayAct: false, holder: 'pod-1' },
    },
  },
  ({ synced, heardMsAgo, lease = { leads: true, mayAct: true }, ok, says }) => {
    const now = 1_000_000
    const lastContact = heardMsAgo === undefined ? undefined : now - heardMsAgo
    const watched = { kind: 'Thing', cache: { synced }, lastContact }
    const parts = {
      watched: [watched, watched],
      lease: { ...lease, mayAct: () => lease.mayAct },
    } as unknown as Parts
    const clock = { ...new World().clock(), monotonic: () => now }
    const checks = readiness(parts, clock)
    assert.is(
      checks.every((check) => check.ok),
      ok,
    )
    assert.ok(
      checks.some((check) => check.says.includes(says)),
      JSON.stringify(checks),
    )
  },
)
