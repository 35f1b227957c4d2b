/** The small rules that the plan stands on: addresses, ids, tags, zones, retries, turns, older objects. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { present } from '../operator/azure/observed.ts'
import { formatId, idKey, makeId } from '../operator/azure/id.ts'
import type { VirtualNetworkLink, Zone } from '../operator/azure/model.ts'
import { placement } from '../operator/endpoint/address.ts'
import { rivalOf, seniorOf } from '../operator/endpoint/claim.ts'
import { deedKey, type Deed } from '../operator/endpoint/deed.ts'
import { makerOf } from '../operator/endpoint/identity.ts'
import { Memory } from '../operator/endpoint/memory.ts'
import { mendedTags, releasedTags } from '../operator/endpoint/tags.ts'
import { parseTarget, unknownPolicies } from '../operator/endpoint/target.ts'
import { delayMs, nextSetback } from '../operator/endpoint/trouble.ts'
import { chooseZone, type Candidates } from '../operator/endpoint/zone-choice.ts'
import {
  at,
  error,
  ids,
  link,
  object,
  observation,
  specOf,
  subscription,
  zone,
  zoneName,
} from './endpoint.make.ts'

const addresses = suite('a static address')
const places: readonly (readonly [string, readonly string[], string])[] = [
  ['10.0.1.4', ['10.0.1.0/24'], 'usable'],
  ['10.0.1.254', ['10.0.1.0/24'], 'usable'],
  ['10.0.1.0', ['10.0.1.0/24'], 'reserved'],
  ['10.0.1.3', ['10.0.1.0/24'], 'reserved'],
  ['10.0.1.255', ['10.0.1.0/24'], 'reserved'],
  ['10.0.2.4', ['10.0.1.0/24'], 'outside'],
  ['10.0.2.4', ['10.0.1.0/24', '10.0.2.0/24'], 'usable'],
  ['10.0.1.4', ['fd00::/64'], 'outside'],
  ['192.168.255.250', ['192.168.255.248/29'], 'reserved'],
  ['192.168.255.253', ['192.168.255.248/29'], 'usable'],
  ['10.0.1.4', ['0.0.0.0/0'], 'usable'],
  ['010.0.1.4', ['10.0.1.0/24'], 'invalid'],
  ['10.0.1', ['10.0.1.0/24'], 'invalid'],
  ['10.0.1.256', ['10.0.1.0/24'], 'invalid'],
]
for (const [address, prefixes, where] of places) {
  addresses(`${address} in ${prefixes.join(', ')} is ${where}`, () =>
    assert.is(placement(address, prefixes), where),
  )
}
addresses.run()

const targets = suite('a spec in typed parts')
const group = `/subscriptions/${subscription}/resourceGroups/rg`
const server = `${group}/providers/Microsoft.DBforPostgreSQL/flexibleServers`
for (const bad of [
  '',
  'db',
  `${server}/..`,
  `${server}/db/`,
  `${server}//db`,
  `${server}/%2e%2e`,
  `${server}/db?x=1`,
  `${server}/db/privateEndpointConnections/x`,
  `${group}/providers/Microsoft.DBforPostgreSQL/servers/db`,
  `/subscriptions/nonsense/resourceGroups/rg/providers/Microsoft.DBforPostgreSQL/flexibleServers/db`,
]) {
  targets(`refuses ${JSON.stringify(bad)} as a server, with what to do`, () => {
    const parsed = parseTarget(object({ spec: { serverId: bad } }))
    assert.is(parsed.is, 'invalid')
    assert.match(parsed.is === 'invalid' ? parsed.problems.join() : '', 'spec.serverId')
  })
}

targets('refuses every other id and name that no URL may hold', () => {
  for (const spec of [
    { subnetId: `${group}/x` },
    { resourceGroup: '..' },
    { endpointName: 'a/b' },
    { connectionName: '..' },
    { networkInterfaceName: '%2e' },
    { applicationSecurityGroupIds: ['x'] },
    { privateIPAddress: '10.0.1' },
    { dns: { zoneId: '/x' } },
    { dns: { zoneGroupName: '..' } },
    { dns: { additionalVirtualNetworkIds: ['x'] } },
  ]) {
    const parsed = parseTarget(object({ spec }))
    const problems = parsed.is === 'invalid' ? parsed.problems : []
    assert.is(problems.length, 1, `${JSON.stringify(spec)}: ${problems.join(' ')}`)
  }
})

targets('names each network to link once', () => {
  const own = formatId(ids.network)
  const dns = { additionalVirtualNetworkIds: [own.toUpperCase(), `${own}2`] }
  const parsed = parseTarget(object({ spec: { dns } }))
  assert.is(parsed.is === 'target' && parsed.value.linkedNetworks.length, 2)
})

targets('says which policy it does not know', () => {
  const spec = { ...specOf(), adoptionPolicy: 'Sometimes' as never }
  assert.match(unknownPolicies(spec)[0] ?? '', 'spec.adoptionPolicy')
  assert.equal(unknownPolicies(specOf()), [])
})

targets.run()

const tags = suite('tags')

tags("mends its own, drops its former, keeps everybody else's, under the names that stand", () => {
  const seen = new Map([
    ['Team', 'x'],
    ['OLD', 'y'],
    ['theirs', 'z'],
  ])
  const wanted = new Map([
    ['team', 'a'],
    ['new', 'b'],
  ])
  assert.equal(
    [...mendedTags(seen, wanted, ['old', 'team'])],
    [
      ['Team', 'a'],
      ['theirs', 'z'],
      ['new', 'b'],
    ],
  )
})

tags('leaves nothing of ours on what is released', () => {
  const seen = new Map([
    ['pgpeowner', 'x'],
    ['pgpeObject', 'y'],
    ['a', 'b'],
  ])
  assert.equal([...releasedTags(seen)], [['a', 'b']])
})

tags('name the object within the length of a tag', () => {
  const name = 'n'.repeat(253)
  const long = makerOf('c', object({ metadata: { namespace: 's'.repeat(63), name } }))
  const other = makerOf('c', object({ metadata: { namespace: 's'.repeat(63), name: `${name}x` } }))
  assert.ok(long.object.length <= 256)
  assert.is.not(long.object, other.object)
})

tags.run()

const zones = suite('the zone of an endpoint')
const zoneIn = (resourceGroup: string, name = zoneName): Zone =>
  zone({ id: makeId('zone', subscription, resourceGroup, name), name })
const [a, b] = [zoneIn('a'), zoneIn('b')]
const parsed = parseTarget(object())
const target = parsed.is === 'target' ? parsed.value : undefined
const choose = (
  all: readonly Zone[],
  links: readonly (readonly [Zone, readonly VirtualNetworkLink[]])[] = [],
  more: Partial<Candidates> = {},
) => {
  assert.ok(target)
  return chooseZone(target, {
    name: zoneName,
    zones: present(all),
    links: new Map(links.map(([of, list]) => [idKey(of.id), present(list)])),
    before: undefined,
    createZone: true,
    ...more,
  })
}

zones('is made where there is none, unless that is forbidden', () => {
  assert.is(choose([zoneIn('a', 'privatelink.other.example')]).is, 'make')
  assert.is(choose([], [], { createZone: false }).is, 'missing')
})
zones('is the only one of its name', () => assert.equal(choose([a]), { is: 'zone', zone: a }))
zones('is the one that is linked to the network', () =>
  assert.equal(choose([a, b], [[b, [link()]]]), { is: 'zone', zone: b }),
)
zones('is the one in use before, where none is linked', () =>
  assert.equal(choose([a, b], [], { before: formatId(b.id).toUpperCase() }), {
    is: 'zone',
    zone: b,
  }),
)
zones('is for a person to name among several', () => assert.is(choose([a, b]).is, 'ambiguous'))
zones.run()

const retries = suite('retries')
const delays = (retry: 'fast' | 'throttle' | 'slow' | 'user-fix') =>
  [1, 2, 3, 10].map((times) => delayMs(error('X', retry), times, 0.5) / 1000)

retries('grow within their class, and never stop', () => {
  assert.equal(delays('fast'), [2, 4, 8, 60])
  assert.equal(delays('slow'), [60, 120, 240, 3600])
  assert.equal(delays('user-fix'), [3600, 3600, 3600, 3600])
})
retries('come no sooner than Azure asks', () =>
  assert.is(delayMs({ ...error('X', 'throttle'), retryAfterMs: 90_000 }, 1, 0.5), 90_000),
)
retries('come when our own limiter says', () =>
  assert.is(delayMs({ ...error('Paced', 'throttle'), retryAfterMs: 700 }, 9, 0.5), 700),
)
retries.run()

const memory = suite('what a process remembers')
const deed: Deed = {
  name: 'CreateZone',
  action: { do: 'put', id: a.id, body: {}, cause: 'user' },
}
const elsewhere: Deed = { ...deed, action: { ...deed.action, id: b.id } as Deed['action'] }
const now = at.getTime()

memory('a refusal is remembered with its time, and not in what was observed before', () => {
  const kept = new Memory()
  const seen = observation()
  kept.meet(seen.key, seen.object, 0)
  const before = kept.past(seen.key, 1, now)
  kept.done(seen, deed, { is: 'refused', error: error('Conflict', 'fast') }, now)
  assert.is(before.setbacks.size, 0)
  assert.is(kept.past(seen.key, 1, now).setbacks.get(deedKey(deed))?.untilMs, now + 2_000)
  kept.done(seen, deed, { is: 'accepted', status: 200 }, now)
  assert.is(kept.past(seen.key, 1, now).setbacks.size, 0)
})

memory('an object of the same name is another object', () => {
  const kept = new Memory()
  const seen = observation()
  kept.meet(seen.key, seen.object, 0)
  kept.done(seen, deed, { is: 'refused', error: error('Conflict', 'fast') }, now)
  kept.meet(seen.key, object({ metadata: { uid: 'another' } }), 0)
  assert.is(kept.past(seen.key, 1, now).setbacks.size, 0)
})

memory('two zones of one name are not made at once', () => {
  const kept = new Memory()
  assert.not(kept.beingMade.zone(deed, now))
  assert.not(kept.beingMade.zone(deed, now))
  assert.ok(kept.beingMade.zone(elsewhere, now))
  assert.not(kept.beingMade.zone(elsewhere, now + 200_000))
})

memory('our own waits take nothing back of what Azure has said', () => {
  const at = (ms: number) => ({ nowMs: now + ms, generation: 1, chance: 0.5 })
  const busy = { code: 'ServerBusy', message: 'Busy.', retry: 'fast' } as const
  const paced = { code: 'Paced', message: 'Paced.', retry: 'throttle', retryAfterMs: 700 } as const
  const first = nextSetback(undefined, busy, at(0))
  const held = nextSetback(first, paced, at(10))
  assert.equal(held, { ...first, untilMs: now + 710, waits: true })
  assert.is(nextSetback(held, busy, at(20)).times, 2)
  assert.is(nextSetback(held, busy, at(20)).sinceMs, now)
  assert.is(nextSetback(nextSetback(undefined, paced, at(0)), busy, at(9)).error, busy)
  const elsewhere = nextSetback(first, paced, { ...at(10), generation: 2 })
  assert.is(elsewhere.error, paced, 'what an older spec was told counts for that')
})
memory.run()

const elders = suite('objects that want the same')
const made = (uid: string, creationTimestamp: string, status = {}) =>
  object({ metadata: { uid, name: uid, creationTimestamp }, status })
const old = made('old', '2026-01-01T00:00:00Z')
const young = made('young', '2026-02-01T00:00:00Z')

elders('the older one keeps an endpoint that nobody has begun', () => {
  assert.is(rivalOf(young, [old, young]), 'team/old')
  assert.is(rivalOf(old, [old, young]), undefined)
})
elders('whoever has begun keeps it', () => {
  const begun = made('young', '2026-02-01T00:00:00Z', { privateEndpointId: 'x' })
  assert.is(rivalOf(old, [old, begun]), 'team/young')
})
elders('whoever only observes claims nothing', () => {
  const watching = object({
    spec: { managementPolicy: 'Observe' },
    metadata: { uid: 'w', creationTimestamp: '2025-01-01T00:00:00Z' },
  })
  assert.is(rivalOf(young, [watching, young]), undefined)
})
elders('among twins the lower uid is first, for everybody', () => {
  const [x, y] = ['x', 'y'].map((uid) => made(uid, '2026-01-01T00:00:00Z'))
  assert.ok(x && y)
  assert.is(rivalOf(y, [x, y]), 'team/x')
  assert.is(rivalOf(x, [y, x]), undefined)
})
elders('the oldest that wants otherwise decides what is shared, unless it is going', () => {
  assert.is(
    seniorOf(young, [young, old], () => true),
    'team/old',
  )
  assert.is(
    seniorOf(young, [young, old], () => false),
    undefined,
  )
  const going = object({
    metadata: { ...old.metadata, deletionTimestamp: '2026-03-01T00:00:00Z' },
  })
  assert.is(
    seniorOf(young, [young, going], () => true),
    undefined,
  )
})
elders.run()
