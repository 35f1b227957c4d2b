/** The pump: isolation, pace, stopping. Time passes when a test says so. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Backoff } from '../operator/runtime/backoff.ts'
import { Controller, type ControllerGiven, type Ending } from '../operator/runtime/controller.ts'
import type { KindOf } from '../operator/runtime/kind.ts'
import { reconcile, type Visit } from '../operator/runtime/reconcile.ts'
import { World } from './kit/virtual-time.ts'

const test = suite('controller')

class Changed extends Error {}

interface Ended {
  readonly key: string
  readonly ending: Ending
  readonly at: number
}

function stage(
  visit: (key: string, world: World) => Promise<Visit>,
  given: Partial<Pick<ControllerGiven, 'workers' | 'mayVisit'>> = {},
) {
  const world = new World()
  const begun: string[] = []
  const ended: Ended[] = []
  const controller = new Controller({
    visit: (key) => {
      begun.push(key)
      return visit(key, world)
    },
    workers: 2,
    clock: world.clock(),
    backoff: new Backoff({ firstMs: 1_000, longestMs: 60_000 }, () => 1),
    mayVisit: () => true,
    isConflict: (error) => error instanceof Changed,
    onVisit: ({ key, ending }) => ended.push({ key, ending, at: world.at }),
    ...given,
  })
  return { world, begun, ended, controller }
}

const quiet: Visit = { found: true, againInMs: undefined, actions: 0 }
const lasting =
  (ms: number) =>
  async (_key: string, world: World): Promise<Visit> => {
    await world.clock().sleep(ms)
    return quiet
  }

test('visits what was asked for before it started, and nothing before', async () => {
  const { world, begun, controller } = stage(async () => quiet)
  controller.wake('a')
  await world.pass(1_000)
  assert.equal(begun, [])
  controller.start()
  await world.pass(0)
  assert.equal(begun, ['a'])
})

test('visits that wait for nothing leave timers and sockets their turns', async () => {
  const { world, begun, controller } = stage(async () => quiet, { workers: 4 })
  for (let key = 0; key < 100; key++) controller.wake(`${key}`)
  const seen: number[] = []
  controller.start()
  const look = (): void => {
    seen.push(begun.length)
    if (begun.length < 100) world.clock().timer(0, look)
  }
  world.clock().timer(0, look)
  // Nothing but promises: without timers' turns there is no further visit.
  for (let turn = 0; turn < 2_000; turn++) await Promise.resolve()
  assert.is(begun.length, 16)
  await world.pass(1_000)
  assert.is(begun.length, 100)
  assert.ok(seen.length > 5, `timers had ${seen.length} turns`)
})

test('many wishes during a visit are one more visit', async () => {
  const { world, begun, controller } = stage(lasting(100))
  controller.start()
  controller.wake('a')
  await world.pass(50)
  for (let times = 0; times < 20; times++) controller.wake('a')
  await world.pass(1_000)
  assert.equal(begun, ['a', 'a'])
})

test('never has more visits under way than workers, and none of one key', async () => {
  let most = 0
  const open: string[] = []
  const { world, begun, controller } = stage(async (key, at) => {
    assert.not.ok(open.includes(key))
    open.push(key)
    most = Math.max(most, open.length)
    const visit = await lasting(100)(key, at)
    open.splice(open.indexOf(key), 1)
    return visit
  })
  controller.start()
  for (const key of ['a', 'b', 'c', 'd']) controller.wake(key)
  await world.pass(50)
  controller.wake('a')
  await world.pass(1_000)
  assert.is(most, 2)
  assert.equal(begun.toSorted(), ['a', 'a', 'b', 'c', 'd'])
})

test('a key that throws, at once or later, harms no other, and comes back ever later', async () => {
  const { world, ended, controller } = stage((key) => {
    if (key === 'at-once') throw new Error('poison')
    return key === 'later' ? Promise.reject(new Error('poison')) : Promise.resolve(quiet)
  })
  controller.start()
  for (const key of ['at-once', 'later', 'good']) controller.wake(key)
  await world.pass(8_000)
  const times = (name: string) => ended.filter(({ key }) => key === name).map(({ at }) => at)
  assert.equal(times('at-once'), [0, 1_000, 3_000, 7_000])
  assert.equal(times('later'), [0, 1_000, 3_000, 7_000])
  assert.equal(times('good'), [0])
})

test('a success forgets the failures', async () => {
  let failing = true
  const { world, ended, controller } = stage(async () => {
    if (failing) throw new Error('for now')
    return quiet
  })
  controller.start()
  controller.wake('a')
  await world.pass(3_500)
  failing = false
  await world.pass(4_000)
  failing = true
  controller.wake('a')
  await world.pass(1_500)
  assert.equal(
    ended.map(({ at, ending }) => `${at} ${ending}`),
    ['0 failed', '1000 failed', '3000 failed', '7000 done', '7500 failed', '8500 failed'],
  )
})

test('an object that changed meanwhile is visited again', async () => {
  let times = 0
  const { world, ended, controller } = stage(async () => {
    if (times++ === 0) throw new Changed('of the object')
    return quiet
  })
  controller.start()
  controller.wake('a')
  await world.pass(1_000)
  assert.equal(
    ended.map(({ ending }) => ending),
    ['changed', 'done'],
  )
})

test('comes back when the visit asked, and a change comes in between', async () => {
  const { world, ended, controller } = stage(async () => ({ ...quiet, againInMs: 5_000 }))
  controller.start()
  controller.wake('a')
  await world.pass(1_000)
  controller.wake('a')
  await world.pass(10_500)
  assert.equal(
    ended.map(({ at }) => at),
    [0, 1_000, 6_000, 11_000],
  )
})

test('a visit that asks for no pause at all is no busy loop', async () => {
  const { world, ended, controller } = stage(async () => ({ ...quiet, againInMs: 0 }))
  controller.start()
  controller.wake('a')
  await world.pass(100)
  assert.ok(ended.length <= 11, `${ended.length}`)
})

test('an object that is gone is not visited again', async () => {
  const { world, begun, controller } = stage(async () => ({ ...quiet, found: false }))
  controller.start()
  controller.wake('a')
  await world.pass(3_600_000)
  assert.equal(begun, ['a'])
  assert.is(world.timers, 0)
})

test('while the process may not act nothing is visited, and all of it later', async () => {
  let may = false
  const { world, begun, controller } = stage(async () => quiet, { mayVisit: () => may })
  controller.start()
  controller.wake('a')
  controller.wake('b')
  await world.pass(10_000)
  assert.equal(begun, [])
  may = true
  await world.pass(1_000)
  assert.equal(begun, ['a', 'b'])
})

test('told to stop, it waits for what is under way and begins nothing', async () => {
  const { world, begun, ended, controller } = stage(lasting(100))
  controller.start()
  for (const key of ['a', 'b', 'c']) controller.wake(key)
  await world.pass(10)
  let stopped = false
  const stopping = controller.stop().then(() => (stopped = true))
  controller.wake('d')
  await world.pass(80)
  assert.is(stopped, false)
  await world.pass(20)
  await stopping
  await world.pass(10_000)
  assert.equal(begun, ['a', 'b'])
  assert.is(ended.length, 2)
})

test('a failure of those who keep count costs no key its turn', async () => {
  const world = new World()
  let visits = 0
  const controller = new Controller({
    visit: async () => {
      visits++
      return { ...quiet, againInMs: 1_000 }
    },
    workers: 1,
    clock: world.clock(),
    backoff: new Backoff({ firstMs: 1, longestMs: 1 }, () => 1),
    mayVisit: () => true,
    isConflict: () => false,
    onVisit: () => {
      throw new Error('of a metric')
    },
  })
  controller.start()
  controller.wake('a')
  await world.pass(2_500)
  assert.is(visits, 3)
})

test('the five verbs come in their order, each once, each action after the other', async () => {
  const said: string[] = []
  const kind: KindOf<string, string, { actions: readonly string[] }, string, string> = {
    name: 'Test',
    observe: async (key) => {
      said.push(`observe ${key}`)
      return key === 'gone' ? undefined : 'seen'
    },
    plan: (seen) => {
      said.push(`plan ${seen}`)
      return { actions: ['one', 'two'] }
    },
    act: async (action, seen) => {
      said.push(`act ${action} ${seen}`)
      return `${action} done`
    },
    report: (_seen, _made, outcomes, now) => {
      said.push(`report ${outcomes.join(', ')} ${now.getTime()}`)
      return { write: 'written', againInMs: 7 }
    },
    write: async (key, seen, written) => void said.push(`write ${key} ${seen} ${written}`),
  }
  const visit = await reconcile(kind, 'a', () => new Date(5))
  assert.equal(visit, { found: true, againInMs: 7, actions: 2 })
  assert.equal(said, [
    'observe a',
    'plan seen',
    'act one seen',
    'act two seen',
    'report one done, two done 5',
    'write a seen written',
  ])
  const gone = await reconcile(kind, 'gone', () => new Date(5))
  assert.equal(gone, { found: false, againInMs: undefined, actions: 0 })
})

test('the pause grows to its limit, and chance only shortens it, to half at most', () => {
  const longest = new Backoff({ firstMs: 100, longestMs: 1_000 }, () => 1)
  const shortest = new Backoff({ firstMs: 100, longestMs: 1_000 }, () => 0)
  const pauses = (of: Backoff) => Array.from({ length: 6 }, () => of.failed('a'))
  assert.equal(pauses(longest), [100, 200, 400, 800, 1_000, 1_000])
  assert.equal(pauses(shortest), [50, 100, 200, 400, 500, 500])
  assert.is(longest.count('a'), 6)
  assert.is(longest.count('b'), 0)
  longest.forget('a')
  assert.is(longest.failed('a'), 100)
})

test.run()
