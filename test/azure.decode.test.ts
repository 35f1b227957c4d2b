/** What we make of Azure's bodies, whole and broken. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { field } from '../operator/azure/decode/field.ts'
import { decode, decodePage } from '../operator/azure/decode/table.ts'
import { formatId } from '../operator/azure/id.ts'
import type { Json, JsonObject, Kind, Models } from '../operator/azure/model.ts'
import { bodies, ids, kinds } from './azure/bodies-of-azure.ts'
import { idOf } from './azure/in-process.ts'

const test = suite('decoders')

function valueOf<T>(decoded: { readonly is: string; readonly value?: T }): T {
  assert.is(decoded.is, 'decoded')
  return decoded.value as T
}

test('an endpoint is read in our terms', () => {
  const endpoint = valueOf(decode(ids.privateEndpoint, bodies.privateEndpoint))
  assert.is(endpoint.location, 'uksouth')
  assert.is(endpoint.tags.get('team'), 'orders')
  assert.is(endpoint.customNetworkInterfaceName, undefined)
  assert.equal(endpoint.connection, {
    name: 'orders',
    manual: false,
    serverId: formatId(ids.server),
    groupIds: ['postgresqlServer'],
    state: 'Approved',
    description: 'Auto-Approved',
    actionsRequired: 'None',
  })
  assert.is(endpoint.ipConfigurations[0]?.privateIPAddress, '10.0.1.4')
  assert.is(endpoint.raw, bodies.privateEndpoint)
})

test('a connection in the manual list is a manual one, named by its id where the name is missing', () => {
  const properties = bodies.privateEndpoint['properties'] as JsonObject
  const [automatic] = properties['privateLinkServiceConnections'] as readonly JsonObject[]
  const { name: _, ...nameless } = automatic ?? {}
  const manual = {
    ...properties,
    privateLinkServiceConnections: [],
    manualPrivateLinkServiceConnections: [nameless],
  }
  const endpoint = valueOf(
    decode(ids.privateEndpoint, { ...bodies.privateEndpoint, properties: manual }),
  )
  assert.is(endpoint.connection?.manual, true)
  assert.is(endpoint.connection?.name, 'orders')
})

test('an item of a list keeps nothing of its body but the etag, nor do its parts', () => {
  const listed = <K extends Kind>(kind: K): Models[K] =>
    valueOf(decodePage(kind, { value: [bodies[kind]] })).items[0]!
  assert.equal(listed('privateEndpoint').raw, { etag: 'W/"p1"' })
  assert.equal(listed('zone').raw, { etag: 'z1' })
  const server = listed('server')
  assert.equal(server.raw, {})
  const connections = server.connections?.map(({ raw }) => raw)
  assert.equal(connections, [{}])
  const network = listed('virtualNetwork')
  const subnets = network.subnets.map(({ raw }) => raw)
  assert.equal(subnets, [{}])
})

test('a server is read with its connections, and its lack of them is no empty list', () => {
  const server = valueOf(decode(ids.server, bodies.server))
  assert.is(server.connections?.length, 1)
  assert.is(server.highAvailability, 'NotEnabled')
  assert.is(server.createdAt, Date.parse('2026-04-16T21:25:05.481Z'))
  const { privateEndpointConnections: _, ...rest } = bodies.server['properties'] as JsonObject
  const without = valueOf(decode(ids.server, { ...bodies.server, properties: rest }))
  assert.is(without.connections, undefined)
})

test('a pending connection has no description, and a stranger may have no endpoint id', () => {
  const properties = {
    privateLinkServiceConnectionState: { status: 'Pending', actionsRequired: 'None' },
    privateEndpoint: {},
    groupIds: ['postgresqlServer'],
  }
  const connection = valueOf(decode(ids.connection, { ...bodies.connection, properties }))
  assert.is(connection.state, 'Pending')
  assert.is(connection.description, '')
  assert.not('privateEndpointId' in connection)
})

test('the body of another resource is undecodable', () => {
  const decoded = decode(idOf('privateEndpoint', 'other'), bodies.privateEndpoint)
  assert.equal(decoded, { is: 'undecodable', because: 'id is not the id that was asked for' })
})

test('ids are compared without case', () => {
  const shouted = { ...bodies.zone, id: formatId(ids.zone).toUpperCase() }
  assert.is(decode(ids.zone, shouted).is, 'decoded')
})

test('tags may have any name and never touch a prototype', () => {
  const tags = JSON.parse('{"__proto__": "x", "constructor": "y"}') as JsonObject
  const zone = valueOf(decode(ids.zone, { ...bodies.zone, tags }))
  assert.equal(
    [...zone.tags],
    [
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ],
  )
  assert.is(Object.getPrototypeOf({}), Object.prototype)
})

test("what every object inherits is nobody's answer", () => {
  for (const key of ['constructor', 'toString', '__proto__']) assert.is(field({}, key), undefined)
})

test('a page without its list is not an empty page', () => {
  for (const body of [
    {},
    { value: null },
    { value: {} },
    { value: 'x' },
    [],
    null,
    'x',
    undefined,
  ]) {
    assert.is(decodePage('server', body as Json).is, 'undecodable')
  }
  assert.equal(decodePage('server', { value: [] }), {
    is: 'decoded',
    value: { items: [], skipped: 0, nextLink: undefined },
  })
})

test('what no id of ours can name is left out of a page and counted', () => {
  const wildcard = {
    ...bodies.recordSet,
    id: formatId(ids.recordSet).replace('orders-db', '*'),
    name: '*',
  }
  const page = valueOf(decodePage('recordSet', { value: [wildcard, bodies.recordSet] }))
  assert.is(page.items.length, 1)
  assert.is(page.skipped, 1)
})

test('one item of wrong types spoils its page', () => {
  const wrong = { ...bodies.server, location: 7 }
  assert.is(decodePage('server', { value: [bodies.server, wrong] }).is, 'undecodable')
})

/** Every path to a value inside. */
function pathsOf(
  value: Json,
  path: readonly (string | number)[] = [],
): readonly (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  const inner = Array.isArray(value)
    ? value.map((item, index) => [index, item] as const)
    : Object.entries(value)
  return [path, ...inner.flatMap(([key, item]) => pathsOf(item as Json, [...path, key]))]
}

function replaced(value: Json, path: readonly (string | number)[], by: Json | undefined): Json {
  const [key, ...rest] = path
  if (key === undefined) return by ?? null
  if (Array.isArray(value)) {
    return value.flatMap((item: Json, index) =>
      index !== key
        ? [item]
        : rest.length === 0 && by === undefined
          ? []
          : [replaced(item, rest, by)],
    )
  }
  const entries = Object.entries(value as JsonObject).flatMap(([name, item]) =>
    name !== key
      ? [[name, item]]
      : rest.length === 0 && by === undefined
        ? []
        : [[name, replaced(item, rest, by)]],
  )
  return Object.fromEntries(entries) as JsonObject
}

const strange: readonly (Json | undefined)[] = [
  undefined,
  null,
  0,
  -1,
  1e308,
  true,
  '',
  '..',
  'x',
  [],
  {},
  [null],
  [[]],
  [{}],
  { id: 7 },
  { status: [] },
  JSON.parse('{"__proto__": {"id": "x"}}') as Json,
]

test('no mutation of a body makes a decoder throw, and wrong types are never decoded as nothing', () => {
  let tried = 0
  for (const kind of kinds) {
    for (const path of pathsOf(bodies[kind])) {
      for (const by of strange) {
        const mutated = replaced(bodies[kind], path, by)
        const decoded = decode(ids[kind as 'zone'], mutated)
        assert.ok(decoded.is === 'decoded' || decoded.because.length > 0)
        decodePage(kind, { value: [mutated] })
        tried += 1
      }
    }
  }
  assert.ok(tried > 3_000, `${tried} mutations`)
})

/** Fields that the plans decide by: a value of another type must be noticed. */
const decisive: readonly (readonly [Kind, readonly (string | number)[]])[] = [
  ['privateEndpoint', ['tags', 'pgpeOwner']],
  ['privateEndpoint', ['properties', 'resourceGuid']],
  ['privateEndpoint', ['properties', 'provisioningState']],
  ['privateEndpoint', ['properties', 'privateLinkServiceConnections']],
  ['privateEndpoint', ['properties', 'networkInterfaces']],
  ['server', ['properties', 'privateEndpointConnections']],
  ['server', ['properties', 'state']],
  ['server', ['properties', 'highAvailability']],
  ['server', ['properties', 'network']],
  ['connection', ['properties', 'privateEndpoint']],
  ['connection', ['properties', 'privateLinkServiceConnectionState', 'status']],
  ['connection', ['properties', 'groupIds']],
  ['recordSet', ['properties', 'aRecords']],
  ['recordSet', ['properties', 'metadata', 'creator']],
  ['zoneGroup', ['properties', 'privateDnsZoneConfigs']],
  ['virtualNetworkLink', ['properties', 'virtualNetwork', 'id']],
]
for (const [kind, path] of decisive) {
  test(`${kind}: a wrong type at ${path.join('.')} is undecodable`, () => {
    for (const by of [7, true]) {
      assert.is(decode(ids[kind as 'zone'], replaced(bodies[kind], path, by)).is, 'undecodable')
    }
  })
}

test.run()
