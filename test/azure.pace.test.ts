/** The limiter before Azure's own throttle: as fast as Azure allows, fair, and never throttled by our doing. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { remainingOf, windowsOf } from '../operator/azure/limits.ts'
import { PacedAzure, subscriptionId, type Wish } from './kit/paced-azure.ts'
import { dice, seeds } from './kit/virtual-time.ts'

const test = suite('pace')

const wish = (who: string, more: Partial<Wish> = {}): Wish => ({
  who,
  namespace: 'team',
  rank: 'user',
  ...more,
})

/** When the last of them was sent, s. */
const lastAt = (azure: PacedAzure, which: (sent: Wish) => boolean = () => true): number =>
  Math.max(...azure.sent.filter(({ wish }) => which(wish)).map(({ at }) => at)) / 1_000

test('2,000 writes leave in the time that the bucket needs for them, without a 429', () => {
  const azure = new PacedAzure({ random: dice(1) })
  for (let index = 0; index < 2_000; index++) azure.want(wish(`o${index}`))
  azure.runTo(400_000)
  assert.is(azure.sent.length, 2_000)
  assert.is(azure.refused, 0)
  assert.ok(lastAt(azure) < 180 * 1.01, `${lastAt(azure)} s`)
  assert.ok(azure.held < 2_000, 'each was told once at most')
})

test('slow answers cost nothing: 4 s on the wire, as Azure takes for an endpoint', () => {
  const azure = new PacedAzure({ random: dice(2), ways: [500, 4_000, 20] })
  for (let index = 0; index < 1_000; index++) azure.want(wish(`o${index}`))
  azure.runTo(200_000)
  assert.is(azure.sent.length, 1_000)
  assert.is(azure.refused, 0)
  // Full is taken for full only once nothing is under way: the first second's refill may be lost.
  assert.ok(lastAt(azure) < 85, `${lastAt(azure)} s`)
})

test('with the providers windows 2,000 writes leave in two windows', () => {
  const azure = new PacedAzure({ random: dice(3), throttle: 'providers' })
  for (let index = 0; index < 2_000; index++) azure.want(wish(`o${index}`))
  azure.runTo(600_000)
  assert.is(azure.sent.length, 2_000)
  assert.is(azure.refused, 0)
  assert.ok(lastAt(azure) < 380 * 1.01, `${lastAt(azure)} s`)
})

test('a full window holds up nobody who needs it not', () => {
  const azure = new PacedAzure({ random: dice(4), throttle: 'providers' })
  for (let index = 0; index < 1_100; index++) azure.want(wish(`o${index}`))
  azure.runTo(100_000)
  assert.is(azure.sent.length, 1_000)
  azure.want(wish('decision', { kind: 'connection' }))
  azure.runTo(101_000)
  assert.is(azure.sent.length, 1_001)
})

test("a namespace of 1,000 delays another's one write by a few tokens", () => {
  const azure = new PacedAzure({ random: dice(5) })
  for (let index = 0; index < 1_000; index++) azure.want(wish(`o${index}`, { namespace: 'crowd' }))
  azure.runTo(30_000)
  const before = azure.sent.length
  azure.want(wish('single', { namespace: 'other' }))
  azure.runTo(40_000)
  const behind = azure.sent.findIndex((one) => one.wish.who === 'single') - before
  assert.ok(behind >= 0 && behind <= 3, String(behind))
})

test('namespaces share alike, whatever their crowds', () => {
  const azure = new PacedAzure({ random: dice(6) })
  for (let index = 0; index < 900; index++) azure.want(wish(`a${index}`, { namespace: 'a' }))
  for (let index = 0; index < 300; index++) azure.want(wish(`b${index}`, { namespace: 'b' }))
  azure.runTo(30_000)
  const waited = azure.sent.slice(197)
  const ofB = waited.filter((one) => one.wish.namespace === 'b').length
  assert.ok(Math.abs(ofB - waited.length / 2) <= 2, `${ofB} of ${waited.length}`)
})

test('users go before drift, and drift is not starved', () => {
  const azure = new PacedAzure({ random: dice(7) })
  for (let index = 0; index < 400; index++) azure.want(wish(`d${index}`, { rank: 'drift' }))
  for (let index = 0; index < 400; index++) azure.want(wish(`u${index}`))
  azure.runTo(30_000)
  const waited = azure.sent.slice(197)
  const users = waited.filter((one) => one.wish.rank === 'user').length
  assert.ok(users / waited.length > 0.87, `${users} of ${waited.length}`)
  assert.ok(users < waited.length, 'drift has its turns')
})

test('deletes have a bucket of their own, and a paused one holds up no other', () => {
  const azure = new PacedAzure({ random: dice(8) })
  const stranger = { method: 'DELETE', operation: 'delete', scope: '', type: 'x' } as const
  const caller = { objectId: 'operator', tenantId: 't' } as never
  for (let index = 0; index < 200; index++) azure.request({ ...stranger, caller, subscriptionId })
  azure.want(wish('gone', { class: 'delete' }))
  azure.runTo(1)
  azure.want(wish('made'))
  azure.runTo(500)
  const refusedOf = (who: string): readonly boolean[] =>
    azure.sent.filter(({ wish: one }) => one.who === who).map(({ refused }) => refused)
  assert.equal(refusedOf('gone'), [true])
  assert.equal(refusedOf('made'), [false])
  azure.runTo(5_000)
  assert.is(azure.refused, 1, 'it waited for Retry-After')
  assert.equal(refusedOf('gone'), [true, false])
})

test('a token that nobody fetches goes to the next, and a place that nobody wants is given up', () => {
  const azure = new PacedAzure({ random: dice(9) })
  for (let index = 0; index < 260; index++)
    azure.want(wish(`o${index}`, { absent: index >= 197 && index < 230 }))
  azure.runTo(40_000)
  assert.is(azure.sent.filter((one) => one.wish.absent !== true).length, 227)
  assert.is(azure.limiter.levels(azure.at)[1]?.waiting.user, 0)
  assert.ok(azure.limiter.size < 10, 'nothing is remembered of them')
})

test('what a visit does not ask for again is withdrawn', () => {
  const azure = new PacedAzure({ random: dice(10) })
  for (let index = 0; index < 300; index++) azure.want(wish(`o${index}`))
  azure.runTo(10)
  for (let index = 197; index < 300; index++) {
    azure.drop(`o${index}`)
    azure.limiter.visited(`o${index}`, azure.at, azure.at)
  }
  assert.is(azure.limiter.levels(azure.at)[1]?.waiting.user, 0)
  assert.is(azure.limiter.levels(azure.at)[1]?.free, 0)
  azure.runTo(1_000)
  assert.ok((azure.limiter.levels(azure.at)[1]?.free ?? 0) >= 9, 'tokens set aside came back')
})

test('another client of the bucket is learned from the headers', () => {
  const azure = new PacedAzure({ random: dice(11) })
  const second = azure.operator()
  for (let index = 0; index < 600; index++) {
    azure.want(wish(`a${index}`))
    azure.want(wish(`b${index}`), second)
  }
  azure.runTo(300_000)
  assert.is(azure.sent.filter(({ refused }) => !refused).length, 1_200)
  assert.ok(azure.refused <= 60, `${azure.refused} were refused`)
})

test('what ours and a stranger of the same identity draw is within the bucket', () => {
  const azure = new PacedAzure({ random: dice(12), ways: [20, 20, 20] })
  const caller = { objectId: 'operator', tenantId: 't' } as never
  const stranger = { method: 'PUT', operation: 'put', scope: '', type: 'x', subscriptionId, caller }
  const draw = (): void => {
    azure.request(stranger)
    if (azure.at < 100_000) azure.in(500, draw)
  }
  draw()
  for (let index = 0; index < 900; index++) azure.want(wish(`o${index}`))
  azure.runTo(150_000)
  assert.is(azure.sent.length - azure.refused, 900)
  assert.ok(azure.refused <= 2, `${azure.refused} were refused`)
})

test('a clock that jumps ahead costs a few 429s, and then none', () => {
  const azure = new PacedAzure({ random: dice(13) })
  for (let index = 0; index < 1_000; index++) azure.want(wish(`o${index}`))
  azure.runTo(20_000)
  azure.skew = 3_600_000
  azure.runTo(30_000)
  const early = azure.refused
  azure.runTo(200_000)
  assert.is(azure.sent.length - azure.refused, 1_000)
  assert.ok(azure.refused - early < 20, `${azure.refused}, ${early} of them at once`)
})

test('10,000 schedules: Azure never throttles by our doing', () => {
  let schedules = 0
  for (const seed of seeds(100)) {
    const random = dice(seed)
    const throttle = random() < 0.5 ? 'arm' : 'providers'
    const ways = [10 ** (3 * random()), 10 ** (3.5 * random()), 10 ** (3 * random())] as const
    const azure = new PacedAzure({ random, throttle, ways })
    for (let round = 0; round < 100; round++, schedules++) {
      const crowd = Math.floor(random() ** 4 * 150) + 1
      for (let index = 0; index < crowd; index++) azure.want(anyWish(random, `${round}-${index}`))
      azure.runTo(azure.at + random() ** 2 * 20_000)
      if (random() < 0.02) azure.runTo(azure.at + 120_000)
    }
    azure.runTo(azure.at + 3_600_000)
    assert.is(azure.refused, 0, `seed ${seed}, ${throttle}, ways of ${ways.map(Math.round).join()}`)
    assert.is(
      azure.limiter.levels(azure.at).every(({ waiting }) => waiting.user === 0),
      true,
    )
  }
  assert.is(schedules, 10_000)
})

function anyWish(random: () => number, who: string): Wish {
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T
  return wish(who, {
    namespace: pick(['a', 'b', 'c']),
    rank: pick(['user', 'user', 'drift', 'background'] as const),
    class: pick(['write', 'write', 'write', 'delete'] as const),
    kind: pick(['privateEndpoint', 'privateEndpoint', 'zoneGroup', 'zone', 'connection'] as const),
    absent: random() < 0.02,
  })
}

test('every request counts in a window, and zone groups do not count as records', () => {
  const route = (type: string, path: string) => ({
    ...({ provider: 'network', query: '', subscriptionId } as const),
    ...{ type, path },
  })
  const zone = `/subscriptions/${subscriptionId}/resourceGroups/rg/providers/Microsoft.Network/privateDnsZones/z`
  const limits = (type: string, path: string, requestClass: 'read' | 'write') =>
    windowsOf(route(type, path), requestClass).map(({ limit, ms }) => `${limit} in ${ms / 1_000}`)
  const group = 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups'
  assert.equal(limits(group, '/x', 'write'), ['1000 in 300'])
  assert.equal(limits('Microsoft.Network/privateDnsZones/A/list', `${zone}/A`, 'read'), [
    '500 in 300',
    '100 in 60',
  ])
  assert.equal(limits('Microsoft.Network/privateDnsZones', zone, 'write'), ['40 in 60'])
  assert.equal(
    limits(
      'Microsoft.Network/privateDnsZones/virtualNetworkLinks',
      `${zone}/virtualNetworkLinks/l`,
      'write',
    ),
    ['60 in 60'],
  )
  assert.equal(limits('Microsoft.DBforPostgreSQL/flexibleServers', '/x', 'write'), [
    'Infinity in 60',
  ])
  assert.equal(limits('Microsoft.Resources/resourceGroups', '/x', 'read'), ['Infinity in 60'])
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
    assert.is(remainingOf('read', (name) => given[name]).bucket, left)
  })
}

test.run()
