import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Refusal } from './answer.ts'
import { startAzure } from './kit.ts'
import type { SimulatedIdentity } from './simulator.ts'
import type { Asked, Throttling } from './throttle.ts'
import { Throttle } from './throttle.ts'

const test = suite('throttling')

const identity = (name: string): SimulatedIdentity => ({
  name,
  tenantId: 'tenant',
  clientId: `client of ${name}`,
  clientSecret: '',
  objectId: name,
  subscriptionIds: [],
  roles: [],
})
const zone =
  '/subscriptions/one/resourceGroups/rg/providers/Microsoft.Network/privateDnsZones/a.example'
const of = (more: Partial<Asked> = {}): Asked => ({
  method: 'GET',
  type: 'Microsoft.DBforPostgreSQL/flexibleServers',
  operation: 'get',
  subscriptionId: 'one',
  scope: '/subscriptions/one',
  caller: identity('owner'),
  ...more,
})

function started(mode: Throttling) {
  let now = Date.UTC(2026, 0, 1)
  const throttle = new Throttle(mode, () => now)
  const outcome = (asked: Asked): Readonly<Record<string, string>> | Refusal => {
    try {
      return throttle.pass(asked)
    } catch (error) {
      if (error instanceof Refusal) return error
      throw error
    }
  }
  /** How many of so many pass. */
  const passing = (count: number, asked: Asked): number =>
    Array.from({ length: count }, () => outcome(asked)).filter((each) => !(each instanceof Refusal))
      .length
  const wait = (ms: number): void => {
    now += ms
  }
  return { throttle, outcome, passing, wait }
}

for (const [method, burst, perSecond] of [
  ['GET', 250, 25],
  ['PUT', 200, 10],
  ['POST', 200, 10],
  ['DELETE', 200, 10],
] as const) {
  test(`${method}: ${burst} at once, then ${perSecond} a second`, () => {
    const { passing, wait } = started('arm')
    assert.is(passing(burst + 50, of({ method })), burst)
    wait(2000)
    assert.is(passing(burst, of({ method })), 2 * perSecond)
    wait(3_600_000)
    assert.is(passing(burst + 50, of({ method })), burst)
  })
}

test('subscriptions, identities and classes have buckets of their own', () => {
  const { passing } = started('arm')
  assert.is(passing(300, of()), 250)
  assert.is(passing(300, of({ subscriptionId: 'two' })), 250)
  assert.is(passing(300, of({ caller: identity('reader') })), 250)
  assert.is(passing(300, of({ method: 'DELETE' })), 200)
  assert.is(passing(300, of({ subscriptionId: undefined })), 250)
})

test('all identities of a subscription together have fifteen times as much', () => {
  const { passing } = started('arm')
  let passed = 0
  for (let who = 0; who < 20; who++)
    passed += passing(250, of({ caller: identity(`identity ${who}`) }))
  assert.is(passed, 15 * 250)
})

test('without throttling all pass, and every bucket is announced as full', () => {
  const { passing, throttle } = started('off')
  assert.is(passing(1000, of()), 1000)
  assert.is(throttle.pass(of())['x-ms-ratelimit-remaining-subscription-reads'], '250')
  const record = of({ type: 'Microsoft.Network/privateDnsZones/A', scope: `${zone}/A/x` })
  assert.is(passing(1000, record), 1000)
  const remaining = 'x-ms-ratelimit-remaining-subscription-resource-requests'
  assert.is(throttle.pass(record)[remaining], '200')
})

test('with throttling the headers tell what is left', () => {
  const { throttle } = started('providers')
  const record = of({ type: 'Microsoft.Network/privateDnsZones/A', scope: `${zone}/A/x` })
  throttle.pass(record)
  assert.equal(throttle.pass(record), {
    'x-ms-ratelimit-remaining-subscription-reads': '248',
    'x-ms-ratelimit-remaining-subscription-global-reads': '3748',
    'x-ms-ratelimit-remaining-subscription-resource-requests': '198',
  })
})

const windows: readonly (readonly [string, number, number, Partial<Asked>])[] = [
  ['writes of networks', 1000, 300, { method: 'PUT', type: 'Microsoft.Network/virtualNetworks' }],
  [
    'deletes of endpoints',
    1000,
    300,
    { method: 'DELETE', type: 'Microsoft.Network/privateEndpoints' },
  ],
  [
    'writes of zones',
    40,
    60,
    { method: 'PUT', type: 'Microsoft.Network/privateDnsZones', scope: zone },
  ],
  ['reads of a zone', 200, 60, { type: 'Microsoft.Network/privateDnsZones', scope: zone }],
  ['lists of zones', 60, 60, { type: 'Microsoft.Network/privateDnsZones', operation: 'list' }],
  [
    'writes of records',
    60,
    60,
    { method: 'PUT', type: 'Microsoft.Network/privateDnsZones/A', scope: `${zone}/A/x` },
  ],
  [
    'lists of records',
    100,
    60,
    { type: 'Microsoft.Network/privateDnsZones/ALL', operation: 'list', scope: zone },
  ],
  [
    'writes of links',
    60,
    60,
    {
      method: 'PUT',
      type: 'Microsoft.Network/privateDnsZones/virtualNetworkLinks',
      scope: `${zone}/virtualNetworkLinks/x`,
    },
  ],
]
for (const [what, limit, seconds, more] of windows) {
  test(`${what}: the provider takes ${limit} in ${seconds} seconds`, () => {
    const { outcome, passing, wait } = started('providers')
    const rounds = Math.ceil(limit / 100)
    let passed = 0
    // ARM's own buckets are not what is tried here.
    for (let round = 0; round <= rounds; round++) {
      passed += passing(100, of({ ...more, caller: identity(`identity ${round}`) }))
    }
    assert.is(passed, limit)
    const refusal = outcome(of({ ...more, caller: identity('late') }))
    assert.instance(refusal, Refusal)
    assert.is((refusal as Refusal).status, 429)
    assert.is((refusal as Refusal).headers['retry-after'], String(seconds))
    wait(seconds * 1000)
    assert.is(passing(1, of({ ...more, caller: identity('late') })), 1)
  })
}

test("writes and deletes of Microsoft.Network count together, and a zone group's with them", () => {
  const { passing } = started('providers')
  const endpoints = { type: 'Microsoft.Network/privateEndpoints' } as const
  const groups = { type: 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups' } as const
  let passed = 0
  for (let who = 0; who < 4; who++) {
    const caller = identity(`identity ${who}`)
    passed += passing(150, of({ ...endpoints, method: 'PUT', caller }))
    passed += passing(150, of({ ...groups, method: 'DELETE', caller }))
  }
  assert.is(passed, 1000)
})

test('private DNS takes 500 reads in 300 seconds, of all zones together', () => {
  const { passing, wait } = started('providers')
  const reads = (zoneName: string, who: string): Asked =>
    of({
      type: 'Microsoft.Network/privateDnsZones',
      scope: zone.replace('a.example', zoneName),
      caller: identity(who),
    })
  const names = ['a', 'b', 'c', 'd']
  const passed = names.map((name) => passing(200, reads(name, name)))
  assert.equal(passed, [200, 200, 100, 0])
  wait(60_000)
  assert.is(passing(1, reads('a', 'late')), 0)
  wait(240_000)
  assert.is(passing(1, reads('a', 'late')), 1)
})

test('a zone has a window of its own for its records', () => {
  const { passing } = started('providers')
  const record = { method: 'PUT', type: 'Microsoft.Network/privateDnsZones/A' } as const
  assert.is(passing(100, of({ ...record, scope: `${zone}/A/x` })), 60)
  assert.is(
    passing(100, of({ ...record, scope: `${zone.replace('a.example', 'b.example')}/A/x` })),
    60,
  )
})

test('over HTTPS: 429 with Retry-After in real seconds, whatever the scale, for this identity alone', async () => {
  const azure = await startAzure({ throttle: 'arm', timeScale: 1000 })
  try {
    const path = `${azure.production}/resourceGroups/none`
    const reader = await azure.as('reader')
    const answers = await Promise.all(Array.from({ length: 400 }, () => azure.owner.remove(path)))
    const [first] = answers.filter(({ status }) => status === 429)
    assert.is(first?.headers['retry-after'], '1')
    assert.is(first?.headers['x-ms-ratelimit-remaining-subscription-deletes'], '0')
    assert.is(first?.code, 'SubscriptionRequestsThrottled')
    const { objectId, subscriptionIds } = azure.simulator.identity('owner')
    assert.is(
      first?.body.error.message,
      `Number of 'delete' requests for subscription '${subscriptionIds[0]}' actor '${objectId}' exceeded. Please try again after '1' seconds.`,
    )
    assert.is((await reader.remove(path)).status, 403)
    assert.is((await azure.owner.get(path)).status, 404)
  } finally {
    await azure.stop()
  }
})

test.run()
