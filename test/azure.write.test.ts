/** One action, one request, or none. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Action, Outcome } from '../operator/azure/action.ts'
import { BrokenRequest } from '../operator/azure/failure.ts'
import { formatId } from '../operator/azure/id.ts'
import type { JsonObject } from '../operator/azure/model.ts'
import { bodies, ids } from './azure/bodies-of-azure.ts'
import {
  errorIn,
  gate,
  idOf,
  inProcess,
  refused,
  subscriptionId,
  type Answer,
  type Said,
} from './azure/in-process.ts'

const test = suite('writes')
const gone = refused(404, 'ResourceNotFound')

const create: Action = {
  do: 'put',
  id: ids.privateEndpoint,
  body: bodies.privateEndpoint,
  guard: { is: 'absent' },
  cause: 'user',
}
const remove: Action = {
  do: 'delete',
  id: ids.privateEndpoint,
  guard: { is: 'owned', owner: 'cluster.uid' },
  cause: 'user',
}

/** GETs see `seen`; writes get `answer`. */
const world =
  (seen: Said, answer: Answer): Answer =>
  (asked) =>
    asked.method === 'GET' ? seen : answer(asked)
const methods = (azure: { readonly asked: readonly { readonly method: string }[] }): string =>
  azure.asked.map(({ method }) => method).join(' ')

test('a write looks, then sends once', async () => {
  const azure = inProcess(
    world(gone, () => ({
      status: 201,
      headers: { 'x-ms-correlation-request-id': 'c-1' },
      body: {},
    })),
  )
  assert.equal(await azure.view.act(create), { is: 'accepted', status: 201, correlationId: 'c-1' })
  assert.is(methods(azure), 'GET PUT')
  const put = azure.asked[1]!
  assert.is(put.path, formatId(ids.privateEndpoint))
  assert.equal(JSON.parse(put.body ?? ''), bodies.privateEndpoint)
  assert.is(put.headers['content-type'], 'application/json')
})

test('a look may be by list where the guard says so', async () => {
  const listed = (items: readonly JsonObject[]): Answer =>
    world({ body: { value: items } }, () => ({ status: 201, body: {} }))
  const first: Action = { ...create, guard: { is: 'absent', since: 0 } }
  const azure = inProcess(listed([]))
  assert.is((await azure.view.act(first)).is, 'accepted')
  assert.is(
    azure.asked[0]?.path.endsWith(
      '/resourceGroups/rg/providers/Microsoft.Network/privateEndpoints',
    ),
    true,
  )
  assert.is((await inProcess(listed([bodies.privateEndpoint])).view.act(first)).is, 'guarded')

  const group = {
    do: 'put',
    id: ids.zoneGroup,
    body: {},
    cause: 'user',
    guard: { is: 'parentOwned', owner: 'cluster.uid', listed: true },
  } as const
  const ours = inProcess(listed([bodies.privateEndpoint]))
  assert.is((await ours.view.act(group)).is, 'accepted')
  assert.is(ours.asked[0]?.path.endsWith('/providers/Microsoft.Network/privateEndpoints'), true)
  const theirs = { ...group, guard: { ...group.guard, owner: 'cluster.else' } } as const
  assert.is((await ours.view.act(theirs)).is, 'guarded')
})

test('after a creation without an answer, absence is asked of Azure itself', async () => {
  const first: Action = { ...create, guard: { is: 'absent', since: 0 } }
  const azure = inProcess(({ method, path }) => {
    if (method === 'PUT') throw new BrokenRequest('Unreachable', 'fast', true, 'It broke.')
    return path === formatId(ids.privateEndpoint) ? gone : { body: { value: [] } }
  })
  assert.is((await azure.view.act(first)).is, 'unknown')
  azure.clock.pass(60_000)
  await azure.view.act(first)
  assert.is(azure.asked.at(-2)?.path, formatId(ids.privateEndpoint))
})

test('a 2xx is accepted whatever its body', async () => {
  for (const body of ['', '<html>', '{']) {
    const azure = inProcess(world(gone, () => ({ status: 202, body })))
    assert.is((await azure.view.act(create)).is, 'accepted')
  }
})

test('who does not lead sends nothing at all', async () => {
  const azure = inProcess(() => gone, { mayWrite: () => false })
  const outcome = await azure.view.act(create)
  assert.is(outcome.is, 'held')
  assert.is(errorIn(outcome as Extract<Outcome, { is: 'held' }>).code, 'LeaseLost')
  assert.is(azure.asked.length, 0)
})

test('who loses the lease while looking does not write', async () => {
  let leads = true
  const azure = inProcess(
    () => {
      leads = false
      return gone
    },
    { mayWrite: () => leads },
  )
  assert.is((await azure.view.act(create)).is, 'held')
  assert.is(methods(azure), 'GET')
})

test('who loses the lease while a token is fetched does not write', async () => {
  let leads = true
  const azure = inProcess(
    world(gone, () => ({ status: 201 })),
    {
      mayWrite: () => leads,
      fetchToken: () => {
        leads = false
        return Promise.resolve({
          is: 'fetched',
          token: { token: 't', expiresAt: Date.UTC(2030, 0, 1) },
        })
      },
    },
  )
  const { guard: _, ...unguarded } = create as Extract<Action, { do: 'put' }>
  const outcome = await azure.view.act(unguarded)
  assert.is(outcome.is === 'held' && outcome.error.code, 'LeaseLost')
  assert.is(azure.asked.length, 0)
})

const guards: readonly (readonly [string, Action, Said])[] = [
  ['what must not exist does', create, { body: bodies.privateEndpoint }],
  [
    'what must be ours is foreign',
    remove,
    { body: { ...bodies.privateEndpoint, tags: { pgpeOwner: 'else' } } },
  ],
  ['what must be ours carries no tag', remove, { body: { ...bodies.privateEndpoint, tags: {} } }],
  ['what must be ours is gone', remove, gone],
  ['it could not be looked at', remove, refused(403, 'AuthorizationFailed')],
  ['the look brought HTML', remove, { body: '<html>' }],
]
for (const [when, action, seen] of guards) {
  test(`nothing is written when ${when}`, async () => {
    const azure = inProcess(world(seen, () => ({ status: 202 })))
    assert.is((await azure.view.act(action)).is, 'guarded')
    assert.is(methods(azure), 'GET')
  })
}

test('the look is fresh even when an answer is at hand', async () => {
  let body: JsonObject = bodies.privateEndpoint
  const azure = inProcess(
    world(
      {
        get body() {
          return body
        },
      },
      () => ({ status: 202 }),
    ),
  )
  await azure.view.get(ids.privateEndpoint, 60_000)
  body = { ...bodies.privateEndpoint, tags: { pgpeOwner: 'else' } }
  azure.clock.pass(1)
  assert.is((await azure.view.act(remove)).is, 'guarded')
})

const answers: readonly (readonly [string, Said, Outcome['is']])[] = [
  ['400', refused(400, 'InvalidResourceReference'), 'refused'],
  ['401', refused(401, 'InvalidAuthenticationToken'), 'refused'],
  ['403', refused(403, 'LinkedAuthorizationFailed'), 'refused'],
  ['409', refused(409, 'AnotherOperationInProgress'), 'refused'],
  ['412', refused(412, 'PreconditionFailed'), 'refused'],
  ['429', refused(429, 'SubscriptionRequestsThrottled'), 'refused'],
  ['a redirect', { status: 308, headers: { location: 'https://evil.example/' } }, 'refused'],
  ['408', refused(408, 'RequestTimeout'), 'unknown'],
  ['500', refused(500, 'InternalServerError'), 'unknown'],
  ['503', { ...refused(503, 'ServiceUnavailable'), headers: { 'retry-after': '1' } }, 'unknown'],
  ['504', { status: 504, body: '<html>' }, 'unknown'],
]
for (const [what, said, is] of answers) {
  test(`a PUT answered ${what} is ${is}, and was sent once`, async () => {
    const azure = inProcess(world(gone, () => said))
    assert.is((await azure.view.act(create)).is, is)
    assert.is(methods(azure), 'GET PUT')
  })
}

for (const sent of [true, false]) {
  test(`a PUT without an answer ${sent ? 'is unknown' : 'that never left is held'}, and was tried once`, async () => {
    const azure = inProcess(
      world(gone, () => {
        throw new BrokenRequest('Unreachable', 'fast', sent, 'It broke.')
      }),
    )
    assert.is((await azure.view.act(create)).is, sent ? 'unknown' : 'held')
    assert.is(methods(azure), 'GET PUT')
    const after = await azure.view.get(ids.privateEndpoint, 0)
    assert.is(after.is, sent ? 'unreadable' : 'absent', 'what may have been done is not absent yet')
  })
}

test('a DELETE of what is already gone is done', async () => {
  const azure = inProcess(
    world({ body: bodies.privateEndpoint }, () => refused(404, 'ResourceGroupNotFound')),
  )
  assert.equal(await azure.view.act(remove), { is: 'accepted', status: 404 })
})

test('after an accepted write its result is not taken for absent', async () => {
  const azure = inProcess(world(gone, () => ({ status: 201 })))
  await azure.view.act(create)
  assert.is(errorIn(await azure.view.get(ids.privateEndpoint, 0)).code, 'NotYetVisible')
})

test('a full bucket holds a write back before it looks, and reads go on', async () => {
  const azure = inProcess(world(gone, () => ({ status: 201 })))
  const now = azure.clock.monotonicMs()
  const ask = {
    subscriptionId,
    identity: 'operator',
    class: 'write',
    windows: [],
    resource: '',
  } as const
  const turn = azure.limiter.take(ask, now)
  const throttled = { by: 'bucket', retryAfterMs: 30_000 } as const
  if (turn.is === 'go') azure.limiter.answered(turn.pass, { throttled }, now)
  const outcome = await azure.view.act(create)
  assert.is(outcome.is === 'held' && outcome.error.code, 'Paced')
  assert.is(azure.asked.length, 0)
  azure.clock.pass(31_000)
  assert.is((await azure.view.act(create)).is, 'accepted')
})

test('a write that was not sent costs no pace', async () => {
  const azure = inProcess(world({ body: bodies.privateEndpoint }, () => ({ status: 201 })))
  for (let index = 0; index < 240; index += 1) {
    assert.is((await azure.view.act(create)).is, 'guarded', String(index))
  }
})

test('a throttled write pauses writes alone', async () => {
  const said = { ...refused(429, 'TooManyRequests'), headers: { 'retry-after': '60' } }
  const azure = inProcess(world(gone, () => said))
  await azure.view.act(create)
  const outcome = await azure.view.act({
    ...create,
    id: idOf('privateEndpoint', 'other'),
  } as Action)
  assert.is(outcome.is === 'held' && outcome.error.code, 'Paced')
  assert.is((await azure.view.get(ids.server, 0)).is, 'absent')
})

/** Whether `second` is held while `first` is on its way. */
async function collide(first: Action, second: Action): Promise<boolean> {
  const { opened, open } = gate()
  const sent = gate()
  const azure = inProcess(async ({ method }) => {
    if (method === 'GET') return gone
    sent.open()
    await opened
    return { status: 202 }
  })
  const running = azure.view.act(first)
  await sent.opened
  const outcome = await Promise.race([
    azure.view.act(second),
    opened.then(() => undefined),
    settled(),
  ])
  open()
  await running
  return outcome?.is === 'held' && outcome.error.code === 'Paced'
}

/** Long enough for a write that nothing holds to have reached the wire. */
const settled = async (): Promise<undefined> => {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  return undefined
}

const put = (id: Extract<Action, { do: 'put' }>['id'], body: JsonObject = {}): Action => ({
  do: 'put',
  id,
  body,
  cause: 'user',
})

test('a change sends what the look right before it has shown, but for what changes', async () => {
  const properties = bodies.privateEndpoint['properties'] as JsonObject
  const now: JsonObject = {
    ...bodies.privateEndpoint,
    properties: { ...properties, invented: 'by Azure' },
  }
  const azure = inProcess(world({ status: 200, body: now }, () => ({ status: 200, body: {} })))
  const change: Action = {
    do: 'change',
    id: ids.privateEndpoint,
    change: { tags: new Map([['a', 'b']]) },
    touches: [],
    guard: { is: 'unchanged', etag: String(now['etag']) },
    cause: 'drift',
  }
  assert.is((await azure.view.act(change)).is, 'accepted')
  assert.is(methods(azure), 'GET PUT')
  const sent = JSON.parse(azure.asked[1]!.body ?? '') as JsonObject
  assert.equal(sent['tags'], { a: 'b' })
  assert.is((sent['properties'] as JsonObject)['invented'], 'by Azure')
  const { change: _, ...rest } = change
  const stale: Action = { ...rest, change: {}, guard: { is: 'unchanged', etag: 'another' } }
  assert.is((await azure.view.act(stale)).is, 'guarded')
  assert.is(methods(azure), 'GET PUT GET')
})

const endpointIn = (subnet: string, server: string): JsonObject => ({
  properties: {
    subnet: { id: formatId(idOf('subnet', 'vnet', subnet)) },
    manualPrivateLinkServiceConnections: [
      { properties: { privateLinkServiceId: formatId(idOf('server', server)) } },
    ],
  },
})
const connection = (server: string, name: string): Action => put(idOf('connection', server, name))
const changed = (endpoint: string, touches: readonly string[]): Action => ({
  do: 'change',
  id: idOf('privateEndpoint', endpoint),
  change: {},
  touches,
  guard: { is: 'unchanged', etag: 'e' },
  cause: 'drift',
})
const collisions: readonly (readonly [string, Action, Action, boolean])[] = [
  [
    'a new endpoint, and a change of another to its server',
    put(idOf('privateEndpoint', 'a'), endpointIn('one', 's')),
    changed('b', [formatId(idOf('server', 'S'))]),
    true,
  ],
  ['the same resource', put(ids.zone), put(ids.zone), true],
  ['two connections of one server', connection('s', 'a'), connection('S', 'b'), true],
  ['connections of two servers', connection('s', 'a'), connection('t', 'b'), false],
  [
    'two endpoints in one subnet',
    put(idOf('privateEndpoint', 'a'), endpointIn('one', 's')),
    put(idOf('privateEndpoint', 'b'), endpointIn('ONE', 't')),
    true,
  ],
  [
    'two endpoints to one server',
    put(idOf('privateEndpoint', 'a'), endpointIn('one', 's')),
    put(idOf('privateEndpoint', 'b'), endpointIn('two', 's')),
    true,
  ],
  [
    'two endpoints apart',
    put(idOf('privateEndpoint', 'a'), endpointIn('one', 's')),
    put(idOf('privateEndpoint', 'b'), endpointIn('two', 't')),
    false,
  ],
  [
    'an endpoint and its subnet',
    put(idOf('privateEndpoint', 'a'), endpointIn('one', 's')),
    put(idOf('subnet', 'vnet', 'one')),
    true,
  ],
  [
    'two links of one zone',
    put(idOf('virtualNetworkLink', 'z', 'a')),
    put(idOf('virtualNetworkLink', 'z', 'b')),
    true,
  ],
]
for (const [what, first, second, held] of collisions) {
  test(`writes to ${what} ${held ? 'wait for each other' : 'go side by side'}`, async () => {
    assert.is(await collide(first, second), held)
  })
}

test('a lane is free again after any outcome', async () => {
  const azure = inProcess(world(gone, () => refused(500, 'InternalServerError')))
  await azure.view.act(create)
  azure.clock.pass(60_000)
  assert.is((await azure.view.act(create)).is, 'unknown')
})

const dnsGuards: readonly (readonly [
  string,
  Action,
  Said,
  string | undefined,
  string | undefined,
])[] = [
  [
    'a new zone must be new',
    { do: 'put', id: ids.zone, body: {}, guard: { is: 'absent' }, cause: 'user' },
    gone,
    '*',
    undefined,
  ],
  [
    'a change must meet what was seen',
    { do: 'put', id: ids.zone, body: {}, guard: { is: 'unchanged', etag: 'z1' }, cause: 'drift' },
    { body: bodies.zone },
    undefined,
    'z1',
  ],
  [
    'a link goes as it was seen',
    {
      do: 'delete',
      id: ids.virtualNetworkLink,
      guard: { is: 'owned', owner: 'cluster.uid' },
      cause: 'user',
    },
    { body: { ...bodies.virtualNetworkLink, tags: { PGPEOWNER: 'cluster.uid' } } },
    undefined,
    '"l1"',
  ],
]
for (const [what, action, seen, none, match] of dnsGuards) {
  test(`private DNS checks for itself that ${what}`, async () => {
    const azure = inProcess(world(seen, () => ({ status: 202, body: {} })))
    assert.is((await azure.view.act(action)).is, 'accepted')
    const sent = azure.asked[1]!
    assert.is(sent.headers['if-none-match'], none)
    assert.is(sent.headers['if-match'], match)
  })
}

test('other providers get no entity tags, which they ignore', async () => {
  const azure = inProcess(world(gone, () => ({ status: 201 })))
  await azure.view.act(create)
  assert.not('if-none-match' in azure.asked[1]!.headers)
})

test.run()
