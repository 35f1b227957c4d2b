/** Mistakes that the API server sees by itself, and examples in which it sees none. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parseAllDocuments } from 'yaml'
import type { JsonObject } from '../../operator/api/schema.ts'
import { causes } from './api-server.ts'
import { ids, kinds, manifest, path, type KindName } from './manifests.ts'
import { at } from './rules.ts'
import { kindNames, prepare, type Context } from './stored.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

const test = suite<Context>('manifests at admission')

test.before((context) => prepare(context, 'crd-mistakes'))
test.after(({ server }) => server?.close())

for (const kind of kindNames) {
  test(`${kind}: refuses unknown fields under strict validation, wherever they are`, async (context) => {
    const { server, namespace } = context
    for (const place of ['spec.serverID', 'spec.identityRef.namespace', 'extra']) {
      const object = manifest(kind, namespace, {
        ...at(place, 'x'),
        ...(place.startsWith('spec') && {
          spec: {
            ...kinds[kind].spec,
            identityRef: {
              kind: 'Secret',
              name: 'x',
              ...(place.includes('identity') && { namespace: 'x' }),
            },
            ...(place === 'spec.serverID' && { serverID: 'x' }),
          },
        }),
      })
      const { status, body } = await server.send(
        'POST',
        `${path(kind, namespace)}?dryRun=All&fieldValidation=Strict`,
        object,
      )
      assert.is(status, 400)
      assert.match(body.message, `unknown field "${place}"`)
    }
  })

  test(`${kind}: refuses any value beside an enumeration's own`, async (context) => {
    const { server, namespace } = context
    const properties = (kinds[kind].definition.spec.json['properties'] ?? {}) as JsonObject
    const flat = Object.entries(properties).flatMap(([name, field]: [string, any]) => [
      { place: `spec.${name}`, json: field },
      ...Object.entries(field.properties ?? {}).map(([below, json]) => ({
        place: `spec.${name}.${below}`,
        json,
      })),
    ])
    const enumerations = flat.filter(({ json }: any) => json.enum !== undefined)
    assert.ok(enumerations.length >= 2)
    for (const { place, json } of enumerations as any[]) {
      for (const value of [`${json.enum[0]}x`, json.enum[0].toLowerCase(), '']) {
        const object = manifest(kind, namespace, at(place, value))
        const found = causes(
          await server.send('POST', `${path(kind, namespace)}?dryRun=All`, object),
        )
        assert.ok(
          found.some(
            ({ field, message }) => field === place && message.includes('supported values'),
          ),
          place,
        )
      }
    }
  })
}

test('the examples of the chart are accepted as they stand', async ({ server, namespace }) => {
  const paths = globSync('charts/*/examples/*.yaml', { cwd: root })
  assert.ok(paths.length > 0)
  for (const file of paths) {
    for (const document of parseAllDocuments(readFileSync(join(root, file), 'utf8'))) {
      const object = document.toJS()
      const kind = kindNames.find((name) => kinds[name].kind === object?.kind)
      if (kind === undefined) continue
      object.metadata.namespace = namespace
      const where = `${path(kind, namespace)}?dryRun=All&fieldValidation=Strict`
      assert.equal(causes(await server.send('POST', where, object)), [], file)
    }
  }
})

/** What the API server itself must refuse of a user's mistakes; the rest becomes a condition. */
const mistakes: { readonly [what: string]: readonly [KindName, string, any, string] } = {
  'a server of another type': ['endpoint', 'spec.serverId', ids.server.replace('flexibleServers', 'servers'), 'PostgreSQL flexible server'],
  'a server id without its group': ['endpoint', 'spec.serverId', ids.server.replace('/resourceGroups/data.prod_(1)', ''), '/resourceGroups/<group>/'],
  'a server named ..': ['endpoint', 'spec.serverId', ids.server.replace(/orders$/, '..'), "'.' or '..'"],
  'an encoded server name': ['endpoint', 'spec.serverId', ids.server.replace(/orders$/, '%6frders'), '%-encoding'],
  'a request of 200 characters': ['endpoint', 'spec.requestMessage', 'x'.repeat(200), '140'],
  'a description of 200 characters': ['decision', 'spec.description', 'x'.repeat(200), '140'],
  'no server': ['endpoint', 'spec.serverId', null, 'Required value'],
  'an empty list of names': ['decision', 'spec.connections.names', [], 'at least 1'],
  'the same name twice': ['decision', 'spec.connections.names', [ids.connection, ids.connection], 'Duplicate'],
  'more tags than Azure takes': ['endpoint', 'spec.tags', Object.fromEntries(Array.from({ length: 49 }, (_, i) => [`k${i}`, ''])), 'must have at most 48'],
  'a tag value of 257 characters': ['endpoint', 'spec.tags', { team: 'x'.repeat(257) }, '256'],
  'a date without a time': ['decision', 'spec.decideUntil', '2026-12-24', 'date-time'],
  'a negative limit': ['decision', 'spec.maxApproved', -1, 'greater than or equal to 0'],
  'a stamp without a name': ['decision', 'spec.decidedBy', {}, 'Required value'],
} // prettier-ignore

for (const [what, [kind, place, value, says]] of Object.entries(mistakes)) {
  test(`refuses ${what}, and says so`, async ({ server, namespace }) => {
    const object = manifest(kind, namespace, at(place, value))
    const found = causes(await server.send('POST', `${path(kind, namespace)}?dryRun=All`, object))
    const named = found.some(
      ({ field, message }) => field.startsWith(place) && message.includes(says),
    )
    assert.ok(named, JSON.stringify(found))
  })
}

test.run()
