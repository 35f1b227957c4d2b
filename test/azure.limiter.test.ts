/** Our pace below Azure's. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Limiter, remainingOf, type Bucket } from '../operator/azure/limiter.ts'

const test = suite('limiter')
const bucket: Bucket = { subscriptionId: 's', identity: 'operator', class: 'write' }
const reads: Bucket = { ...bucket, class: 'read' }

/** How many go at once. */
function burst(limiter: Limiter, of: Bucket, now: number): number {
  let gone = 0
  while (gone < 1_000 && limiter.take(of, now).is === 'go') gone += 1
  return gone
}

const bursts: readonly (readonly [Bucket['class'], number, number])[] = [
  ['read', 250, 25],
  ['write', 200, 10],
  ['delete', 200, 10],
]
for (const [requestClass, full, refill] of bursts) {
  test(`${requestClass}s: ${full} at once, then ${refill} a second`, () => {
    const limiter = new Limiter()
    const of = { ...bucket, class: requestClass }
    assert.is(burst(limiter, of, 0), full)
    assert.is(burst(limiter, of, 1_000), refill)
    assert.is(burst(limiter, of, 1_000 + 3_600_000), full)
  })
}

test('classes, identities and subscriptions do not touch each other; case is no difference', () => {
  const limiter = new Limiter()
  burst(limiter, bucket, 0)
  assert.is(limiter.take({ ...bucket, class: 'delete' }, 0).is, 'go')
  assert.is(limiter.take({ ...bucket, identity: 'other' }, 0).is, 'go')
  assert.is(limiter.take({ ...bucket, subscriptionId: 't' }, 0).is, 'go')
  assert.is(limiter.take({ ...bucket, subscriptionId: 'S' }, 0).is, 'paced')
})

test('those who must wait are told moments one after another', () => {
  const limiter = new Limiter()
  burst(limiter, bucket, 0)
  const fresh = new Limiter()
  burst(fresh, bucket, 0)
  const moments = [1, 2, 3].map(() => {
    const turn = limiter.take(bucket, 0)
    return turn.is === 'paced' ? turn.until : 0
  })
  assert.ok(moments[0]! >= 100)
  assert.is(moments[1]! - moments[0]!, 100)
  assert.is(moments[2]! - moments[1]!, 100)
})

test('nobody is told a moment farther than a minute and a half from the next token', () => {
  const limiter = new Limiter()
  burst(limiter, bucket, 0)
  for (let waiting = 0; waiting < 5_000; waiting += 1) {
    const turn = limiter.take(bucket, 0)
    assert.ok(turn.is === 'paced' && turn.until <= 90_000)
  }
})

test('a 429 pauses its bucket alone until the moment it names', () => {
  const limiter = new Limiter()
  limiter.throttled(bucket, 30_000, 0)
  const turn = limiter.take(bucket, 29_999)
  assert.ok(turn.is === 'paced' && turn.until >= 30_000)
  assert.is(limiter.take(reads, 0).is, 'go')
  assert.is(limiter.take(bucket, 30_101).is, 'go')
})

test('a 429 that names no time pauses for ten seconds, and a shorter one never shortens a pause', () => {
  const limiter = new Limiter()
  limiter.throttled(bucket, undefined, 0)
  assert.is(limiter.take(bucket, 9_999).is, 'paced')
  limiter.throttled(bucket, 1_000, 0)
  assert.is(limiter.take(bucket, 9_999).is, 'paced')
  assert.is(limiter.take(bucket, 10_101).is, 'go')
})

test('after a pause the bucket fills from nothing', () => {
  const limiter = new Limiter()
  limiter.throttled(bucket, 10_000, 0)
  assert.is(burst(limiter, bucket, 11_000), 10)
})

test('what Azure says is left lowers the bucket and never raises it', () => {
  const limiter = new Limiter()
  limiter.remaining(bucket, 3, 0)
  assert.is(burst(limiter, bucket, 0), 3)
  limiter.remaining(bucket, 11_999, 0)
  assert.is(limiter.take(bucket, 0).is, 'paced')
  limiter.remaining(reads, Number.NaN, 0)
  limiter.remaining(reads, -5, 0)
  assert.is(limiter.take(reads, 0).is, 'paced')
})

test('further pages of a list overdraw the bucket but never a pause', () => {
  const limiter = new Limiter()
  burst(limiter, reads, 0)
  assert.is(limiter.take(reads, 0, true).is, 'go')
  assert.is(limiter.take(reads, 40).is, 'paced', 'the debt is paid first')
  limiter.throttled(reads, 5_000, 40)
  assert.is(limiter.take(reads, 50, true).is, 'paced')
})

test('a token given back is there again, and no more than the burst', () => {
  const limiter = new Limiter()
  burst(limiter, bucket, 0)
  limiter.giveBack(bucket, 0)
  assert.is(burst(limiter, bucket, 0), 1)
  for (let index = 0; index < 500; index += 1) limiter.giveBack(bucket, 0)
  assert.is(burst(limiter, bucket, 0), 200)
})

test('time that stands still or goes back gives nothing', () => {
  const limiter = new Limiter()
  burst(limiter, bucket, 10_000)
  assert.is(limiter.take(bucket, 10_000).is, 'paced')
  assert.is(limiter.take(bucket, 5_000).is, 'paced')
})

test('full buckets are forgotten when there are many', () => {
  const limiter = new Limiter()
  for (let index = 0; index < 5_000; index += 1) {
    limiter.take({ ...bucket, subscriptionId: String(index) }, index * 1_000)
  }
  assert.ok(limiter.size <= 1_000, String(limiter.size))
})

const headers: readonly (readonly [Readonly<Record<string, string>>, number | undefined])[] = [
  [{}, undefined],
  [{ 'x-ms-ratelimit-remaining-subscription-reads': '249' }, 249],
  [
    {
      'x-ms-ratelimit-remaining-subscription-global-reads': '3',
      'x-ms-ratelimit-remaining-subscription-reads': '9',
    },
    3,
  ],
  [{ 'x-ms-ratelimit-remaining-subscription-writes': '0' }, undefined],
  [{ 'x-ms-ratelimit-remaining-subscription-reads': 'many' }, undefined],
  [{ 'x-ms-ratelimit-remaining-subscription-reads': '-1' }, undefined],
  [{ 'x-ms-ratelimit-remaining-subscription-reads': '1e3' }, undefined],
]
for (const [given, left] of headers) {
  test(`headers ${JSON.stringify(given)} leave ${left ?? 'it unsaid'}`, () => {
    assert.is(
      remainingOf('read', (name) => given[name]),
      left,
    )
  })
}

test.run()
