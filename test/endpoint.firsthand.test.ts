/** What one process knows by making an endpoint itself, and when it knows it no more. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Outcome } from '../operator/azure/action.ts'
import type { DeedName } from '../operator/endpoint/deed.ts'
import { BeingMade } from '../operator/endpoint/being-made.ts'
import { Firsthand } from '../operator/endpoint/firsthand.ts'
import { endpoint, error, ids, record } from './endpoint.make.ts'

const test = suite("what an endpoint's maker knows")
const accepted: Outcome = { is: 'accepted', status: 201 }
const at = { nowMs: 1_000_000, generation: 1 }
const later = (ms: number) => ({ ...at, nowMs: at.nowMs + ms })
const others: readonly Outcome[] = [
  { is: 'refused', error: error('Conflict', 'fast') },
  { is: 'unknown', error: error('Unreachable', 'fast') },
  { is: 'guarded', seen: { is: 'absent' } },
]

/** Made by this process, up to a point of its life. */
function maker(...done: readonly (readonly [DeedName, Outcome])[]): Firsthand {
  const made = new Firsthand()
  made.held(7)
  made.noted()
  for (const [name, outcome] of done) made.did(name, outcome, at)
  return made
}
const groups = (made: Firsthand, when = at, approved = true, shown = record()) =>
  made.groups(endpoint(), shown, approved, when)?.is

test('nobody has begun what it has noted itself since it held the object', () => {
  assert.is(maker().untriedSince, 7)
})

test('nothing is certain before the note is its own, or for what it found noted', () => {
  const unnoted = new Firsthand()
  unnoted.held(7)
  assert.is(unnoted.untriedSince, undefined)
  const found = new Firsthand()
  found.held(7)
  found.found()
  found.noted()
  assert.is(found.untriedSince, undefined)
})

test('its own note, found again, changes nothing', () => {
  const made = maker()
  made.found()
  made.held(9)
  assert.is(made.untriedSince, 7)
})

test('a try that was held back was none; after any other Azure is asked', () => {
  assert.is(
    maker(['CreateEndpoint', { is: 'held', error: error('Paced', 'throttle') }]).untriedSince,
    7,
  )
  for (const outcome of [accepted, ...others]) {
    assert.is(maker(['CreateEndpoint', outcome]).untriedSince, undefined, outcome.is)
  }
})

test('what it has just made has no zone group', () => {
  assert.is(groups(maker(['CreateEndpoint', accepted])), 'present')
  for (const outcome of others) assert.is(groups(maker(['CreateEndpoint', outcome])), undefined)
  assert.is(groups(maker()), undefined)
})

test('the group that it wrote is there once the record names the endpoint as its maker', () => {
  const made = maker(['CreateEndpoint', accepted], ['WriteZoneGroup', accepted])
  assert.is(groups(made), 'recorded')
  assert.is(groups(made, at, true, record({ metadata: new Map() })), 'written')
})

test('a record that does not come is not waited for for ever', () => {
  const made = maker(['CreateEndpoint', accepted], ['WriteZoneGroup', accepted])
  const none = record({ metadata: new Map() })
  assert.is(groups(made, later(59_999), true, none), 'written')
  assert.is(groups(made, later(60_000), true, none), undefined)
  assert.is(groups(made, later(10_000), false, none), undefined, 'nobody expects a record')
})

test('with another spec, or after any other write to it, Azure is asked', () => {
  const made = maker(['CreateEndpoint', accepted], ['WriteZoneGroup', accepted])
  assert.is(groups(made, { ...at, generation: 2 }), undefined)
  for (const name of [
    'UpdateEndpoint',
    'RemoveZoneGroup',
    'DeleteEndpoint',
    'WriteZoneGroup',
  ] as const) {
    assert.is(
      groups(maker(['CreateEndpoint', accepted], ['WriteZoneGroup', accepted], [name, accepted])),
      undefined,
      name,
    )
  }
  for (const outcome of others) {
    assert.is(groups(maker(['CreateEndpoint', accepted], ['WriteZoneGroup', outcome])), undefined)
  }
})

test('a link that one object has made is waited for by all, for a minute', () => {
  const made = new BeingMade()
  const action = { do: 'put', id: ids.link, body: {}, cause: 'user' } as const
  const link = { name: 'CreateLink', action } as const
  assert.not(made.link(link, 'team/one', 1_000))
  assert.ok(made.link(link, 'team/two', 1_001))
  assert.equal(made.links(1_001), [])
  made.did(link, accepted)
  assert.is(made.links(60_999).length, 1)
  assert.is(made.links(61_000).length, 0)
})

test('a link that could not be made may be made by the next', () => {
  const action = { do: 'put', id: ids.link, body: {}, cause: 'user' } as const
  const link = { name: 'CreateLink', action } as const
  for (const outcome of others.filter(({ is }) => is !== 'guarded')) {
    const made = new BeingMade()
    made.link(link, 'team/one', 1_000)
    made.did(link, outcome)
    assert.not(made.link(link, 'team/two', 1_001), outcome.is)
  }
})

test.run()
