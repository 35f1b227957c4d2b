/** Turns at places that Azure lets one change at a time. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Claim } from '../operator/azure/fair-queue.ts'
import { Turns } from '../operator/azure/turns.ts'
import { SubnetSpacing } from '../operator/endpoint/subnet-spacing.ts'
import { dice, seeds, World } from './kit/virtual-time.ts'

const test = suite('turns')

const claim = (who: string, more: Partial<Claim> = {}): Claim => ({
  who,
  namespace: 'team',
  rank: 'user',
  ...more,
})

function started() {
  const world = new World()
  const clock = world.clock()
  const told: string[] = []
  const turns = new Turns({
    now: () => world.at,
    timer: clock.timer,
    onTurn: (who) => void told.push(who),
  })
  const take = (who: string, ...places: readonly string[]): boolean =>
    turns.take(places, claim(who))
  return { world, turns, told, take }
}

test("a place is one object's until it gives it back, and then whoever waits is told", () => {
  const { turns, told, take } = started()
  assert.ok(take('a', 's'))
  assert.ok(take('a', 'S'), 'it has it already; case is no difference')
  assert.not(take('b', 's'))
  assert.is(turns.heldBy('s', 'b'), 'a')
  turns.leave(['s'], 'b')
  assert.equal(told, [], 'only the holder can give it back')
  turns.leave(['s'], 'a')
  assert.equal(told, ['b'])
  assert.not(take('a', 's'), 'it is kept for whoever was told')
  assert.ok(take('b', 's'))
})

test('they come one after another, and whoever had a turn comes again after all others', () => {
  const { turns, told, take } = started()
  for (const who of ['a', 'b', 'c', 'd']) take(who, 's')
  for (const who of ['a', 'b', 'c', 'd']) {
    assert.ok(take(who, 's'))
    turns.leave(['s'], who)
    take(who, 's')
  }
  assert.equal(told, ['b', 'c', 'd', 'a'])
})

test('all places are taken together or none, and what is free is not kept from others', () => {
  const { turns, told, take } = started()
  assert.ok(take('a', 'server-1', 'subnet'))
  assert.not(take('b', 'server-2', 'subnet'))
  assert.ok(take('c', 'server-2'), 'b waits at the subnet alone')
  turns.leave(['subnet'], 'a')
  assert.equal(told, ['b'])
  assert.not(take('b', 'server-2', 'subnet'))
  assert.ok(take('d', 'subnet'), 'and does not keep the subnet while it waits at the server')
  turns.leave(['server-2'], 'c')
  assert.equal(told, ['b', 'b'])
})

test('whoever was told and does not come has lost the turn', async () => {
  const { world, turns, told, take } = started()
  for (const who of ['a', 'b', 'c']) take(who, 's')
  turns.leave(['s'], 'a')
  assert.equal(told, ['b'])
  await world.pass(10_000)
  assert.equal(told, ['b', 'c'])
  assert.ok(take('c', 's'))
})

test('a place that is left closed opens by itself', async () => {
  const { world, turns, told, take } = started()
  take('a', 's')
  take('b', 's')
  turns.leave(['s'], 'a', 3_000)
  await world.pass(2_999)
  assert.not(take('c', 's'))
  assert.equal(told, [])
  await world.pass(1)
  assert.equal(told, ['b'])
})

test('a holder that vanished gives way after ten minutes, and at once when its object is gone', async () => {
  const { world, turns, told, take } = started()
  take('a', 's')
  take('a', 't')
  take('b', 's')
  take('c', 't')
  turns.forget('a')
  assert.equal(told, ['b', 'c'])
  take('b', 's')
  take('d', 's')
  await world.pass(599_999)
  assert.not(told.includes('d'))
  await world.pass(1)
  assert.ok(told.includes('d'))
})

test('a visit that does not ask again leaves the line', async () => {
  const { world, turns, told, take } = started()
  for (const who of ['a', 'b', 'c']) take(who, 's')
  await world.pass(1_000)
  turns.visited('b', world.at)
  turns.leave(['s'], 'a')
  assert.equal(told, ['c'])
})

test('whoever only looks waits for nothing, unless it says so', () => {
  const { turns, told, take } = started()
  take('a', 's')
  assert.is(turns.heldBy('s', 'b'), 'a')
  assert.is(turns.heldBy('s', 'c', claim('c')), 'a')
  turns.leave(['s'], 'a')
  assert.equal(told, ['c'])
  assert.is(turns.heldBy('s', 'b'), undefined)
})

test('it is known how long ago a place was given back', async () => {
  const { world, turns, take } = started()
  assert.is(turns.freedAgoMs('s'), undefined)
  take('a', 's')
  turns.leave(['s'], 'a')
  await world.pass(700)
  assert.is(turns.freedAgoMs('S'), 700)
})

test('without a timer whoever asks again is served', () => {
  let now = 0
  const turns = new Turns({ now: () => now })
  const take = (who: string): boolean => turns.take(['s'], claim(who))
  take('a')
  take('b')
  take('c')
  turns.leave(['s'], 'a')
  assert.not(take('c'))
  now = 10_000
  assert.ok(take('c'))
})

test('never two at one place, nobody forgotten, nothing remembered: random lives', async () => {
  for (const seed of seeds(20)) {
    const random = dice(seed)
    const world = new World()
    const clock = world.clock()
    const inside = new Map<string, string>()
    let served = 0
    const turns = new Turns({
      now: () => world.at,
      timer: clock.timer,
      onTurn: (who) => void clock.timer(random() * 100, () => visit(who)),
    })
    const wants = new Map<string, readonly string[]>()
    const visit = (who: string): void => {
      const began = world.at
      const places = wants.get(who)
      if (places !== undefined && turns.take(places, claim(who, { namespace: who[0]! }))) {
        for (const place of places) {
          assert.not(inside.has(place), `${place} is ${inside.get(place)}'s, not ${who}'s`)
          inside.set(place, who)
        }
        wants.delete(who)
        served++
        clock.timer(random() * 2_000, () => {
          for (const place of places) inside.delete(place)
          turns.leave(places, who)
        })
      }
      turns.visited(who, began)
    }
    for (let index = 0; index < 40; index++) {
      const who = `${'abc'[index % 3]}${index}`
      wants.set(who, [`server-${Math.floor(random() * 4)}`, `subnet-${Math.floor(random() * 3)}`])
      visit(who)
    }
    await world.pass(600_000)
    assert.is(served, 40, `seed ${seed}`)
    assert.is(turns.size, 7, 'the places alone')
  }
})

const spacing = suite('a subnet between two writes')

/** Endpoints one after another in a subnet that is locked for so long after each. */
function drain(
  count: number,
  lockMs: () => number,
): { readonly ms: number; readonly tries: number } {
  const spaced = new SubnetSpacing()
  let [now, tries, freeAt] = [0, 0, 0]
  for (let taken = 0; taken < count;) {
    tries++
    if (now >= freeAt) {
      taken++
      freeAt = now + lockMs()
      now += spaced.taken('s', now)
    } else now += spaced.refused('s', now)
  }
  return { ms: now, tries }
}

spacing('a lock of 2 to 4 s is learned: 100 endpoints take little more than their locks', () => {
  const random = dice(1)
  const locks = Array.from({ length: 100 }, () => 2_000 + 2_000 * random())
  const least = locks.slice(0, -1).reduce((sum, one) => sum + one)
  const { ms, tries } = drain(100, () => locks.shift() ?? 0)
  assert.ok(ms < least * 1.2, `${ms} of ${least} ms`)
  assert.ok(tries < 300, `${tries} tries`)
})

spacing('where Azure has no lock, nothing is waited for', () => {
  const { ms, tries } = drain(100, () => 0)
  assert.is(ms, 0)
  assert.is(tries, 100)
})

spacing('a lock that lasts is asked for ever more rarely', () => {
  const spaced = new SubnetSpacing()
  const waits = Array.from({ length: 40 }, () => spaced.refused('s', 0))
  assert.is(waits[0], 500)
  assert.is(waits.at(-1), 60_000)
})

test.run()
spacing.run()
