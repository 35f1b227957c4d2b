/** What objects see of Azure, and what of it they share. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
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
} from './azure/in-process.ts'

const test = suite('view')
const servers = { list: 'servers', subscriptionId } as const
const links = { list: 'virtualNetworkLinks', zoneId: ids.zone } as const
const page = (...items: readonly JsonObject[]): { readonly body: JsonObject } => ({
  body: { value: items },
})
const isList = (path: string, type: string): boolean => path.endsWith(`/${type}`)
const endpointNamed = (name: string): JsonObject => ({
  ...bodies.privateEndpoint,
  id: formatId(idOf('privateEndpoint', name)),
  name,
})

test('many callers at once share one request', async () => {
  const { opened, open } = gate()
  const azure = inProcess(async () => {
    await opened
    return page(bodies.server)
  })
  const all = Array.from({ length: 50 }, () => azure.view.list(servers, 60_000))
  open()
  const seen = await Promise.all(all)
  assert.is(azure.asked.length, 1)
  assert.ok(seen.every((one) => one === seen[0]))
})

test('an answer serves those whom it is young enough for, and is renewed for others', async () => {
  const azure = inProcess(() => page(bodies.server))
  await azure.view.list(servers, 60_000)
  azure.clock.pass(30_000)
  const old = await azure.view.list(servers, 60_000)
  assert.is(azure.asked.length, 1)
  assert.is(old.is === 'present' && old.value.begunAt, azure.clock.monotonicMs() - 30_000)
  await azure.view.list(servers, 10_000)
  assert.is(azure.asked.length, 2)
})

test('age counts from the beginning of the request, not from its end', async () => {
  const azure = inProcess(() => {
    azure.clock.pass(20_000)
    return page(bodies.server)
  })
  await azure.view.list(servers, 60_000)
  await azure.view.list(servers, 10_000)
  assert.is(azure.asked.length, 2)
})

test('who comes too late for a running request shares the one after it', async () => {
  const first = gate()
  let asked = 0
  const azure = inProcess(async () => {
    asked += 1
    if (asked === 1) await first.opened
    return page(bodies.server)
  })
  const early = azure.view.list(servers, 0)
  azure.clock.pass(5_000)
  const late = [azure.view.list(servers, 1_000), azure.view.list(servers, 0)]
  first.open()
  const [old] = await Promise.all([early, ...late])
  const seen = await Promise.all(late)
  assert.is(asked, 2)
  assert.is(seen[0], seen[1])
  assert.ok(old?.is === 'present' && seen[0]?.is === 'present')
  assert.ok(seen[0].value.begunAt - old.value.begunAt >= 5_000)
})

test('a failure is shared for a short while, then Azure is asked again', async () => {
  const azure = inProcess(() => refused(503, 'ServiceUnavailable'))
  for (let object = 0; object < 1_000; object += 1) {
    assert.is((await azure.view.list(servers, 60_000)).is, 'unreadable')
  }
  assert.is(azure.asked.length, 1)
  azure.clock.pass(2_001)
  await azure.view.list(servers, 60_000)
  assert.is(azure.asked.length, 2)
})

test('a failed list leaves the answer before it to those who may still use it', async () => {
  let fails = false
  const azure = inProcess(() => (fails ? refused(500, 'InternalServerError') : page(bodies.server)))
  await azure.view.list(servers, 60_000)
  azure.clock.pass(30_000)
  fails = true
  assert.is((await azure.view.list(servers, 10_000)).is, 'unreadable')
  assert.is((await azure.view.list(servers, 60_000)).is, 'present')
  azure.clock.pass(40_000)
  assert.is((await azure.view.list(servers, 60_000)).is, 'unreadable')
})

test('a GET of age nought asks Azure now, whatever failed before', async () => {
  const azure = inProcess(() => refused(500, 'InternalServerError'))
  await azure.view.get(ids.server, 1_000)
  await azure.view.get(ids.server, 1_000)
  assert.is(azure.asked.length, 1)
  await azure.view.get(ids.server, 0)
  assert.is(azure.asked.length, 2)
})

test('a server in the list needs no GET, one that is not is asked for', async () => {
  const azure = inProcess(({ path }) =>
    isList(path, 'flexibleServers') ? page(bodies.server) : refused(404, 'ResourceNotFound'),
  )
  assert.is((await azure.view.find(ids.server, 60_000)).is, 'present')
  assert.is((await azure.view.find(idOf('server', 'other'), 60_000)).is, 'absent')
  assert.is(azure.asked.length, 2)
})

test('an endpoint is absent by the list of its own group, for all endpoints of the group', async () => {
  const azure = inProcess(() => page())
  for (const name of ['one', 'two', 'three']) {
    assert.is((await azure.view.find(idOf('privateEndpoint', name), 60_000)).is, 'absent')
  }
  const provider = '/providers/Microsoft.Network/privateEndpoints?api-version=2026-01-01'
  assert.equal(azure.lines(), [
    `GET /subscriptions/${subscriptionId}${provider}`,
    `GET /subscriptions/${subscriptionId}/resourceGroups/rg${provider}`,
  ])
})

test('an endpoint that the lists of its subscription lag behind is seen in the list of its group', async () => {
  const azure = inProcess(({ path }) =>
    path.includes('/resourceGroups/') ? page(bodies.privateEndpoint) : page(),
  )
  assert.is((await azure.view.find(ids.privateEndpoint, 60_000)).is, 'present')
})

test('a list that left something out proves no absence', async () => {
  const strange = {
    ...bodies.privateEndpoint,
    id: `/subscriptions/${subscriptionId}/resourceGroups/é/x`,
  }
  const azure = inProcess(({ path }) =>
    isList(path, 'privateEndpoints') ? page(strange) : refused(404, 'ResourceNotFound'),
  )
  assert.is((await azure.view.find(ids.privateEndpoint, 60_000)).is, 'absent')
  assert.is(azure.asked.at(-1)?.path, formatId(ids.privateEndpoint))
})

test('who may not list a subscription still reads the one resource', async () => {
  const azure = inProcess(({ path }) =>
    isList(path, 'flexibleServers') ? refused(403, 'AuthorizationFailed') : { body: bodies.server },
  )
  assert.is((await azure.view.find(ids.server, 60_000)).is, 'present')
})

const notAbsences: readonly (readonly [string, Answer])[] = [
  ['a 403', () => refused(403, 'AuthorizationFailed')],
  ['a missing subscription', () => refused(404, 'SubscriptionNotFound')],
  ['a 404 of a proxy', () => ({ status: 404, body: '<html>not found</html>' })],
  ['a 429', () => refused(429, 'TooManyRequests')],
  ['a 500', () => refused(500, 'InternalServerError')],
  ['HTML', () => ({ body: '<html>welcome</html>' })],
  ['half an answer', () => ({ body: '{"value": [{"id": "/subscr' })],
  ['no body', () => ({})],
  ['an empty object', () => ({ body: {} })],
  ['null', () => ({ body: 'null' })],
  ['a 204', () => ({ status: 204 })],
  ['a redirect', () => ({ status: 307, headers: { location: 'https://evil.example/' } })],
]
for (const [what, answer] of notAbsences) {
  test(`${what} is unreadable, never absent`, async () => {
    const azure = inProcess(answer)
    for (const seen of [
      await azure.view.find(ids.server, 1_000),
      await azure.view.get(ids.privateEndpoint, 0),
      await azure.view.list(links, 0),
    ]) {
      assert.is(seen.is, 'unreadable')
    }
  })
}

test('the scope of a list that is gone is an absence', async () => {
  const azure = inProcess(() => refused(404, 'ParentResourceNotFound'))
  assert.is((await azure.view.list(links, 0)).is, 'absent')
})

test('our young write is not absent while Azure does not show it yet', async () => {
  const azure = inProcess(() => refused(404, 'ResourceNotFound'))
  azure.view.wrote(ids.privateEndpoint, 'created', true)
  const seen = await azure.view.get(ids.privateEndpoint, 0)
  assert.is(errorIn(seen).code, 'NotYetVisible')
  assert.is(errorIn(await azure.view.find(ids.privateEndpoint, 60_000)).code, 'NotYetVisible')
  azure.clock.pass(60_000)
  assert.is((await azure.view.get(ids.privateEndpoint, 0)).is, 'absent')
})

test('a write without an answer is believed for ten seconds', async () => {
  const azure = inProcess(() => refused(404, 'ResourceNotFound'))
  azure.view.wrote(ids.privateEndpoint, 'created', false)
  assert.is((await azure.view.get(ids.privateEndpoint, 0)).is, 'unreadable')
  azure.clock.pass(10_000)
  assert.is((await azure.view.get(ids.privateEndpoint, 0)).is, 'absent')
})

test('after our deletion a 404 is an absence at once', async () => {
  const azure = inProcess(() => refused(404, 'ResourceNotFound'))
  azure.view.wrote(ids.privateEndpoint, 'created', true)
  azure.view.wrote(ids.privateEndpoint, 'deleted', true)
  assert.is((await azure.view.get(ids.privateEndpoint, 0)).is, 'absent')
})

test('after our write a GET looks past the list from before it', async () => {
  const azure = inProcess(({ path }) =>
    isList(path, 'privateEndpoints')
      ? page(bodies.privateEndpoint)
      : { body: bodies.privateEndpoint },
  )
  await azure.view.find(ids.privateEndpoint, 60_000)
  azure.view.wrote(ids.privateEndpoint, 'updated', true)
  await azure.view.find(ids.privateEndpoint, 60_000)
  assert.is(azure.asked.at(-1)?.path, formatId(ids.privateEndpoint))
})

test('right after our change nothing but the one resource is asked for', async () => {
  const azure = inProcess(() => ({ body: bodies.privateEndpoint }))
  azure.view.wrote(ids.privateEndpoint, 'updated', true)
  azure.clock.pass(1)
  assert.is((await azure.view.find(ids.privateEndpoint, 60_000)).is, 'present')
  assert.equal(
    azure.asked.map(({ path }) => path),
    [formatId(ids.privateEndpoint)],
  )
})

test('a list from before our change is never used for it, however old it may be', async () => {
  const azure = inProcess(({ path }) =>
    isList(path, 'privateEndpoints')
      ? page(bodies.privateEndpoint)
      : { body: { ...bodies.privateEndpoint, tags: { changed: 'yes' } } },
  )
  await azure.view.find(ids.privateEndpoint, 3_600_000)
  azure.view.wrote(ids.privateEndpoint, 'updated', true)
  azure.clock.pass(40_000)
  const seen = await azure.view.find(ids.privateEndpoint, 3_600_000)
  assert.is(seen.is === 'present' && seen.value.tags.get('changed'), 'yes')
})

test('what we created is read by list as soon as a list shows it, for all who wait', async () => {
  const names = ['one', 'two', 'three']
  const azure = inProcess(() => page(...names.map(endpointNamed)))
  for (const name of names) azure.view.wrote(idOf('privateEndpoint', name), 'created', true)
  azure.clock.pass(1_000)
  for (const name of names) {
    assert.is((await azure.view.find(idOf('privateEndpoint', name), 10_000)).is, 'present')
  }
  assert.is(azure.asked.length, 1)
})

test('a list that began before the write is not used for what was created', async () => {
  const azure = inProcess(({ path }) =>
    isList(path, 'privateEndpoints') ? page() : { body: bodies.privateEndpoint },
  )
  await azure.view.find(ids.privateEndpoint, 60_000)
  azure.clock.pass(1)
  azure.view.wrote(ids.privateEndpoint, 'created', true)
  azure.clock.pass(1)
  assert.is((await azure.view.find(ids.privateEndpoint, 60_000)).is, 'present')
})

test('a decision about a connection has its server read anew', async () => {
  const azure = inProcess(({ path }) =>
    isList(path, 'flexibleServers') ? page(bodies.server) : { body: bodies.server },
  )
  await azure.view.find(ids.server, 60_000)
  azure.view.wrote(ids.connection, 'updated', true)
  await azure.view.find(ids.server, 60_000)
  assert.is(azure.asked.at(-1)?.path, formatId(ids.server))
})

test('a small list is read anew after a write to one of its items', async () => {
  const azure = inProcess(() => page())
  await azure.view.list(links, 60_000)
  await azure.view.list(links, 60_000)
  assert.is(azure.asked.length, 1)
  azure.view.wrote(ids.virtualNetworkLink, 'created', true)
  azure.clock.pass(1)
  await azure.view.list(links, 60_000)
  assert.is(azure.asked.length, 2)
})

test('an answer that was on its way during our write does not serve those after it', async () => {
  const { opened, open } = gate()
  const azure = inProcess(async ({ path }) => {
    if (azure.asked.length === 1) await opened
    return { body: path === formatId(ids.server) ? bodies.server : bodies.zone }
  })
  const before = azure.view.get(ids.server, 60_000)
  azure.clock.pass(1)
  azure.view.wrote(ids.server, 'updated', true)
  const after = azure.view.get(ids.server, 60_000)
  open()
  await Promise.all([before, after])
  assert.is(azure.asked.length, 2)
})

test('what nobody reads any more is dropped', async () => {
  const azure = inProcess(() => refused(404, 'ResourceNotFound'))
  for (let index = 0; index < 100; index += 1)
    await azure.view.get(idOf('server', `s${index}`), 1_000)
  assert.is(azure.view.kept, 100)
  azure.clock.pass(16 * 60_000)
  await azure.view.get(ids.server, 1_000)
  assert.is(azure.view.kept, 1)
})

const isGroupList = (path: string): boolean => path.includes('/resourceGroups/rg/providers')
const own = formatId(ids.privateEndpoint)

test('an endpoint that nobody can have begun is absent by a list of its group begun since', async () => {
  const azure = inProcess(() => page())
  const since = azure.clock.monotonicMs()
  azure.clock.pass(5)
  for (const name of ['one', 'two', 'three']) {
    assert.is((await azure.view.absence(idOf('privateEndpoint', name), since)).is, 'absent')
  }
  assert.is(azure.asked.length, 1)
  assert.ok(isGroupList(azure.asked[0]?.path ?? '') && azure.asked[0]?.path !== own)
})

test('a list that began before that moment, or long ago, is read anew', async () => {
  const azure = inProcess(() => page())
  const earlier = azure.clock.monotonicMs()
  await azure.view.absence(ids.privateEndpoint, earlier)
  azure.clock.pass(100)
  await azure.view.absence(ids.privateEndpoint, azure.clock.monotonicMs())
  assert.is(azure.asked.length, 2)
  azure.clock.pass(20_000)
  await azure.view.absence(ids.privateEndpoint, earlier)
  assert.is(azure.asked.length, 3)
  assert.ok(azure.asked.every(({ path }) => path !== own))
})

test('who is in the list is not absent', async () => {
  const azure = inProcess(() => page(bodies.privateEndpoint))
  const seen = await azure.view.absence(ids.privateEndpoint, azure.clock.monotonicMs())
  assert.is(seen.is, 'present')
})

const noProof: readonly (readonly [string, Answer])[] = [
  ['a 403', () => refused(403, 'AuthorizationFailed')],
  ['a missing group', () => refused(404, 'ResourceGroupNotFound')],
  ['a failure', () => refused(500, 'InternalServerError')],
  ['half an answer', () => ({ body: '{"value": [{"id": "/subscr' })],
  ['a page without a list', () => ({ body: {} })],
  [
    'a list that left something out',
    () => page({ ...bodies.privateEndpoint, id: `${formatId(ids.resourceGroup)}/é/x` }),
  ],
  [
    'a list that breaks off',
    ({ query }) =>
      query.includes('skip')
        ? refused(500, 'InternalServerError')
        : { body: { value: [], nextLink: 'https://management.azure.test/other?skip=1' } },
  ],
]
for (const [what, answer] of noProof) {
  test(`${what} instead of the group's list proves nothing: the endpoint is asked for`, async () => {
    const azure = inProcess((asked) =>
      asked.path === own ? { body: bodies.privateEndpoint } : answer(asked),
    )
    const seen = await azure.view.absence(ids.privateEndpoint, azure.clock.monotonicMs())
    assert.is(seen.is, 'present')
    assert.is(azure.asked.at(-1)?.path, own)
  })
}

test('what we have written ourselves is never absent by a list', async () => {
  for (const accepted of [true, false]) {
    const azure = inProcess(({ path }) =>
      path === own ? { body: bodies.privateEndpoint } : page(),
    )
    azure.view.wrote(ids.privateEndpoint, 'created', accepted)
    azure.clock.pass(600_000)
    const seen = await azure.view.absence(ids.privateEndpoint, azure.clock.monotonicMs())
    assert.is(seen.is, 'present')
  }
})

test('an endpoint is known by a recent list, for all that are in it', async () => {
  const names = ['one', 'two', 'three']
  const azure = inProcess(() => page(...names.map(endpointNamed)))
  for (const name of names) {
    assert.is((await azure.view.listedNow(idOf('privateEndpoint', name))).is, 'present')
  }
  assert.is(azure.asked.length, 1)
  azure.clock.pass(15_001)
  await azure.view.listedNow(idOf('privateEndpoint', 'one'))
  assert.is(azure.asked.length, 2)
})

test('one that the list lacks, or that we have changed since, is asked for', async () => {
  const azure = inProcess(({ path }) => (path === own ? { body: bodies.privateEndpoint } : page()))
  assert.is((await azure.view.listedNow(ids.privateEndpoint)).is, 'present')
  assert.is(azure.asked.at(-1)?.path, own)

  const changed = inProcess(({ path }) =>
    path === own ? refused(404, 'ResourceNotFound') : page(bodies.privateEndpoint),
  )
  changed.view.wrote(ids.privateEndpoint, 'deleted', true)
  changed.clock.pass(1)
  assert.is((await changed.view.listedNow(ids.privateEndpoint)).is, 'absent')
})

test('many new endpoints wait until the list shows them; a few are asked for', async () => {
  const found = async (count: number): Promise<readonly string[]> => {
    const azure = inProcess(({ path }) =>
      isList(path, 'privateEndpoints') ? page() : { body: bodies.privateEndpoint },
    )
    const all = Array.from({ length: count }, (_, index) => idOf('privateEndpoint', `pe${index}`))
    const mine = [ids.privateEndpoint, ...all.slice(1)]
    for (const id of mine) azure.view.wrote(id, 'created', true)
    azure.clock.pass(1)
    const seen = await azure.view.find(ids.privateEndpoint, 5_000)
    return [seen.is, ...azure.asked.map(({ path }) => (path === own ? 'GET' : 'list'))]
  }
  assert.equal(await found(3), ['present', 'list', 'GET'])
  assert.equal(await found(4), ['unreadable', 'list'])
})

test('an address is checked by Azure', async () => {
  const azure = inProcess(() => ({
    body: { available: false, availableIPAddresses: ['10.0.1.5'] },
  }))
  const seen = await azure.view.ipAddressAvailable(ids.virtualNetwork, '10.0.1.4')
  assert.equal(seen, { is: 'present', value: { available: false, alternatives: ['10.0.1.5'] } })
  assert.is(azure.asked[0]?.query, 'ipAddress=10.0.1.4&api-version=2026-01-01')
})

test.run()
