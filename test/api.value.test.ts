/** Values completed by defaults as the API server does, and cut to a schema's limits. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { spec, status } from '../operator/api/private-endpoint.ts'
import { integer, keyed, list, object, optional, text, texts } from '../operator/api/schema.ts'
import { complete, fit } from '../operator/api/value.ts'

const test = suite('values')
const least = { serverId: 's', subnetId: 'n', resourceGroup: 'g' }

test('a spec is completed with every default, also below a defaulted object', () => {
  const read = complete(spec, least)
  assert.is(read.approval, 'Automatic')
  assert.is(read.deletionPolicy, 'Delete')
  assert.equal(read.dns, {
    mode: 'Managed',
    createZone: true,
    zoneGroupName: 'default',
    configName: 'privatelink-postgres-database-azure-com',
    linkOwnVirtualNetwork: true,
    deleteUnusedLinks: false,
  })
})

test('what was written stays, and absent optional fields stay absent', () => {
  const read = complete(spec, { ...least, approval: 'Manual', dns: { mode: 'None' } })
  assert.is(read.approval, 'Manual')
  assert.is(read.dns.mode, 'None')
  assert.is(read.dns.createZone, true)
  assert.not('endpointName' in read)
  assert.not('zoneId' in read.dns)
})

const limited = object('x', {
  word: text('x', { maxLength: 4 }),
  words: optional(list('x', text('x', { maxLength: 4 }), { maxItems: 2 })),
  tags: optional(texts('x', { maxProperties: 9, maxLength: 3 })),
  rows: optional(
    keyed('x', object('x', { type: text('x', { maxLength: 4 }) }), 'type', { maxItems: 1 }),
  ),
  count: optional(integer('x')),
})

test('a value within its limits comes back equal', () => {
  const value = {
    word: 'four',
    words: ['a', 'b'],
    tags: { k: 'abc' },
    rows: [{ type: 'x' }],
    count: 7,
  }
  assert.equal(fit(limited, value), value)
})

test('texts are cut with a mark, lists at their end, wherever they stand', () => {
  const value = {
    word: 'longer',
    words: ['a', 'longer', 'third'],
    tags: { k: 'longer' },
    rows: [{ type: 'longer' }, { type: 'b' }],
  }
  assert.equal(fit(limited, value), {
    word: 'lon…',
    words: ['a', 'lon…'],
    tags: { k: 'lo…' },
    rows: [{ type: 'lon…' }],
  })
})

test('characters are counted as the API server counts them, and none is cut in half', () => {
  assert.is(fit(limited, { word: '🌍🌍🌍🌍' }).word, '🌍🌍🌍🌍')
  assert.is(fit(limited, { word: '🌍🌍🌍🌍🌍' }).word, '🌍🌍🌍…')
})

test('fields that the schema does not know, and keys with a meaning to JavaScript, pass through', () => {
  const value = JSON.parse('{"word":"x","__proto__":"y","tags":{"__proto__":"longer"}}')
  const cut = fit(limited, value)
  assert.is(JSON.stringify(cut), '{"word":"x","__proto__":"y","tags":{"__proto__":"lo…"}}')
})

test('a status as long as a stranger can make it fits', () => {
  const description = 'x'.repeat(100_000)
  const cut = fit(status, { connection: { state: 'Pending', description } })
  assert.is(cut.connection?.description?.length, 1024)
})

test.run()
