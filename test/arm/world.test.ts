/** What the simulated Azure is made of: time, chance, the memory of what was, roles' patterns, paths. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Refusal } from './answer.ts'
import { Clock } from './clock.ts'
import { Dice } from './dice.ts'
import { endpointBody, inAzure, makeWorld } from './kit.ts'
import { noLag } from './lag.ts'
import { partsOf, segmentsOf } from './path.ts'
import { matches } from './roles.ts'
import { Collection } from './store.ts'

/** A clock whose real time is moved by hand. */
function handClock(scale = 1) {
  let real = 0
  const clock = new Clock(scale, () => real)
  return {
    clock,
    pass: (seconds: number) => {
      real += seconds * 1000
      clock.observe()
    },
  }
}

const time = suite('time')

time('runs at its scale, and stands still between two looks', () => {
  const { clock, pass } = handClock(60)
  pass(2)
  assert.is(clock.now(), 120_000)
  assert.is(clock.now(), 120_000)
})

time('lets what is due happen in order, each at its own time, and what that starts as well', () => {
  const { clock, pass } = handClock()
  const seen: string[] = []
  const note = (name: string) => () => seen.push(`${name} at ${clock.now() / 1000}`)
  clock.after(3, note('third'))
  clock.after(1, () => {
    note('first')()
    clock.after(1, note('second'))
  })
  clock.after(3, note('fourth'))
  clock.after(100, note('never'))
  pass(10)
  assert.equal(seen, ['first at 1', 'second at 2', 'third at 3', 'fourth at 3'])
})

time('keeps a thousand tasks in order', () => {
  const { clock, pass } = handClock()
  const dice = new Dice(7)
  const seen: number[] = []
  for (let task = 0; task < 1000; task++) {
    clock.after(dice.between('task', 0, 50), () => seen.push(clock.now()))
  }
  pass(60)
  assert.is(seen.length, 1000)
  assert.equal(
    seen,
    [...seen].sort((a, b) => a - b),
  )
})

time('can be skipped, and is told in whole seconds of real time, never below one', () => {
  const { clock } = handClock(30)
  clock.advance(90)
  assert.is(clock.now(), 90_000)
  assert.is(clock.retryAfter(60), '2')
  assert.is(clock.retryAfter(10), '1')
})
time.run()

const chance = suite('chance')

chance('is the same for a seed, whatever else is rolled in between', () => {
  const [one, other] = [new Dice(1), new Dice(1)]
  other.guid('something else')
  assert.is(one.guid('a'), other.guid('a'))
  assert.is(one.between('b', 1, 9), other.between('b', 1, 9))
  assert.not.equal(one.guid('a'), new Dice(1).guid('a'), 'a second roll is another')
  assert.not.equal(new Dice(1).guid('a'), new Dice(2).guid('a'))
  assert.match(
    one.guid('c'),
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  )
})

chance('makes the same Azure of the same requests and the same seed', async () => {
  const run = async (seed: number): Promise<string> => {
    let seen = ''
    await inAzure({ seed }, async (azure) => {
      const paths = await makeWorld(azure)
      await azure.owner.done(
        'PUT',
        paths.endpoint('one'),
        endpointBody(paths.subnet, paths.server('orders')),
      )
      const endpoint = (await azure.owner.get(paths.endpoint('one'))).body
      const list = (await azure.owner.get(`${paths.server('orders')}/privateEndpointConnections`))
        .body
      seen = JSON.stringify([endpoint, list, azure.simulator.identities])
    })
    return seen
  }
  const [first, second, other] = [await run(5), await run(5), await run(6)]
  assert.is(first, second)
  assert.is.not(first, other)
})
chance.run()

const memory = suite('what others see')

interface Thing {
  readonly id: string
  state: string
}
const id = '/subscriptions/s/resourceGroups/g/providers/N/things/t'
function things(lag: { get: number; list: number }) {
  const { clock, pass } = handClock()
  const all = new Collection<Thing>(
    'N/things',
    clock,
    { ...lag, role: 0, name: 0 },
    ({ id: of, state }) => ({ id: of, state }),
  )
  const listed = (): readonly unknown[] =>
    all.lines('/subscriptions/s').map(({ body }) => body()['state'])
  return { all, pass, listed }
}

memory('is at once what is, without a lag', () => {
  const { all, listed } = things(noLag)
  const thing = all.add({ id, state: 'new' })
  assert.equal(listed(), ['new'])
  all.touch(thing)
  thing.state = 'changed'
  assert.is(all.seen(id.toUpperCase())?.['state'], 'changed')
  all.remove(thing)
  assert.equal(listed(), [])
})

memory('is late for a while: nothing, then the old, then the gone', () => {
  const { all, pass, listed } = things({ get: 1, list: 3 })
  const thing = all.add({ id, state: 'new' })
  assert.is(all.seen(id), undefined)
  pass(2)
  assert.is(all.seen(id)?.['state'], 'new')
  assert.equal(listed(), [])
  pass(2)
  assert.equal(listed(), ['new'])
  all.touch(thing)
  thing.state = 'changed'
  assert.is(all.seen(id)?.['state'], 'changed', 'a GET shows changes at once')
  assert.equal(listed(), ['new'])
  pass(1)
  all.touch(thing)
  thing.state = 'changed again'
  assert.equal(listed(), ['new'], 'the oldest that is not too old')
  pass(3)
  assert.equal(listed(), ['changed again'])
  all.remove(thing)
  assert.is(all.seen(id)?.['state'], 'changed again')
  assert.equal(listed(), ['changed again'])
  assert.is(all.get(id), undefined, 'though it is gone')
  pass(4)
  assert.is(all.seen(id), undefined)
  assert.equal(listed(), [])
})

memory('over the wire: an endpoint is 404 and unlisted right after its PUT', () =>
  inAzure({ lag: { get: 1, list: 3, role: 0 } }, async (azure) => {
    const paths = await makeWorld(azure)
    const list = paths.endpoint('').slice(0, -1)
    await azure.owner.put(paths.endpoint('one'), endpointBody(paths.subnet, paths.server('orders')))
    assert.is((await azure.owner.get(paths.endpoint('one'))).status, 404)
    azure.simulator.advance(2)
    assert.is((await azure.owner.get(paths.endpoint('one'))).status, 200)
    assert.equal((await azure.owner.get(list)).body.value, [])
    azure.simulator.advance(2)
    assert.is((await azure.owner.get(list)).body.value.length, 1)
  }),
)
memory.run()

const names = suite('names')

names('match action patterns as Azure does', () => {
  assert.ok(matches('*', 'Microsoft.Network/privateEndpoints/read'))
  assert.ok(matches('*/read', 'Microsoft.Network/privateEndpoints/READ'))
  assert.ok(matches('Microsoft.Network/*', 'microsoft.network/privateEndpoints/write'))
  assert.not.ok(matches('*/read', 'Microsoft.Network/privateEndpoints/write'))
  assert.not.ok(
    matches('Microsoft.Network/privateEndpoints/read', 'MicrosoftXNetwork/privateEndpoints/read'),
  )
  assert.not.ok(matches('Microsoft.Network/*', 'Other/Microsoft.Network/x'))
})

names('in paths are decoded, and dangerous ones refused', () => {
  assert.equal(segmentsOf('/a/b%20c'), ['a', 'b c'])
  assert.equal(segmentsOf('//a'), ['a'], 'from an endpoint that ends with a slash')
  for (const path of ['/a/../b', '/a/./b', '/a//b', '/a/%2e%2e/b', '/a%2fb', '/a/%zz', '/a/b%00']) {
    assert.throws(
      () => segmentsOf(path),
      (error: unknown) => error instanceof Refusal && error.status === 400,
    )
  }
})

names('of resources are taken apart only when they are whole', () => {
  assert.equal(partsOf('/subscriptions/s/resourceGroups/g/providers/N/a/1/b/2'), {
    subscriptionId: 's',
    resourceGroup: 'g',
    type: 'N/a/b',
    names: ['1', '2'],
  })
  for (const text of [
    '',
    '/',
    id.slice(1),
    `${id}/x`,
    id.replace('/g/', '//'),
    id.replace(/t$/, '..'),
  ]) {
    assert.is(partsOf(text), undefined)
  }
})
names.run()
