import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { connect } from 'node:tls'
import { startAzure } from './kit.ts'
import type { Azure } from './kit.ts'
import { raw, secretForm, signIn } from './raw.ts'

const test = suite('the front door')
let azure: Azure
let authorization: string
test.before(async () => {
  azure = await startAzure()
  const { simulator } = azure
  const { tenantId } = simulator.identity('owner')
  const { body } = await signIn(simulator, tenantId, secretForm(simulator, 'owner'))
  authorization = `Bearer ${body['access_token']}`
})
test.after(() => azure.stop())

const ask = async (
  path: string,
  method = 'GET',
  more: Readonly<Record<string, string>> = {},
  body?: string,
) => {
  const headers = { authorization, ...more }
  const reply = await raw(azure.simulator, {
    path,
    method,
    headers,
    ...(body === undefined ? {} : { body }),
  })
  return { ...reply, code: reply.text === '' ? undefined : JSON.parse(reply.text).error?.code }
}
const version = 'api-version=2024-06-01'

test('every answer has ids, a date and what is left of its bucket', async () => {
  const correlation = '11111111-2222-3333-4444-555555555555'
  const { headers } = await ask(`${azure.production}/resourceGroups?${version}`, 'GET', {
    'x-ms-correlation-request-id': correlation,
  })
  assert.match(String(headers['x-ms-request-id']), /^[0-9a-f-]{36}$/)
  assert.is(headers['x-ms-correlation-request-id'], correlation)
  assert.match(String(headers['x-ms-ratelimit-remaining-subscription-reads']), /^\d+$/)
  assert.match(String(headers['x-ms-ratelimit-remaining-subscription-global-reads']), /^\d+$/)
  assert.ok(!Number.isNaN(Date.parse(String(headers['date']))))
  assert.is(headers['content-type'], 'application/json; charset=utf-8')
})

for (const [what, tail] of [
  ['a parent segment', '/resourceGroups/../x'],
  ['an encoded parent segment', '/resourceGroups/%2e%2e/x'],
  ['an empty segment', '/resourceGroups//x'],
  ['a trailing slash', '/resourceGroups/'],
  ['an encoded slash', '/resourceGroups/a%2Fb'],
  ['a broken escape', '/resourceGroups/a%zz'],
] as const) {
  test(`a path with ${what} is refused`, async () => {
    const { status, code } = await ask(`${azure.production}${tail}?${version}`)
    assert.is(status, 400)
    assert.is(code, 'InvalidRequestUri')
  })
}

test('the empty parent path of the Azure CLI is taken, and no other empty segment', async () => {
  const type = 'Microsoft.DBforPostgreSQL'
  const at = `${azure.production}/resourceGroups/none/providers/${type}`
  assert.is((await ask(`${at}//flexibleServers/x?${version}`)).code, 'ResourceGroupNotFound')
  assert.is((await ask(`${at}///flexibleServers/x?${version}`)).code, 'InvalidRequestUri')
  assert.is((await ask(`${at}/flexibleServers//x?${version}`)).code, 'InvalidRequestUri')
})

test('segments compare without case', async () => {
  const path = `${azure.production.toUpperCase()}/RESOURCEGROUPS?${version}`
  assert.is((await ask(path)).status, 200)
})

const unknown: readonly (readonly [string, number, string, () => string])[] = [
  ['no version', 400, 'MissingApiVersionParameter', () => `${azure.production}/resourceGroups`],
  [
    'a version that is no date',
    400,
    'InvalidApiVersionParameter',
    () => `${azure.production}/resourceGroups?api-version=latest`,
  ],
  ['no subscription', 404, 'MissingSubscription', () => `/elsewhere?${version}`],
  [
    'a malformed subscription',
    400,
    'InvalidSubscriptionId',
    () => `/subscriptions/mine/resourceGroups?${version}`,
  ],
  [
    'an unknown subscription',
    404,
    'SubscriptionNotFound',
    () => `/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups?${version}`,
  ],
  [
    'an unknown namespace',
    404,
    'InvalidResourceNamespace',
    () => `${azure.production}/providers/Microsoft.Compute/disks?${version}`,
  ],
  [
    'an unknown type',
    404,
    'InvalidResourceType',
    () => `${azure.production}/providers/Microsoft.Network/loadBalancers?${version}`,
  ],
]
for (const [what, status, code, path] of unknown) {
  test(`${what}: ${code}`, async () => {
    const reply = await ask(path())
    assert.is(reply.status, status)
    assert.is(reply.code, code)
    assert.is(reply.headers['x-ms-failure-cause'], 'gateway')
  })
}

test('a method that a path does not have is refused', async () => {
  const { status, code } = await ask(`${azure.production}/resourceGroups?${version}`, 'DELETE')
  assert.is(status, 405)
  assert.is(code, 'MethodNotAllowed')
})

test('ARM reads JSON only', async () => {
  const path = `${azure.production}/resourceGroups/json?${version}`
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  assert.is((await ask(path, 'PUT', form, 'location=westeurope')).code, 'UnsupportedMediaType')
  const json = { 'content-type': 'application/json' }
  assert.is((await ask(path, 'PUT', json, '{"location":')).code, 'InvalidRequestContent')
})

test('an action that no role allows is refused before anything is looked up', async () => {
  const reader = await azure.as('reader')
  const refused = await reader.put(`${azure.production}/resourceGroups/x`, {
    location: 'westeurope',
  })
  assert.is(refused.status, 403)
  assert.is(refused.code, 'AuthorizationFailed')
  const { clientId, objectId } = azure.simulator.identity('reader')
  const { message } = refused.body.error
  assert.ok(
    message.startsWith(
      `The client '${clientId}' with object id '${objectId}' does not have authorization to perform action 'Microsoft.Resources/subscriptions/resourceGroups/write' over scope '${azure.production}/resourceGroups/x'`,
    ),
  )
})

test('a namespace that is not registered takes no writes until it is', async () => {
  const own = await startAzure()
  try {
    const { owner, production } = own
    await owner.put(`${production}/resourceGroups/rg`, { location: 'westeurope' })
    const network = `${production}/resourceGroups/rg/providers/Microsoft.Network/privateDnsZones/a.example`
    const provider = `${production}/providers/Microsoft.Network`
    await owner.post(`${provider}/unregister`)
    const refused = await owner.put(network, { location: 'global' })
    assert.is(refused.status, 409)
    assert.is(refused.code, 'MissingSubscriptionRegistration')
    await owner.post(`${provider}/register`)
    assert.is((await owner.put(network, { location: 'global' })).status, 202)
  } finally {
    await own.stop()
  }
})

test('requests are counted by method, type, operation and status until the log is cleared', async () => {
  const own = await startAzure()
  const { simulator, owner, production } = own
  try {
    await raw(simulator, { path: '/_simulator/requests', method: 'DELETE' })
    await owner.put(`${production}/resourceGroups/rg`, { location: 'westeurope' })
    await owner.get(`${production}/resourceGroups/rg`)
    await owner.get(`${production}/resourceGroups/RG`)
    await owner.get(`${production}/resourceGroups/none`)
    await owner.get(`${production}/resourceGroups`)
    await signIn(simulator, simulator.identity('owner').tenantId, secretForm(simulator, 'owner'))
    const { text } = await raw(simulator, { path: '/_simulator/requests' })
    const type = 'Microsoft.Resources/resourceGroups'
    assert.equal(JSON.parse(text), {
      requests: [
        { method: 'PUT', type, operation: 'put', status: 201, count: 1 },
        { method: 'GET', type, operation: 'get', status: 200, count: 2 },
        { method: 'GET', type, operation: 'get', status: 404, count: 1 },
        { method: 'GET', type, operation: 'list', status: 200, count: 1 },
        { method: 'POST', type: 'token', operation: 'post', status: 200, count: 1 },
      ],
    })
    assert.equal(simulator.requests(), JSON.parse(text).requests)
    simulator.clearRequests()
    assert.equal(simulator.requests(), [])
  } finally {
    await own.stop()
  }
})

test('time that is skipped has passed', async () => {
  const own = await startAzure()
  try {
    const { simulator, owner, production } = own
    const zone = `${production}/resourceGroups/rg/providers/Microsoft.Network/privateDnsZones/a.example`
    await owner.put(`${production}/resourceGroups/rg`, { location: 'westeurope' })
    await owner.put(zone, { location: 'global' })
    assert.is((await owner.get(zone)).body.properties.provisioningState, 'Creating')
    const skipped = await raw(simulator, {
      path: '/_simulator/clock',
      method: 'POST',
      body: '{"advanceSeconds": 100}',
    })
    assert.is(skipped.status, 200)
    assert.is((await owner.get(zone)).body.properties.provisioningState, 'Succeeded')
    const wrong = await raw(simulator, {
      path: '/_simulator/clock',
      method: 'POST',
      body: '{"advanceSeconds": -1}',
    })
    assert.is(wrong.status, 400)
  } finally {
    await own.stop()
  }
})

test('operations are told with their times, those that run without an end', async () => {
  const own = await startAzure()
  try {
    const { simulator, owner, production } = own
    const group = `${production}/resourceGroups/rg`
    await owner.put(group, { location: 'westeurope' })
    await owner.put(`${group}/providers/Microsoft.Network/privateDnsZones/a.example`, {
      location: 'global',
    })
    const told = async () =>
      JSON.parse((await raw(simulator, { path: '/_simulator/operations' })).text).operations
    const [running] = await told()
    assert.is(running.status, 'InProgress')
    assert.is(running.endedAt, undefined)
    simulator.advance(100)
    const [ended] = await told()
    assert.is(ended.name, running.name)
    assert.is(ended.status, 'Succeeded')
    const seconds = (Date.parse(ended.endedAt) - Date.parse(ended.startedAt)) / 1000
    assert.ok(seconds >= 15 && seconds <= 80, `${seconds} s`)
  } finally {
    await own.stop()
  }
})

test('throttling can be turned on once the world is made, with full buckets', async () => {
  const own = await startAzure({ throttle: 'arm' })
  try {
    const { simulator, owner, production } = own
    const left = async () =>
      Number((await owner.get(production)).headers['x-ms-ratelimit-remaining-subscription-reads'])
    const turn = (mode: string) =>
      raw(simulator, { path: '/_simulator/throttle', method: 'POST', body: `{"mode":"${mode}"}` })
    for (let at = 0; at < 60; at++) await left()
    assert.ok((await left()) < 250)
    assert.is((await turn('off')).status, 204)
    assert.equal([await left(), await left()], [250, 250])
    assert.is((await turn('arm')).status, 204)
    assert.is(await left(), 249)
    assert.is((await turn('much')).status, 400)
  } finally {
    await own.stop()
  }
})

test('it answers on both loopback addresses with a certificate that its authority signed', async () => {
  const { port, ca } = azure.simulator
  for (const host of ['127.0.0.1', '::1', 'localhost']) {
    const protocol = await new Promise((resolve, reject) => {
      const socket = connect(
        { host, port, ca, servername: host === 'localhost' ? host : '' },
        () => {
          resolve(socket.authorized)
          socket.destroy()
        },
      )
      socket.on('error', reject)
    }).catch((error: NodeJS.ErrnoException) => {
      // A machine without IPv6.
      if (
        host === '::1' &&
        error.code !== undefined &&
        ['ECONNREFUSED', 'EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(error.code)
      )
        return true
      throw error
    })
    assert.is(protocol, true)
  }
})

test('a port that is taken is refused with its code', async () => {
  const { port } = azure.simulator
  const refused = await startAzure({ port }).then(
    async (second) => {
      await second.stop()
      return undefined
    },
    (error: unknown) => error,
  )
  assert.is((refused as NodeJS.ErrnoException | undefined)?.code, 'EADDRINUSE')
})

test.run()
