/** Which key goes next: a table of small scripts, and laws over seeded histories. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Heap } from '../operator/runtime/heap.ts'
import { type Lane, Schedule } from '../operator/runtime/schedule.ts'
import { table } from './kit/table.ts'
import { dice, seeds } from './kit/virtual-time.ts'

/** `a@5` asks, `a~5` asks as routine, `?3` takes at time 3, `a.` gives back, `!` when is the next. */
function play(script: string): string {
  const schedule = new Schedule()
  const step = (words: string): string | readonly never[] => {
    if (words.startsWith('?')) return schedule.take(Number(words.slice(1))) ?? '-'
    if (words === '!') return String(schedule.nextAt())
    if (words.endsWith('.')) schedule.giveBack(words.slice(0, -1))
    const [, key, lane, at] = /^(\w+)([@~])(\d+)$/.exec(words) ?? []
    if (key !== undefined) schedule.ask(key, Number(at), lane === '~' ? 'routine' : 'user')
    return []
  }
  return script.split(' ').flatMap(step).join(' ')
}

table<{ given: string; gives: string }>(
  'schedule',
  {
    'nothing is due before its time': { given: 'a@5 ?4 ?5', gives: '- a' },
    'the most overdue goes first': { given: 'a@5 b@3 ?9 ?9', gives: 'b a' },
    'of one moment, the first asked goes first': { given: 'b@1 a@1 ?1 ?1', gives: 'b a' },
    'many wishes are one, and the earliest': { given: 'a@5 a@2 a@9 ?2 a. ?9', gives: 'a -' },
    'a later wish does not put off an earlier one': { given: 'a@2 a@9 ?2', gives: 'a' },
    'a key never runs twice at once': { given: 'a@1 ?1 a@1 ?1 a. ?1', gives: 'a - a' },
    'what was asked during a visit keeps its time': {
      given: 'a@1 ?1 a@8 a. ?7 ?8',
      gives: 'a - a',
    },
    'users go before routine': { given: 'a~1 b~2 c@3 ?9 ?9 ?9', gives: 'c a b' },
    'a user makes routine urgent': { given: 'a~1 b~2 b@3 ?9 ?9', gives: 'b a' },
    'routine asked later does not slow a user': { given: 'a~1 b@2 b~1 ?9 ?9', gives: 'b a' },
    'routine is never starved': {
      given: 'r~1 a@1 b@1 c@1 d@1 e@1 f@1 ?9 ?9 ?9 ?9 ?9 ?9 ?9',
      gives: 'a b c d r e f',
    },
    'the next time is that of the first wish': {
      given: '! a@7 b@5 ! ?5 ! b. ?7 !',
      gives: 'undefined 5 b 7 a undefined',
    },
    'a key that runs has no next time until it is back': {
      given: 'a@1 ?1 a@3 ! a. !',
      gives: 'a undefined 3',
    },
    'giving back what was not taken does nothing': { given: 'a@1 a. ?1 ?1', gives: 'a -' },
  },
  ({ given, gives }) => assert.is(play(given), gives),
)

const test = suite('schedule, over seeds')

test('no wish is lost, none is early, no key runs twice', () => {
  for (const seed of seeds(300)) history(seed)
})

/** Plays a random history beside the simplest model of it, a map that is searched. */
function history(seed: number): void {
  const random = dice(seed)
  const schedule = new Schedule()
  const wishes = new Map<string, number>()
  const running = new Set<string>()
  const pick = (count: number): number => Math.floor(random() * count)
  let now = 0
  for (let step = 0; step < 200; step++) {
    const key = `k${pick(12)}`
    const chance = random()
    if (chance < 0.5) {
      const at = now + pick(20) - 5
      const lane: Lane = random() < 0.5 ? 'user' : 'routine'
      schedule.ask(key, at, lane)
      wishes.set(key, Math.min(at, wishes.get(key) ?? at))
    } else if (chance < 0.8) {
      const due = [...wishes].filter(([each, at]) => at <= now && !running.has(each))
      const taken = schedule.take(now)
      assert.is(taken === undefined, due.length === 0, `seed ${seed}, step ${step}: ${taken}`)
      if (taken === undefined) continue
      assert.ok(
        due.some(([each]) => each === taken),
        `seed ${seed}, step ${step}: ${taken} early`,
      )
      wishes.delete(taken)
      running.add(taken)
    } else if (chance < 0.95) {
      const back = [...running][pick(running.size || 1)]
      if (back !== undefined) schedule.giveBack(back)
      running.delete(back ?? '')
    } else {
      now += pick(10)
    }
    const waiting = [...wishes].filter(([each]) => !running.has(each)).map(([, at]) => at)
    const next = waiting.length === 0 ? undefined : Math.min(...waiting)
    assert.is(schedule.nextAt(), next, `seed ${seed}, step ${step}`)
    assert.is(schedule.waiting, wishes.size)
    assert.is(schedule.running, running.size)
  }
}

test('a heap gives things back in order', () => {
  for (const seed of seeds(100)) {
    const random = dice(seed)
    const heap = new Heap<number>((a, b) => a < b)
    const items = Array.from({ length: 50 }, () => Math.floor(random() * 30))
    for (const item of items) heap.push(item)
    const out = items.map(() => heap.pop())
    assert.equal(
      out,
      items.toSorted((a, b) => a - b),
      `seed ${seed}`,
    )
    assert.is(heap.pop(), undefined)
  }
})

test.run()
