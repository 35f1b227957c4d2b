/**
 * Ids that are nearly right, and texts that try to be more than a name: refused by the API server in
 * every field, each with the message of the field. The rest of the operator never sees them.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { kinds, ids, manifest, path, merged, type KindName } from './manifests.ts'
import { causes, connect, install, makeNamespace, type ApiServer } from './api-server.ts'
import { at, idFields } from './rules.ts'
import type { JsonObject } from '../../operator/api/schema.ts'

const test = suite<{ server: ApiServer; namespace: string }>('ids and names at admission')

test.before(async (context) => {
  context.server = connect()
  await install(context.server, [kinds.endpoint.crd, kinds.decision.crd])
  context.namespace = await makeNamespace(context.server, 'crd-ids')
})
test.after(({ server }) => server?.close())

const lastSegment = /[^/]+$/
const guid = ids.subscription

/** Each makes a near miss of any right id. Undefined: this one has no such miss. */
const misses: { readonly [what: string]: (id: string) => string } = {
  'a trailing slash': (id) => `${id}/`,
  'a doubled slash at the start': (id) => `/${id}`,
  'a doubled slash inside': (id) => id.replace('/resourceGroups/', '/resourceGroups//'),
  'no leading slash': (id) => id.slice(1),
  'a host before it': (id) => `https://management.azure.com${id}`,
  'another host before it': (id) => `//evil.example${id}`,
  'a portal link': (id) => `https://portal.azure.com/#@tenant/resource${id}`,
  'a space after it': (id) => `${id} `,
  'a line break after it': (id) => `${id}\n`,
  'a line break before it': (id) => `\n${id}`,
  'two ids on two lines': (id) => `${id}\n${id}`,
  'a NUL after it': (id) => `${id}\u0000`,
  'a query': (id) => `${id}?api-version=2024-08-01`,
  'a fragment': (id) => `${id}#x`,
  'a matrix parameter': (id) => `${id};x=1`,
  'no subscription': (id) => id.replace(`/subscriptions/${guid}`, ''),
  'an empty subscription': (id) => id.replace(guid, ''),
  'a subscription that is no GUID': (id) => id.replace(guid, 'production'),
  'a GUID without hyphens': (id) => id.replace(guid, guid.replaceAll('-', '')),
  'a GUID with a wrong digit': (id) => id.replace(guid, guid.replace('0f', '0g')),
  'a GUID of full-width digits': (id) => id.replace('0f0a', '０f0a'),
  'a GUID in braces': (id) => id.replace(guid, `{${guid}}`),
  '.. as subscription': (id) => id.replace(guid, '..'),
  'a management group': (id) =>
    id.replace(`/subscriptions/${guid}`, '/providers/Microsoft.Management/managementGroups/x'),
  'no resource group': (id) => id.replace('/resourceGroups/data.prod_(1)', ''),
  'an empty resource group': (id) => id.replace('data.prod_(1)', ''),
  '. as resource group': (id) => id.replace('data.prod_(1)', '.'),
  '.. as resource group': (id) => id.replace('data.prod_(1)', '..'),
  'a resource group that ends with a period': (id) => id.replace('data.prod_(1)', 'data.'),
  'a resource group of 91 characters': (id) => id.replace('data.prod_(1)', 'x'.repeat(91)),
  'a resource group with a space': (id) => id.replace('data.prod_(1)', 'data prod'),
  'a long s for an s': (id) => id.replace('/subscriptions/', '/ſubscriptions/'),
  'a misspelt collection': (id) => id.replace('/resourceGroups/', '/resourceGroup/'),
  'the collection twice': (id) => id.replace('/resourceGroups/', '/resourceGroups/resourceGroups/'),
  'one segment too many': (id) => `${id}/more`,
  'a child': (id) => `${id}/locks/x`,
  'an extension resource': (id) => `${id}/providers/Microsoft.Authorization/locks/x`,
  'the last segment missing': (id) => id.replace(/\/[^/]+$/, ''),
  'an empty last segment': (id) => id.replace(lastSegment, ''),
  '. as last segment': (id) => id.replace(lastSegment, '.'),
  '.. as last segment': (id) => id.replace(lastSegment, '..'),
  'encoded dots as last segment': (id) => id.replace(lastSegment, '%2e%2e'),
  'doubly encoded dots': (id) => id.replace(lastSegment, '%252e%252e'),
  'an encoded slash': (id) => `${id}%2fx`,
  'a backslash': (id) => `${id}\\x`,
  'one-dot leaders': (id) => id.replace(lastSegment, '\u2024\u2024'),
  'a full-width solidus': (id) => `${id}／x`,
  'a bidirectional override': (id) => `${id}\u202e`,
  'an at sign': (id) => `${id}@evil.example`,
  'a climb in the middle': (id) => id.replace('/resourceGroups/', '/../resourceGroups/'),
  'two dots': () => '..',
  'a blank': () => ' ',
  'a slash': () => '/',
  'a name alone': () => 'orders',
}

/** Ids of other types, and of this type elsewhere: for each kind of field those that are not its own. */
const foreign: readonly string[] = [
  ...Object.values(ids).filter((id) => id !== ids.otherServer && id !== ids.otherSubnet),
  ids.server.replace('flexibleServers', 'servers'),
  ids.server.replace('DBforPostgreSQL', 'DBforMySQL'),
  ids.server.replace('Microsoft.DBforPostgreSQL/flexibleServers', 'Microsoft.Sql/servers'),
  ids.server.replace('Microsoft.DBforPostgreSQL', 'DBforPostgreSQL'),
  ids.subnet.replace('virtualNetworks', 'virtualnetworks2'),
  ids.subnet.replace('/hub/subnets', '/subnets'),
  ids.zone.replace('privateDnsZones', 'dnsZones'),
  ids.zone.replace('privatelink.postgres.database.azure.com', 'single-label'),
  ids.zone.replace('privatelink.', 'privatelink..'),
  ids.virtualNetwork.replace('Microsoft.Network', 'Microsoft.ClassicNetwork'),
  `${ids.privateEndpoint}/privateDnsZoneGroups/default`,
]

const kindNames = ['endpoint', 'decision'] as const

/** One object with a wrong value in every id field of its kind: one request shows them all. */
async function refuses(
  { server, namespace }: { server: ApiServer; namespace: string },
  kind: KindName,
  wrong: (good: string) => string | undefined,
): Promise<void> {
  const fields = idFields.flatMap((field) => {
    const value = field.kind === kind ? wrong(field.good) : undefined
    return value === undefined || value === field.good ? [] : [{ ...field, value }]
  })
  const patch = fields.reduce<JsonObject>(
    (all, { place, value }) => merged(all, at(place, value)),
    {},
  )
  const answer = await server.send(
    'POST',
    `${path(kind, namespace)}?dryRun=All`,
    manifest(kind, namespace, patch),
  )
  const found = causes(answer)
  for (const { place, says, value } of fields) {
    const field = place.replaceAll('[]', '[0]')
    const named = found.some((cause) => cause.field === field && cause.message.includes(says))
    assert.ok(named, `${field} must refuse ${JSON.stringify(value)}: ${JSON.stringify(found)}`)
  }
}

for (const [what, miss] of Object.entries(misses)) {
  test(`refuses ids with ${what}`, async (context) => {
    for (const kind of kindNames) await refuses(context, kind, miss)
  })
}

test('refuses ids of other types', async (context) => {
  for (const id of foreign) {
    for (const kind of kindNames) {
      await refuses(context, kind, (good) => (good === id ? undefined : id))
    }
  }
})

test('accepts each right id, as Azure or a shouting user writes it', async ({
  server,
  namespace,
}) => {
  for (const { kind, place, good } of idFields) {
    for (const id of [good, good.toUpperCase(), good.toLowerCase()]) {
      const object = manifest(kind, namespace, at(place, id))
      assert.equal(
        causes(await server.send('POST', `${path(kind, namespace)}?dryRun=All`, object)),
        [],
      )
    }
  }
})

const names: readonly { readonly kind: KindName; readonly place: string }[] = [
  ...[
    'resourceGroup',
    'endpointName',
    'connectionName',
    'networkInterfaceName',
    'location',
    'privateIPAddress',
    'dns.zoneGroupName',
    'dns.configName',
    'dns.resourceGroup',
    'connectionInfo.configMapName',
    'approval',
    'dns.mode',
    'deletionPolicy',
  ].map((field) => ({ kind: 'endpoint' as const, place: `spec.${field}` })),
  ...['connections.names[]', 'connections.subscriptionIds[]', 'action', 'decideUntil'].map(
    (field) => ({ kind: 'decision' as const, place: `spec.${field}` }),
  ),
]

/** After the injection corpus; `__proto__` and its like are lawful names, and stay names. */
const injections = [
  '..', '.', '', ' ', '../..', '..%2f', '%2e%2e', '%252e', 'a/b', 'a\\b', 'a?x=1', 'a#f', 'a;b', 'a&b',
  '@evil.example', '//evil.example', 'https://evil.example', '\u2024\u2024', 'a\uff0fb', 'a\u0000', 'a\rb',
  'a\nb', 'a\tb', 'a\u007f', 'a\u202eb', 'a\ud800', '$ref', '{{7*7}}', '${x}', "'; --", 'x'.repeat(2 ** 20),
] // prettier-ignore

test('refuses texts that are no names, in every field that takes a name', async (context) => {
  const { server, namespace } = context
  for (const { kind, place } of names) {
    for (const text of injections) {
      const object = manifest(kind, namespace, at(place, text))
      const answer = await server.send('POST', `${path(kind, namespace)}?dryRun=All`, object)
      const field = place.replaceAll('[]', '[0]')
      const named = causes(answer).some((cause) => cause.field === field)
      assert.ok(named, `${field} must refuse ${JSON.stringify(text.slice(0, 60))}`)
    }
  }
})

test.run()
