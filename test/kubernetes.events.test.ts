/** Events: repetitions are counted, floods are dropped, strangers' text is made harmless. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Call, Transport } from '../operator/kubernetes/call.ts'
import { plain, withinBytes } from '../operator/kubernetes/event-body.ts'
import { Events } from '../operator/kubernetes/events.ts'
import type { EventNote, KubernetesObject } from '../operator/kubernetes/port.ts'
import { World } from './kit/virtual-time.ts'

const test = suite('events')

const object = (name: string): KubernetesObject => ({
  apiVersion: 'pgpe.dev/v1alpha1',
  kind: 'PostgresPrivateEndpoint',
  metadata: {
    ...{ namespace: 'data', name, uid: `uid-${name}`, generation: 1, resourceVersion: '7' },
    creationTimestamp: '2026-01-01T00:00:00Z',
  },
})

const note = (words: string): EventNote => ({
  type: 'Normal',
  reason: 'Created',
  action: 'CreateEndpoint',
  note: words,
})

function stage(send: (call: Call) => Promise<unknown> = async () => ({})) {
  const world = new World()
  const calls: Call[] = []
  const troubles: Error[] = []
  let dropped = 0
  const transport: Transport = {
    json: async <T>(call: Call): Promise<T> => {
      calls.push(call)
      return (await send(call)) as T
    },
    stream: () => Promise.reject(new Error('no streams here')),
    recycle: () => undefined,
    close: async () => undefined,
  }
  const events = new Events({
    ...{ transport, time: world.clock(), random: () => 0.5, instance: 'pod-1' },
    onTrouble: (error) => troubles.push(error),
    onDropped: () => dropped++,
  })
  const posted = (): readonly any[] =>
    calls.filter(({ method }) => method === 'POST').map(({ body }) => body)
  const patched = (): readonly any[] =>
    calls.filter(({ method }) => method === 'PATCH').map(({ body }) => body)
  return { world, events, calls, troubles, posted, patched, dropped: () => dropped }
}

test('an event says what the API server asks for', async () => {
  const { events, posted, calls } = stage()
  events.record(object('orders'), note('made'))
  await events.flush()
  const [event] = posted()
  assert.is(calls[0]?.path, '/apis/events.k8s.io/v1/namespaces/data/events')
  assert.match(event.eventTime, /\.\d{6}Z$/)
  assert.match(event.metadata.name, /^orders\.[0-9a-f]{16}$/)
  assert.equal(event.regarding, {
    apiVersion: 'pgpe.dev/v1alpha1',
    kind: 'PostgresPrivateEndpoint',
    ...{ namespace: 'data', name: 'orders', uid: 'uid-orders', resourceVersion: '7' },
  })
  const { type, reason, action, note: words, reportingInstance } = event
  assert.equal(
    [type, reason, action, words, reportingInstance],
    ['Normal', 'Created', 'CreateEndpoint', 'made', 'pod-1'],
  )
})

test('the same news again is a count on the first event, written once a minute', async () => {
  const { world, events, posted, patched } = stage()
  for (let times = 0; times < 30; times++) {
    events.record(object('orders'), note('made'))
    await world.pass(5_000)
  }
  await events.flush()
  assert.is(posted().length, 1)
  assert.equal(
    patched().map(({ series }) => series.count),
    [13, 25, 30],
  )
})

test('other news, and news of another object, are events of their own', async () => {
  const { events, posted } = stage()
  events.record(object('orders'), note('made'))
  events.record(object('orders'), note('changed'))
  events.record(object('billing'), note('made'))
  await events.flush()
  assert.is(posted().length, 3)
})

test('after ten quiet minutes the same news is a new event', async () => {
  const { world, events, posted } = stage()
  events.record(object('orders'), note('made'))
  await world.pass(601_000)
  events.record(object('orders'), note('made'))
  await events.flush()
  assert.is(posted().length, 2)
})

test('an object that changes its mind for ever cannot flood, nor silence another', async () => {
  const { world, events, posted, dropped } = stage()
  for (let times = 0; times < 600; times++) {
    events.record(object('flapping'), note(`state ${times}`))
    await world.pass(1_000)
  }
  events.record(object('calm'), note('made'))
  await events.flush()
  const of = (name: string) => posted().filter(({ regarding }) => regarding.name === name).length
  assert.ok(of('flapping') <= 20, `${of('flapping')}`)
  assert.is(of('calm'), 1)
  assert.is(dropped(), 600 - of('flapping'))
})

test('an API server that refuses is told of, and never thrown', async () => {
  const { events, troubles, posted } = stage(async () => {
    throw new Error('forbidden')
  })
  events.record(object('orders'), note('made'))
  events.record(object('billing'), note('made'))
  await events.flush()
  assert.is(posted().length, 2)
  assert.is(troubles.length, 2)
})

test('nothing that it is given makes it throw', () => {
  const { events, troubles } = stage()
  const monsters: readonly unknown[] = [undefined, null, {}, { metadata: null }]
  for (const monster of monsters) events.record(monster as KubernetesObject, note('x'))
  events.record(object('orders'), undefined as never)
  assert.is(troubles.length, 5)
})

test('one slow answer does not hold up who records', async () => {
  let answer: () => void = () => undefined
  const { events, calls } = stage(() => new Promise((resolve) => (answer = () => resolve({}))))
  for (let index = 0; index < 50; index++) events.record(object(`o${index}`), note('made'))
  assert.is(calls.length, 1)
  answer()
})

test('control characters, line breaks and reversed text become spaces', () => {
  assert.is(plain('a\nb\r\nc\x1b[31md\u202Ee\u0000f\u2028g\tend'), 'a b c [31md e f g end')
  assert.is(plain('zero\u200bwidth \ud800 half'), 'zero width   half')
  assert.is(plain('Zürich 東京 🐘'), 'Zürich 東京 🐘')
})

test('a note is cut to its bytes, never inside a letter', () => {
  assert.is(withinBytes('short', 1024), 'short')
  for (const letter of ['x', 'ü', '東', '🐘']) {
    const cut = withinBytes(letter.repeat(2_000), 1024)
    assert.ok(Buffer.byteLength(cut) <= 1024 && Buffer.byteLength(cut) > 1015)
    assert.is(Buffer.from(cut).toString(), cut)
    assert.ok(cut.endsWith('…'))
  }
})

test.run()
