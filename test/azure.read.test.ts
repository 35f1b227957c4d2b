/** Lists to their end, tokens to the right host, and what a read does when it is turned away. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BrokenRequest } from '../operator/azure/failure.ts'
import { formatId } from '../operator/azure/id.ts'
import type { JsonObject } from '../operator/azure/model.ts'
import { bodies, ids } from './azure/bodies-of-azure.ts'
import {
  errorIn,
  freshToken,
  handClock,
  idOf,
  inProcess,
  refused,
  resourceManager,
  subscriptionId,
} from './azure/in-process.ts'

const test = suite('reads')
const servers = { list: 'servers', subscriptionId } as const
const path = `/subscriptions/${subscriptionId}/providers/Microsoft.DBforPostgreSQL/flexibleServers`
const link = (query: string): string => `${resourceManager}${path}?api-version=2025-08-01&${query}`
const serverNamed = (name: string): JsonObject => ({
  ...bodies.server,
  id: formatId(idOf('server', name)),
  name,
})

/** `pages` pages with one server each. */
const book =
  (pages: number) =>
  ({ query }: { readonly query: string }) => {
    const at = Number(/skip=(\d+)/.exec(query)?.[1] ?? 0)
    const more = at + 1 < pages ? { nextLink: link(`skip=${at + 1}`) } : {}
    return { body: { value: [serverNamed(`s${at}`)], ...more } }
  }

test('a list is read to its last page', async () => {
  const azure = inProcess(book(40))
  const seen = await azure.view.list(servers, 0)
  assert.is(seen.is === 'present' && seen.value.items.length, 40)
  assert.is(azure.asked.length, 40)
})

const broken: readonly (readonly [string, string])[] = [
  ['to a foreign host', link('skip=1').replace('azure.test', 'azure.test.evil.example')],
  ['to a foreign port', link('skip=1').replace('azure.test', 'azure.test:8443')],
  ['to plain HTTP', link('skip=1').replace('https:', 'http:')],
  ['to another list', link('skip=1').replace('flexibleServers', 'servers')],
  ['with a user name', link('skip=1').replace('https://', 'https://user:pass@')],
  ['to nowhere', 'not a link'],
  ['to itself', link('skip=1')],
]
for (const [where, nextLink] of broken) {
  test(`a next page ${where} ends the list unread, and nothing goes there`, async () => {
    const azure = inProcess(() => ({ body: { value: [serverNamed('s')], nextLink } }))
    const seen = await azure.view.list(servers, 0)
    assert.is(errorIn(seen).code, 'Incomplete')
    assert.ok(azure.asked.every((one) => one.url.startsWith(`${resourceManager}${path}?`)))
    assert.ok(azure.asked.length <= 2)
  })
}

test('a next link in another case is followed on our own path', async () => {
  const azure = inProcess(({ query }) =>
    query.includes('skip')
      ? { body: { value: [] } }
      : {
          body: {
            value: [],
            nextLink: link('skip=1').replace('/subscriptions/', '/SUBSCRIPTIONS/'),
          },
        },
  )
  assert.is((await azure.view.list(servers, 0)).is, 'present')
  assert.equal(
    azure.asked.map((one) => one.path),
    [path, path],
  )
})

test('a list that does not end is given up', async () => {
  const azure = inProcess(book(Infinity))
  assert.is(errorIn(await azure.view.list(servers, 0)).code, 'Incomplete')
  assert.ok(azure.asked.length <= 1_000)
})

for (const [what, answer] of [
  ['fails', refused(500, 'InternalServerError', 'Sorry.')],
  ['is not there', refused(404, 'ResourceNotFound')],
  ['is HTML', { body: '<html>' }],
] as const) {
  test(`a list whose second page ${what} is incomplete, not shorter`, async () => {
    const azure = inProcess((asked) => (asked.query.includes('skip=1') ? answer : book(3)(asked)))
    assert.is(errorIn(await azure.view.list(servers, 0)).code, 'Incomplete')
  })
}

test('private DNS is asked for large pages', async () => {
  const azure = inProcess(() => ({ body: { value: [] } }))
  await azure.view.list({ list: 'recordSets', zoneId: ids.zone }, 0)
  assert.equal(azure.lines(), [`GET ${formatId(ids.zone)}/A?api-version=2024-06-01&$top=1000`])
})

test('every request names us and carries the token of its identity', async () => {
  const azure = inProcess(() => ({ body: bodies.server }))
  await azure.view.get(ids.server, 0)
  const { headers } = azure.asked[0]!
  assert.match(
    headers['user-agent'] ?? '',
    /^pgpe-operator\/0\.0\.0 azsdk-js-arm-postgresql-flexible/,
  )
  assert.is(headers['authorization'], 'Bearer token-1')
  assert.ok(headers['x-ms-client-request-id'])
})

test('an id that was tampered with after it was parsed does not leave', async () => {
  const azure = inProcess(() => ({ body: bodies.server }))
  const seen = await azure.view.get({ ...ids.connection, names: ['orders-db', '..'] }, 0)
  assert.is(errorIn(seen).code, 'UnsafeUrl')
  assert.is(azure.asked.length, 0)
})

test('a read whose connection broke goes once more at once, one that hung does not', async () => {
  const breaks = inProcess(() => {
    throw new BrokenRequest('Unreachable', 'fast', true, 'It broke.')
  })
  assert.is(errorIn(await breaks.view.get(ids.server, 0)).code, 'Unreachable')
  assert.is(breaks.asked.length, 2)
  const hangs = inProcess(() => {
    throw new BrokenRequest('DeadlineExceeded', 'fast', true, 'It hung.')
  })
  assert.is(errorIn(await hangs.view.get(ids.server, 0)).code, 'DeadlineExceeded')
  assert.is(hangs.asked.length, 1)
})

test('a 429 pauses the reads of its subscription and nothing else', async () => {
  const azure = inProcess(({ path: asked }) =>
    asked.includes(subscriptionId)
      ? { ...refused(429, 'SubscriptionRequestsThrottled'), headers: { 'retry-after': '17' } }
      : { body: { value: [] } },
  )
  const throttled = errorIn(await azure.view.get(ids.server, 0))
  assert.is(throttled.retry, 'throttle')
  assert.is(throttled.retryAfterMs, 17_000)
  const paced = errorIn(await azure.view.get(ids.zone, 0))
  assert.is(paced.code, 'Paced')
  assert.ok((paced.retryAfterMs ?? 0) >= 17_000)
  assert.is(azure.asked.length, 1)
  const other = { list: 'servers', subscriptionId: subscriptionId.replace('1', '2') } as const
  assert.is((await azure.view.list(other, 0)).is, 'present')
})

test('a 429 that is a lock pauses nothing', async () => {
  const azure = inProcess(() => refused(429, 'RetryableError'))
  assert.is(errorIn(await azure.view.get(ids.server, 0)).retry, 'fast')
  await azure.view.get(ids.server, 0)
  assert.is(azure.asked.length, 2)
})

test('what Azure says is left is heeded', async () => {
  let left = 100
  const azure = inProcess(() => ({
    headers: { 'x-ms-ratelimit-remaining-subscription-reads': String(left) },
    body: bodies.server,
  }))
  await azure.view.get(ids.server, 0)
  left = 10
  azure.clock.pass(1)
  assert.is((await azure.view.get(ids.server, 0)).is, 'present')
  azure.clock.pass(1)
  assert.is(errorIn(await azure.view.get(ids.server, 0)).code, 'Paced')
  azure.clock.pass(1_000)
  assert.is((await azure.view.get(ids.server, 0)).is, 'present')
})

test('a token that Azure refuses is fetched anew once, then the refusal stands', async () => {
  const clock = handClock()
  let fetched = 0
  const fetchToken = () => {
    fetched += 1
    return Promise.resolve(freshToken(clock, `token-${fetched}`))
  }
  const azure = inProcess(
    ({ headers }) =>
      headers['authorization'] === 'Bearer token-2'
        ? { body: bodies.server }
        : refused(401, 'ExpiredAuthenticationToken'),
    { clock, fetchToken },
  )
  clock.pass(1)
  assert.is(errorIn(await azure.view.get(ids.server, 0)).status, 401)
  assert.is(fetched, 1, 'a young token is not asked for again')
  assert.is(azure.asked.length, 1, 'and not sent again')
  clock.pass(60_000)
  assert.is((await azure.view.get(ids.server, 0)).is, 'present')
  assert.is(fetched, 2)
})

test('without a token nothing leaves and no pace is lost', async () => {
  const error = { code: 'CredentialsUnavailable', message: 'No.', retry: 'slow' } as const
  const azure = inProcess(() => ({}), {
    fetchToken: () => Promise.resolve({ is: 'failed', error }),
  })
  for (let index = 0; index < 300; index += 1) {
    assert.is(errorIn(await azure.view.get(ids.server, 0)).code, 'CredentialsUnavailable')
  }
  assert.is(azure.asked.length, 0)
})

test('the observer learns of every request, and nothing of bodies and tokens', async () => {
  const azure = inProcess(() => refused(403, 'AuthorizationFailed'))
  await azure.view.get(ids.server, 0)
  assert.equal(azure.observed, [
    {
      method: 'GET',
      type: 'Microsoft.DBforPostgreSQL/flexibleServers',
      subscriptionId,
      identity: 'operator',
      ms: 0,
      status: 403,
      code: 'AuthorizationFailed',
    },
  ])
})

const number = '0f0e0d0c-1111-4222-8333-444455556666'
const operations = `/subscriptions/${subscriptionId}/providers/Microsoft.Network/locations/westeurope/operations`
const operation = `${resourceManager}${operations}/${number}?api-version=2026-01-01&t=6&c=MII-x&s=a%2Bb`
const ended = (status: string, error?: JsonObject) =>
  inProcess(() => ({ body: { status, ...(error === undefined ? {} : { error }) } }))

test('why an operation ended is asked where Azure said, with its signature, and told in its words', async () => {
  const message = 'Call to Microsoft.DBforPostgreSQL/flexibleServers failed. Error message: busy.'
  const azure = ended('Failed', { code: 'ServerIsBusy', message })
  const seen = await azure.view.whyEnded(ids.privateEndpoint, operation)
  assert.equal(seen, { is: 'present', value: { code: 'ServerIsBusy', message, retry: 'fast' } })
  assert.equal(azure.lines(), [
    `GET ${operations}/${number}?api-version=2026-01-01&t=6&c=MII-x&s=a%2Bb`,
  ])
  const details = [{ code: 'PrivateIPAddressIsAllocated', message: 'Taken.' }]
  const nested = ended('Failed', { code: 'Outer', message: 'x', details })
  const inner = await nested.view.whyEnded(ids.privateEndpoint, operation)
  assert.is(inner.is === 'present' && inner.value.retry, 'user-fix')
  const canceled = await ended('Canceled').view.whyEnded(ids.privateEndpoint, operation)
  assert.is(canceled.is === 'present' && canceled.value.code, 'Canceled')
})

test('an operation that goes on, went well or is forgotten has no reason; one that is refused has none yet', async () => {
  for (const status of ['InProgress', 'Succeeded', 'Unheard']) {
    assert.is((await ended(status).view.whyEnded(ids.privateEndpoint, operation)).is, 'absent')
  }
  const forgotten = inProcess(() => refused(404, 'OperationNotFound'))
  assert.is((await forgotten.view.whyEnded(ids.privateEndpoint, operation)).is, 'absent')
  const denied = inProcess(() => refused(403, 'AuthorizationFailed'))
  assert.is((await denied.view.whyEnded(ids.privateEndpoint, operation)).is, 'unreadable')
})

for (const elsewhere of [
  operation.replace(resourceManager, 'https://evil.test'),
  operation.replace('https:', 'http:'),
  operation.replace('/operations/', '/operations/../../usages/'),
  operation.replace('Microsoft.Network', 'Microsoft.Compute'),
  operation.replace(number, 'x'),
  'not a URL',
]) {
  test(`no operation is asked for at ${elsewhere.slice(0, 150)}`, async () => {
    const azure = ended('Failed')
    assert.is((await azure.view.whyEnded(ids.privateEndpoint, elsewhere)).is, 'absent')
    assert.is(azure.asked.length, 0)
  })
}

test("an operation of another subscription is asked for in the endpoint's own", async () => {
  const azure = ended('Failed')
  const other = operation.replace(subscriptionId, '99999999-9999-4999-8999-999999999999')
  await azure.view.whyEnded(ids.privateEndpoint, other)
  assert.equal(
    azure.asked.map(({ path: asked }) => asked),
    [`${operations}/${number}`],
  )
})

test.run()
