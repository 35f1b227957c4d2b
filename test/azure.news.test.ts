/** Who is told of what has changed in a list, and how often lists are read for that. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { intervalMs } from '../operator/azure/cadence.ts'
import { formatId } from '../operator/azure/id.ts'
import type { JsonObject } from '../operator/azure/model.ts'
import { Views } from '../operator/azure/views.ts'
import type { IdentityRef, Reader, Watched } from '../operator/azure/port.ts'
import { bodies } from './azure/bodies-of-azure.ts'
import { idOf, inProcess, refused, subscriptionId, type Said } from './azure/in-process.ts'
import { World } from './kit/virtual-time.ts'

const test = suite('news')
const cadence = { inFlightMs: 5_000, resyncMs: 300_000 }
const second = 1_000
const rest = 150_000
const scope = { list: 'privateEndpoints', subscriptionId } as const

const endpoint = (name: string, state = 'Succeeded', tags = {}): JsonObject => ({
  ...bodies.privateEndpoint,
  id: formatId(idOf('privateEndpoint', name)),
  name,
  tags,
  properties: { ...(bodies.privateEndpoint['properties'] as JsonObject), provisioningState: state },
})

/** Identities `a` and `b` on one clock, each with an Azure that answers lists as the test says. */
class Place {
  readonly time = new World()
  items: JsonObject[] = [endpoint('one'), endpoint('two'), endpoint('three')]
  said: Said | undefined
  readonly asked: string[] = []
  readonly told: string[] = []
  readonly views: Views
  readonly #readers = new Map<string, Reader>()

  constructor() {
    const clock = this.time.clock()
    const azureClock = {
      now: () => clock.now(),
      monotonicMs: () => clock.monotonic(),
      timer: clock.timer,
      pass: () => undefined,
    }
    const make = (identity: IdentityRef) => {
      const name = identity.kind === 'operator' ? 'operator' : identity.name
      const { view } = inProcess(
        ({ path, query }) => {
          this.asked.push(`${name} ${path.split('/').at(-1)} ${query.includes('skip') ? 2 : 1}`)
          return this.said ?? { body: { value: this.items } }
        },
        { clock: azureClock, cadence },
      )
      return { usual: view, leaving: view }
    }
    this.views = new Views(make, azureClock, undefined)
  }

  /** The object looks at Azure, as this identity. */
  visit(object: string, identity = 'a'): Watched {
    const reader = this.#readers.get(object) ?? {
      news: (waited: boolean) => void this.told.push(waited ? `${object}!` : object),
    }
    this.#readers.set(object, reader)
    return this.views.watch({ kind: 'Secret', namespace: 'team', name: identity }, reader)
  }

  async find(object: string, name: string, age = rest, identity = 'a'): Promise<Watched> {
    const watched = this.visit(object, identity)
    await watched.view.find(idOf('privateEndpoint', name), age)
    return watched
  }

  /** What was told, and asked, in so many seconds. */
  async after(seconds: number): Promise<{ told: readonly string[]; asked: number }> {
    this.told.length = 0
    this.asked.length = 0
    await this.time.pass(seconds * second)
    return { told: [...new Set(this.told)].toSorted(), asked: this.asked.length }
  }
}

test('an item that changes, comes or goes is told to those alone who looked at it', async () => {
  const place = new Place()
  for (const name of ['one', 'two', 'four']) await place.find(name, name)
  place.items = [endpoint('one', 'Failed'), endpoint('four')]
  assert.equal((await place.after(300)).told, ['four', 'one', 'two'])
  place.items = [endpoint('one', 'Failed'), endpoint('four'), endpoint('strange')]
  assert.equal((await place.after(300)).told, [])
})

test('everything is seen within a resync, for one request each time, whoever is at rest', async () => {
  const place = new Place()
  for (let index = 0; index < 500; index += 1) await place.find(`object-${index}`, 'one')
  assert.is(place.asked.length, 1)
  assert.equal(await place.after(3_600), { told: [], asked: 15 })
})

test('who waits has the list read each second, and is told at once', async () => {
  const place = new Place()
  await place.find('waits', 'one', 5_000)
  await place.find('rests', 'two')
  assert.is((await place.after(10)).asked, 10)
  place.items = [endpoint('one', 'Failed'), endpoint('two', 'Failed')]
  assert.equal((await place.after(1)).told, ['rests', 'waits!'])
})

test('who has stopped waiting slows the list down again', async () => {
  const place = new Place()
  await place.find('waits', 'one', 5_000)
  await place.after(5)
  await place.find('waits', 'one')
  assert.ok((await place.after(3_600)).asked <= 16)
})

test('an object that looks elsewhere, or is gone, is told of nothing', async () => {
  const place = new Place()
  await place.find('one', 'one')
  await place.find('one', 'two')
  place.items = [endpoint('two')]
  assert.equal((await place.after(300)).told, [])
  const gone = { news: () => void place.told.push('gone') }
  const identity = { kind: 'Secret', namespace: 'team', name: 'a' } as const
  await place.views.watch(identity, gone).view.find(idOf('privateEndpoint', 'two'), rest)
  place.views.drop(gone)
  place.items = []
  assert.equal((await place.after(300)).told, ['one'])
})

test('nothing is read when nobody looks any more', async () => {
  const place = new Place()
  await place.find('one', 'one', 5_000)
  place.visit('one')
  assert.equal(await place.after(3_600), { told: [], asked: 0 })
  assert.is(place.time.timers, 0)
})

test('what one identity sees is no news to objects of another', async () => {
  const place = new Place()
  await place.find('of-a', 'one', rest, 'a')
  await place.find('of-b', 'one', 5_000, 'b')
  assert.ok((await place.after(10)).asked >= 9)
  assert.ok(place.asked.every((line) => line.startsWith('b ')))
  place.items = []
  // The list of `b` shows it; that of `a` is not read for another four minutes.
  assert.equal((await place.after(2)).told, ['of-b!'])
  assert.equal((await place.after(300)).told, ['of-a'])
})

test('an object that changes its identity is told by the new one alone', async () => {
  const place = new Place()
  await place.find('object', 'one', rest, 'a')
  await place.find('other', 'two', rest, 'a')
  await place.find('object', 'one', rest, 'b')
  place.items = []
  await place.after(300)
  assert.equal(place.told.filter((name) => name === 'object').length, 1)
})

test('a failure is told to nobody before what is known is too old, and then once', async () => {
  const place = new Place()
  await place.find('rests', 'one')
  place.said = refused(503, 'ServiceUnavailable')
  assert.equal((await place.after(300)).told, [])
  assert.equal((await place.after(300)).told, ['rests'])
  const { told, asked } = await place.after(3_600)
  assert.equal(told, [])
  assert.ok(asked <= 62, `${asked} requests in an hour of failures`)
})

test('an end of the failures is told to all who saw them', async () => {
  const place = new Place()
  place.said = refused(503, 'ServiceUnavailable')
  for (const name of ['one', 'two']) await place.find(name, name, 5_000)
  assert.equal((await place.after(30)).told, [])
  place.said = undefined
  assert.equal((await place.after(60)).told, ['one!', 'two!'])
})

const incomplete: readonly (readonly [string, Said])[] = [
  ['half a page', { body: '{"value": [' }],
  ['a page without a list', { body: {} }],
  ['a refusal', refused(403, 'AuthorizationFailed')],
  ['a next page elsewhere', { body: { value: [], nextLink: 'https://evil.example/?skip=1' } }],
]
for (const [what, said] of incomplete) {
  test(`${what} is no news that everything has gone`, async () => {
    const place = new Place()
    await place.find('rests', 'one')
    place.said = said
    assert.equal((await place.after(250)).told, [])
    place.said = undefined
    assert.equal((await place.after(100)).told, [])
  })
}

test('a list that is gone with its group is news', async () => {
  const place = new Place()
  const group = { ...scope, resourceGroup: 'rg' }
  const { view } = place.visit('one')
  await view.list(group, rest)
  place.said = refused(404, 'ResourceGroupNotFound')
  assert.equal((await place.after(300)).told, ['one'])
})

test('who looked at a whole list is told of any change of it', async () => {
  const place = new Place()
  await place.visit('all').view.list(scope, rest)
  await place.visit('some').view.list(scope, rest, ['guid x'])
  place.items = [...place.items, endpoint('new')]
  assert.equal((await place.after(300)).told, ['all'])
})

test('tags and GUIDs are looked up, not walked', async () => {
  const place = new Place()
  await place.visit('moved').view.list(scope, rest, ['owner cluster.uid'])
  place.items = [...place.items, endpoint('elsewhere', 'Succeeded', { PGPEowner: 'cluster.uid' })]
  assert.equal((await place.after(300)).told, ['moved'])
})

test('an item that is the same stays the same object, and its page is not decoded again', async () => {
  const place = new Place()
  const { view } = place.visit('one')
  const items = async () => {
    await place.time.pass(second)
    const seen = await view.list(scope, 0)
    return seen.is === 'present' ? seen.value.items : []
  }
  const before = await items()
  assert.is(await items(), before)
  place.items = [endpoint('one', 'Failed'), ...place.items.slice(1)]
  const after = await items()
  assert.is.not(after[0], before[0])
  assert.is(after[1], before[1])
})

test('what no list tells makes the object look itself', async () => {
  const place = new Place()
  const told = await place.find('one', 'one')
  assert.is(told.pace(), 'news')
  place.said = { body: bodies.server }
  const looks = place.visit('two')
  await looks.view.get(idOf('server', 'db'), 1_000)
  assert.is(looks.pace(), 'look')
})

test('lists are read the less often the more wait and the longer they are', () => {
  const of = (counts: readonly [number, number, number, number], pages = 1): number =>
    intervalMs(counts, pages, cadence) / second
  assert.is(of([1, 0, 0, 0]), 1)
  assert.is(of([30, 0, 0, 900]), 1)
  assert.is(of([150, 0, 0, 0]), 5)
  assert.is(of([10_000, 0, 0, 0]), 10)
  assert.is(of([1, 0, 0, 0], 10), 10)
  assert.is(of([0, 1, 0, 0]), 10)
  assert.is(of([0, 0, 1, 0]), 30)
  assert.is(of([0, 0, 0, 9]), 240)
})

test.run()
