/** Our pace below Azure's: buckets, windows, and reads that nobody queues for. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Bucket } from '../operator/azure/bucket.ts'
import type { Pass } from '../operator/azure/lane.ts'
import { Limiter, type Ask } from '../operator/azure/limiter.ts'
import { Window } from '../operator/azure/window.ts'

const test = suite('limiter')
const writes: Ask = {
  subscriptionId: 's',
  identity: 'operator',
  class: 'write',
  windows: [{ key: 'network', limit: 1_000, ms: 300_000 }],
  resource: '/x',
}
const reads: Ask = { ...writes, class: 'read', windows: [] }

/** A limiter that has had an answer in this bucket. */
function started(ask: Ask = writes, now = 0): Limiter {
  const limiter = new Limiter()
  limiter.answered(passOf(limiter, ask, now), {}, now)
  return limiter
}

function passOf(limiter: Limiter, ask: Ask, now: number): Pass {
  const turn = limiter.take(ask, now)
  if (turn.is === 'paced') throw new Error(`paced until ${turn.until}`)
  return turn.pass
}

/** How many go at once. */
function burst(limiter: Limiter, ask: Ask, now: number): number {
  let gone = 0
  for (; gone < 1_000; gone++) {
    const turn = limiter.take(ask, now)
    if (turn.is === 'paced') break
    limiter.answered(turn.pass, {}, now)
  }
  return gone
}

const bursts: readonly (readonly [Ask['class'], number, number])[] = [
  ['read', 245, 25],
  ['write', 197, 10],
  ['delete', 197, 10],
]
for (const [requestClass, full, refill] of bursts) {
  test(`${requestClass}s: ${full} at once, then ${refill} a second, and a few are left for others`, () => {
    const limiter = new Limiter()
    const ask = { ...writes, class: requestClass }
    assert.is(burst(limiter, ask, 0), full)
    assert.is(burst(limiter, ask, 1_000), refill)
    assert.is(burst(limiter, ask, 1_000 + 3_600_000), full)
  })
}

test('before the first answer a quarter goes ahead: another process may have emptied the bucket', () => {
  const limiter = new Limiter()
  const passes = Array.from({ length: 50 }, () => passOf(limiter, writes, 0))
  assert.is(limiter.take(writes, 0).is, 'paced')
  limiter.answered(passes[0]!, { bucket: 3 }, 0)
  assert.ok(burst(limiter, writes, 0) <= 1, 'the first answer tells')
})

test('what was not sent counts for nothing, before the first answer too', () => {
  const limiter = new Limiter()
  const passes = Array.from({ length: 50 }, () => passOf(limiter, writes, 0))
  for (const pass of passes) limiter.unsent(pass, 60_000)
  assert.is(limiter.take(writes, 60_000).is, 'go')
})

test('classes, identities and subscriptions do not touch each other; case is no difference', () => {
  const limiter = started()
  burst(limiter, writes, 0)
  const others = { ...writes, windows: [] }
  assert.is(limiter.take({ ...others, class: 'delete' }, 0).is, 'go')
  assert.is(limiter.take({ ...others, identity: 'other' }, 0).is, 'go')
  assert.is(limiter.take({ ...others, subscriptionId: 't' }, 0).is, 'go')
  assert.is(limiter.take({ ...others, subscriptionId: 'S' }, 0).is, 'paced')
})

test('a window is shared by all identities, and holds up only those who need it', () => {
  const limiter = new Limiter()
  const narrow = { ...writes, windows: [{ key: 'zone', limit: 3, ms: 60_000 }] }
  assert.is(burst(limiter, narrow, 0), 3)
  assert.is(limiter.take({ ...narrow, identity: 'other' }, 0).is, 'paced')
  assert.is(limiter.take(writes, 0).is, 'go')
  const turn = limiter.take(narrow, 0)
  assert.ok(turn.is === 'paced' && turn.until >= 60_000)
  assert.is(burst(limiter, narrow, 59_999), 0)
  assert.is(burst(limiter, narrow, 60_000), 3)
})

test('reads that must wait are told moments one after another, none too far', () => {
  const limiter = started(reads)
  burst(limiter, reads, 0)
  const moments = Array.from({ length: 5_000 }, () => {
    const turn = limiter.take(reads, 0)
    return turn.is === 'paced' ? turn.until : -1
  })
  assert.is(moments[1]! - moments[0]!, 40)
  assert.ok(moments.every((until) => until > 0 && until <= 90_000))
})

test('under pressure a list goes before a single resource, and a page before both', () => {
  const limiter = started(reads)
  assert.is(burst(limiter, { ...reads, beyond: 60 }, 0), 184)
  assert.is(burst(limiter, { ...reads, beyond: 20 }, 0), 40)
  assert.is(burst(limiter, reads, 0), 20)
})

test('a 429 pauses its bucket alone until the moment it names', () => {
  const limiter = started()
  const throttled = { by: 'bucket', retryAfterMs: 30_000 } as const
  limiter.answered(passOf(limiter, writes, 0), { throttled }, 0)
  const turn = limiter.take(writes, 29_999)
  assert.ok(turn.is === 'paced' && turn.until >= 30_000)
  assert.is(limiter.take(reads, 0).is, 'go')
  assert.is(limiter.take({ ...writes, identity: 'other' }, 0).is, 'go', 'nor the window')
  assert.is(limiter.take(writes, 30_401).is, 'go')
})

test("a provider's 429 pauses its window, and the bucket goes on for others", () => {
  const limiter = started()
  const throttled = { by: 'windows', retryAfterMs: 30_000 } as const
  limiter.answered(passOf(limiter, writes, 0), { throttled }, 0)
  assert.is(limiter.take({ ...writes, identity: 'other' }, 29_999).is, 'paced')
  assert.is(limiter.take({ ...writes, windows: [] }, 0).is, 'go')
  assert.is(limiter.take(writes, 30_000).is, 'go')
})

test('a 429 that names no time pauses for ten seconds, and a shorter one never shortens a pause', () => {
  const limiter = started()
  const passes = [passOf(limiter, writes, 0), passOf(limiter, writes, 0)]
  const throttled = (retryAfterMs: number | undefined) =>
    ({ throttled: { by: 'bucket', retryAfterMs } }) as const
  limiter.answered(passes[0]!, throttled(undefined), 0)
  limiter.answered(passes[1]!, throttled(1_000), 0)
  assert.is(limiter.take(writes, 9_999).is, 'paced')
  assert.is(limiter.take(writes, 10_401).is, 'go')
})

test('after a pause the bucket fills from nothing', () => {
  const bucket = new Bucket({ burst: 200, refill: 10, reserve: 0 }, 0)
  bucket.answered(bucket.take(0), undefined, 0)
  bucket.pause(10_000, 0)
  assert.is(bucket.free(11_000), 10)
})

test('what Azure says is left corrects the bucket both ways, up to what is documented', () => {
  const bucket = new Bucket({ burst: 200, refill: 10, reserve: 0 }, 0)
  bucket.answered(bucket.take(0), 3, 0)
  assert.is(bucket.free(0), 4, 'a header of 3 may stand for almost 4')
  bucket.answered(bucket.take(0), 11_999, 0)
  assert.is(bucket.free(0), 200)
})

test('an answer says nothing of what left after it: nobody is blamed for that', () => {
  const bucket = new Bucket({ burst: 200, refill: 10, reserve: 0 }, 0)
  bucket.answered(bucket.take(0), undefined, 0)
  const tickets = Array.from({ length: 100 }, () => bucket.take(0))
  for (const [index, ticket] of tickets.entries()) bucket.answered(ticket, 198 - index, 100)
  assert.is(bucket.free(100), 100)
})

test('a full bucket with requests under way is not taken for full', () => {
  const bucket = new Bucket({ burst: 200, refill: 10, reserve: 0 }, 0)
  bucket.answered(bucket.take(0), undefined, 0)
  const under = Array.from({ length: 10 }, () => bucket.take(1_000))
  assert.is(bucket.free(60_000), 190, 'they may all arrive only now')
  for (const ticket of under) bucket.answered(ticket, undefined, 60_000)
  assert.is(bucket.free(60_000), 190)
  assert.is(bucket.free(61_000), 200)
})

test('a request that was not sent costs nothing, and gives no more than the burst', () => {
  const bucket = new Bucket({ burst: 200, refill: 10, reserve: 0 }, 0)
  bucket.answered(bucket.take(0), undefined, 0)
  const tickets = Array.from({ length: 50 }, () => bucket.take(0))
  for (const ticket of tickets) bucket.unsent(ticket, 60_000)
  assert.is(bucket.free(60_000), 200)
})

test('time that stands still or goes back gives nothing', () => {
  const limiter = started(writes, 10_000)
  burst(limiter, writes, 10_000)
  assert.is(limiter.take(writes, 10_000).is, 'paced')
  assert.is(limiter.take(writes, 5_000).is, 'paced')
})

test('a window frees what is old, counted from the answers', () => {
  const window = new Window({ key: '', limit: 2, ms: 60_000 })
  const first = window.take(0)
  window.answered(window.take(0), undefined, 1_000)
  assert.is(window.free(60_999), 0)
  assert.is(window.free(61_000), 1)
  assert.is(window.nextAt(61_000), 61_000)
  window.answered(first, undefined, 61_000)
  assert.is(window.free(120_999), 1)
  assert.is(window.free(121_000), 2)
})

test('a window that Azure shows emptier has begun anew, and a fuller one has other users', () => {
  const window = new Window({ key: '', limit: 10, ms: 60_000 })
  for (let index = 0; index < 9; index++) window.answered(window.take(0), 9 - index, 0)
  assert.is(window.free(0), 1)
  window.answered(window.take(0), 9, 0)
  assert.is(window.free(0), 9)
  window.answered(window.take(0), 2, 0)
  assert.is(window.free(0), 2)
})

test('a window is remembered in bounded space', () => {
  const window = new Window({ key: '', limit: 1e6, ms: 60_000 })
  for (let at = 0; at < 60_000; at += 10) window.answered(window.take(at), undefined, at)
  assert.is(window.free(60_189), 1e6 - 6_000)
  assert.is(window.free(60_190), 1e6 - 6_000 + 20, 'a slice at a time')
})

test('full buckets and idle windows are forgotten when there are many', () => {
  const limiter = new Limiter()
  for (let index = 0; index < 5_000; index += 1) {
    const now = index * 1_000
    const windows = [{ key: String(index), limit: 10, ms: 60_000 }]
    limiter.answered(
      passOf(limiter, { ...writes, subscriptionId: String(index), windows }, now),
      {},
      now,
    )
  }
  assert.ok(limiter.size <= 1_100, String(limiter.size))
})

test.run()
