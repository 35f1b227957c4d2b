/** What must hold in the moment before a write. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Guard } from '../operator/azure/action.ts'
import { decode } from '../operator/azure/decode/table.ts'
import { guarded, holds, tagOf } from '../operator/azure/guard.ts'
import { formatId, sameId } from '../operator/azure/id.ts'
import type { JsonObject, Kind, Models } from '../operator/azure/model.ts'
import { absent, present, unreadable, type Observed } from '../operator/azure/observed.ts'
import { bodies, ids } from './azure/bodies-of-azure.ts'

const test = suite('guards')

function seen(kind: Kind, change: JsonObject = {}): Observed<Models[Kind]> {
  const decoded = decode(ids[kind as 'zone'], { ...bodies[kind], ...change })
  if (decoded.is === 'undecodable') throw new Error(decoded.because)
  return present<Models[Kind]>(decoded.value)
}

const silence = unreadable({ code: 'Unreachable', message: 'x', retry: 'fast' })
const endpoint = seen('privateEndpoint')
const stripped = seen('privateEndpoint', { tags: {} })
const guid = 'AAAAAAAA-0000-0000-0000-000000000001'
const owned: Guard = { is: 'owned', owner: 'cluster.uid' }
const bound: Guard = {
  is: 'bound',
  privateEndpointId: formatId(ids.privateEndpoint).toUpperCase(),
  groupIds: ['PostgresqlServer'],
  states: ['Pending', 'Approved'],
}

const rows: readonly (readonly [string, Guard, Observed<Models[Kind]>, boolean])[] = [
  ['absent: it is', { is: 'absent' }, absent, true],
  ['absent: it is there', { is: 'absent' }, endpoint, false],
  ['absent: nobody knows', { is: 'absent' }, silence, false],
  ['owned: our tag', owned, endpoint, true],
  [
    'owned: our tag in another case of its name',
    owned,
    seen('privateEndpoint', { tags: { PGPEowner: 'cluster.uid' } }),
    true,
  ],
  ['owned: another owner', { is: 'owned', owner: 'cluster.other' }, endpoint, false],
  [
    'owned: another owner of the same incarnation',
    { is: 'owned', owner: 'else', resourceGuid: guid },
    endpoint,
    false,
  ],
  [
    'owned: our tag in another case of its value',
    { is: 'owned', owner: 'CLUSTER.UID' },
    endpoint,
    false,
  ],
  ['owned: tags stripped, our incarnation', { ...owned, resourceGuid: guid }, stripped, true],
  [
    'owned: tags stripped, another incarnation',
    { ...owned, resourceGuid: 'other' },
    stripped,
    false,
  ],
  ['owned: tags stripped, no incarnation known', owned, stripped, false],
  ['owned: nothing to know it by', owned, seen('zone', { tags: {} }), false],
  ['owned: it is gone', owned, absent, false],
  ['owned: nobody knows', owned, silence, false],
  ['owned: it can carry no tag', owned, seen('subnet'), false],
  ['unchanged: as read', { is: 'unchanged', etag: 'W/"p1"' }, endpoint, true],
  ['unchanged: changed', { is: 'unchanged', etag: 'W/"p0"' }, endpoint, false],
  ['unchanged: nothing to compare', { is: 'unchanged', etag: '' }, seen('server'), false],
  ['bound: the same request, without case', bound, seen('connection'), true],
  ['bound: another endpoint', { ...bound, privateEndpointId: '/other' }, seen('connection'), false],
  [
    'bound: an endpoint where there was none',
    { ...bound, privateEndpointId: undefined },
    seen('connection'),
    false,
  ],
  ['bound: another group', { ...bound, groupIds: [] }, seen('connection'), false],
  ['bound: another state', { ...bound, states: ['Pending'] }, seen('connection'), false],
  ['bound: no connection', bound, endpoint, false],
  ['bound: gone', bound, absent, false],
  ['parentOwned: our endpoint', { is: 'parentOwned', owner: 'cluster.uid' }, endpoint, true],
  ['parentOwned: a foreign endpoint', { is: 'parentOwned', owner: 'else' }, endpoint, false],
]
for (const [what, guard, observed, expected] of rows) {
  test(`${what} – it ${expected ? 'holds' : 'does not hold'}`, () =>
    assert.is(holds(guard, observed), expected))
}

test('the parent of a zone group is its endpoint, and most kinds have none', () => {
  const guard: Guard = { is: 'parentOwned', owner: 'o' }
  const parent = guarded(guard, ids.zoneGroup)
  assert.ok(parent !== undefined && sameId(parent, ids.privateEndpoint))
  assert.is(guarded(guard, ids.privateEndpoint), undefined)
  assert.is(guarded(owned, ids.zoneGroup), ids.zoneGroup)
})

test('tags are found without case', () => {
  assert.is(tagOf(new Map([['PGPEOWNER', 'x']]), 'pgpeOwner'), 'x')
  assert.is(tagOf(new Map([['constructor', 'x']]), 'toString'), undefined)
})

test.run()
