/** What may leave, letter by letter. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { formatId, makeId, parseId, types, type IdKind } from '../operator/azure/id.ts'
import { routeOf } from '../operator/azure/routes.ts'
import { continuation, faultOf, isPlainPath } from '../operator/azure/url.ts'
import { ids, kinds } from './azure/bodies-of-azure.ts'
import { idOf, resourceManager as origin, subscriptionId } from './azure/in-process.ts'

const test = suite('urls')
const path = formatId(ids.privateEndpoint)
const address = { origin, path }

/** Strings that turned up in attacks on clients such as ours. */
const hostile = [
  '..',
  '.',
  '',
  ' ',
  '../..',
  '..%2f',
  '%2e%2e',
  '%252e',
  'a/b',
  'a\\b',
  'a?x=1',
  'a#f',
  'a;b',
  'a&b',
  '@evil.example',
  '//evil.example',
  'https://evil.example',
  '\u2024\u2024',
  'a\uff0fb',
  'a\0b',
  'a\rb',
  'a\nb',
  'a\tb',
  'a\x7fb',
  'a\u202eb',
  'a\ud800b',
  'x'.repeat(1_048_576),
  '__proto__/x',
  '{{7*7}}',
  '${x}',
  '$ref',
  'a.',
  '.a',
  'é',
]

test('no hostile name becomes an id, in any place of any kind', () => {
  for (const kind of Object.keys(types) as IdKind[]) {
    const depth = types[kind] === '' ? 0 : types[kind].split('/').length - 1
    const good = Array.from({ length: depth }, (_, index) => `name${index}`)
    for (const text of hostile) {
      assert.throws(() => makeId(kind, subscriptionId, text, ...good), /not a name/)
      assert.throws(() => makeId(kind, text, 'rg', ...good), /not a name/)
      for (const at of good.keys()) {
        assert.throws(
          () => makeId(kind, subscriptionId, 'rg', ...good.with(at, text)),
          /not a name/,
        )
      }
    }
  }
})

const foreign = [
  `${path}/`,
  `${path}//`,
  path.slice(1),
  path.replace('privateEndpoints/', 'privateEndpoints//'),
  path.replace('Microsoft.Network', 'Microsoft.Compute'),
  path.replace('privateEndpoints', 'virtualNetworks'),
  path.replace('/providers/', '/providers/x/providers/'),
  path.replace('/subscriptions/', '/subscriptions/../'),
  path.replace(subscriptionId, '１１１１１１１１-2222-3333-4444-555555555555'),
  `/providers/Microsoft.Management/managementGroups/x${path}`,
  `https://management.azure.com${path}`,
  `${path}/providers/Microsoft.Authorization/locks/x`,
  `${path}?x=1`,
]
test('ids of another shape are not ids', () => {
  for (const text of foreign) assert.is(parseId('privateEndpoint', text), undefined, text)
})

test('an id in another case is the same id, and goes out in its own spelling', () => {
  const shouted = parseId('privateEndpoint', path.toUpperCase())
  assert.ok(shouted)
  assert.ok(isPlainPath(formatId(shouted)))
  assert.is(
    faultOf(`${origin}${formatId(shouted)}?api-version=1`, { origin, path: formatId(shouted) }),
    undefined,
  )
})

test('every kind has a route whose URL passes', () => {
  for (const kind of kinds) {
    const route = routeOf(ids[kind])
    assert.is(
      faultOf(`${origin}${route.path}?${route.query}`, { origin, path: route.path }),
      undefined,
    )
  }
})

const faults: readonly (readonly [string, RegExp])[] = [
  [`http://management.azure.test${path}?v`, /not https/],
  [`https://management.azure.test.evil.example${path}?v`, /host/],
  [`https://management.azure.test:444${path}?v`, /host/],
  [`https://user:pass@management.azure.test${path}?v`, /user name/],
  [`${origin}${path}?v#f`, /fragment/],
  [`${origin}${path}/?v`, /path/],
  [`${origin}${path}/..?v`, /path/],
  [`${origin}${path.replace('/orders', '/x/../orders')}?v`, /not written as it was built/],
  [`${origin}/.${path}?v`, /not written as it was built/],
  [`${origin}${path}`, /not written as it was built/],
  [`${origin}${path}%2fx?v`, /path/],
  ['not a url', /not a URL/],
]
for (const [url, because] of faults) {
  test(`${url.replace(path, '<id>')} does not leave`, () => {
    assert.match(faultOf(url, address) ?? 'it leaves', because)
  })
}

test('a path with a dot segment does not leave even when the URL agrees with it', () => {
  for (const bad of ['/a/../b', '/a/./b', '/a//b', '/a/%2e%2e/b', '/a/b c', '/a/*', '/a/', 'a']) {
    assert.not.ok(isPlainPath(bad), bad)
  }
  const worse = formatId({ ...idOf('connection', 's', 'c'), names: ['s', '..'] })
  assert.ok(faultOf(`${origin}${worse}?v`, { origin, path: worse }))
})

test('the next page is only ever asked of the same list', () => {
  const list = { origin, path: '/subscriptions/s/providers/Microsoft.Network/privateEndpoints' }
  const next = `${origin}${list.path}?api-version=1&$skipToken=abc`
  assert.is(continuation(next, list), 'api-version=1&$skipToken=abc')
  assert.is(
    continuation(next.replace('subscriptions', 'SUBSCRIPTIONS'), list),
    'api-version=1&$skipToken=abc',
  )
  for (const link of [
    next.replace('.test', '.test.evil.example'),
    next.replace('https:', 'http:'),
    next.replace('https://', 'https://u@'),
    next.replace('privateEndpoints', 'networkInterfaces'),
    next.replace('/providers', '/x/../providers/..'),
    next.replace('.test', '.test:8443'),
    `${next}#f`,
    list.path,
    `${origin}${list.path}`,
    '',
  ]) {
    assert.is(continuation(link, list), undefined, link)
  }
})

test.run()
