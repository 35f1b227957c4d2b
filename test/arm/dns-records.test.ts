import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { endpointBody, makeWorld, pathsIn, startAzure } from './kit.ts'
import type { Azure, Loose } from './kit.ts'

const test = suite('private DNS records')
let azure: Azure
test.before(async () => {
  azure = await startAzure()
})
test.after(() => azure.stop())

const zoneName = 'privatelink.postgres.database.azure.com'
const aRecord = (address: string, ttl = 300) => ({
  properties: { ttl, aRecords: [{ ipv4Address: address }] },
})

/** A group of its own, with a finished zone. */
async function withZone(group: string) {
  const paths = pathsIn(azure.production, group)
  await azure.owner.put(paths.group, { location: 'westeurope' })
  await azure.owner.done('PUT', paths.zone, { location: 'global' })
  return paths
}

test('records of every type are written and read as given', async () => {
  const { owner } = azure
  const paths = await withZone('types')
  const records: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    A: { aRecords: [{ ipv4Address: '10.0.0.4' }] },
    AAAA: { aaaaRecords: [{ ipv6Address: 'fd00::4' }] },
    CNAME: { cnameRecord: { cname: 'orders.example' } },
    MX: { mxRecords: [{ preference: 10, exchange: 'mail.example' }] },
    PTR: { ptrRecords: [{ ptrdname: 'orders.example' }] },
    SRV: { srvRecords: [{ priority: 0, weight: 10, port: 5432, target: 'orders.example' }] },
    TXT: { txtRecords: [{ value: ['one', 'two'] }] },
  }
  for (const [type, properties] of Object.entries(records)) {
    const path = `${paths.zone}/${type}/of-${type.toLowerCase()}`
    const made = await owner.put(path, {
      properties: { ttl: 60, metadata: { by: 'us' }, ...properties },
    })
    assert.is(made.status, 201)
    const read = await owner.get(path)
    assert.is(read.body.type, `Microsoft.Network/privateDnsZones/${type}`)
    assert.equal(read.body.properties, {
      ttl: 60,
      metadata: { by: 'us' },
      fqdn: `of-${type.toLowerCase()}.${zoneName}.`,
      isAutoRegistered: false,
      ...properties,
    })
  }
  const all = await owner.get(`${paths.zone}/ALL`)
  assert.is(all.body.value.length, 8)
  assert.is((await owner.get(paths.zone)).body.properties.numberOfRecordSets, 8)
  const wrong = await owner.put(`${paths.zone}/A/x`, { properties: { ttl: 60, ...records['TXT'] } })
  assert.is(wrong.code, 'BadRequest')
})

test('a canonical name is alone with its name', async () => {
  const { owner } = azure
  const paths = await withZone('canonical')
  const canonical = { properties: { ttl: 60, cnameRecord: { cname: 'orders.example' } } }
  await owner.put(paths.record('taken'), aRecord('10.0.0.4'))
  await owner.put(`${paths.zone}/CNAME/alias`, canonical)
  assert.is((await owner.put(`${paths.zone}/CNAME/taken`, canonical)).code, 'BadRequest')
  assert.is((await owner.put(paths.record('alias'), aRecord('10.0.0.4'))).code, 'BadRequest')
  assert.is((await owner.put(`${paths.zone}/CNAME/alias`, canonical)).status, 200)
})

test('a zone is born with its SOA, which can be changed but not removed', async () => {
  const { owner } = azure
  const paths = await withZone('authority')
  const path = `${paths.zone}/SOA/@`
  const { body } = await owner.get(path)
  assert.is(body.properties.fqdn, `${zoneName}.`)
  assert.is((await owner.remove(path)).code, 'BadRequest')
  const changed = await owner.put(path, { properties: { ...body.properties, ttl: 60 } })
  assert.is(changed.status, 200)
  assert.is((await owner.get(path)).body.properties.ttl, 60)
})

test('conditions on etags decide about a write: 412 otherwise', async () => {
  const { owner } = azure
  const paths = await withZone('etags')
  const path = paths.record('orders')
  const body = aRecord('10.0.0.4')
  assert.is((await owner.send('PUT', path, body, { 'if-match': '*' })).status, 412)
  const made = await owner.send('PUT', path, body, { 'if-none-match': '*' })
  assert.is(made.status, 201)
  assert.is(
    (await owner.send('PUT', path, body, { 'if-none-match': '*' })).code,
    'PreconditionFailed',
  )
  const updated = await owner.send('PUT', path, body, { 'if-match': made.body.etag })
  assert.is(updated.status, 200)
  assert.is.not(updated.body.etag, made.body.etag)
  const stale = { 'if-match': made.body.etag }
  assert.is((await owner.send('PUT', path, body, stale)).status, 412)
  assert.is((await owner.send('PATCH', path, body, stale)).status, 412)
  assert.is((await owner.send('DELETE', path, undefined, stale)).status, 412)
  assert.is(
    (await owner.send('DELETE', path, undefined, { 'if-match': updated.body.etag })).status,
    200,
  )
  assert.is((await owner.remove(path)).status, 204)
  assert.is((await owner.get(path)).code, 'NotFound')
  const zone = await owner.send('PUT', paths.zone, { location: 'global' }, { 'if-none-match': '*' })
  assert.is(zone.status, 412)
})

test('lists of records come in pages of 100 or $top, and by suffix', async () => {
  const { owner } = azure
  const paths = await withZone('pages')
  for (let index = 0; index < 101; index++) {
    await owner.put(paths.record(`server-${index}`), aRecord('10.0.0.4'))
  }
  const first = await owner.get(`${paths.zone}/A`)
  assert.is(first.body.value.length, 100)
  const second = await owner.get(first.body.nextLink)
  assert.equal(
    second.body.value.map(({ name }: Loose) => name),
    ['server-100'],
  )
  assert.is(second.body.nextLink, undefined)
  assert.is((await owner.get(`${paths.zone}/A?$top=1000`)).body.value.length, 101)
  const few = await owner.get(`${paths.zone}/ALL?$top=2&$recordsetnamesuffix=-7`)
  assert.equal(
    few.body.value.map(({ name }: Loose) => name),
    ['server-7'],
  )
})

test('the record of an endpoint carries its creator, and goes with whoever goes', async () => {
  const { owner } = azure
  const paths = await makeWorld(azure, 'records')
  await owner.done('PUT', paths.zone, { location: 'global' })
  const group = {
    properties: {
      privateDnsZoneConfigs: [{ name: 'config', properties: { privateDnsZoneId: paths.zone } }],
    },
  }
  const bodyOf = () => endpointBody(paths.subnet, paths.server('orders'))
  for (const name of ['first', 'second']) {
    assert.is((await owner.done('PUT', paths.endpoint(name), bodyOf())).body.status, 'Succeeded')
    assert.is((await owner.done('PUT', paths.zoneGroup(name), group)).body.status, 'Succeeded')
  }
  const record = await owner.get(paths.record('orders'))
  const guid = (await owner.get(paths.endpoint('second'))).body.properties.resourceGuid
  assert.equal(record.body.properties, {
    metadata: { creator: `created by private endpoint second with resource guid ${guid}` },
    fqdn: `orders.${zoneName}.`,
    ttl: 10,
    aRecords: [{ ipv4Address: '10.1.0.5' }],
    isAutoRegistered: false,
  })
  await owner.done('DELETE', paths.zoneGroup('first'))
  assert.is((await owner.get(paths.record('orders'))).status, 404)
})

test.run()
