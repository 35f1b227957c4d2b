/** The reference's examples of values: each free field of a spec has one, and a real API server takes it. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openApi } from '../../operator/api/definition.ts'
import { examples } from '../../operator/api/reference-examples.ts'
import { isObject } from '../../operator/api/reference-type.ts'
import { places } from '../../operator/api/reference.ts'
import type { JsonObject } from '../../operator/api/schema.ts'
import { causes } from './api-server.ts'
import { kinds, manifest, merged, path } from './manifests.ts'
import { at } from './rules.ts'
import { kindNames, prepare, type Context } from './stored.ts'

const test = suite<Context>('examples of values')

test.before((context) => prepare(context, 'crd-reference'))
test.after(({ server }) => server?.close())

/** What a field can't be written without. */
const approve = { spec: { action: 'Approve', maxApproved: 1 } }
const beside: Readonly<Record<string, JsonObject>> = {
  'spec.requestMessage': { spec: { approval: 'Manual' } },
  'spec.identityRef.name': { spec: { identityRef: { kind: 'Secret' } } },
  'spec.connections.subscriptionIds': approve,
  'spec.connections.resourceGroupIds': approve,
}
const choices = (json: JsonObject): boolean => {
  const { items } = json
  return 'enum' in json || (isObject(items) && choices(items))
}

for (const kind of kindNames) {
  const { definition } = kinds[kind]
  const given = examples[definition.shortName] ?? {}
  test(`${definition.kind}: each field that takes more than a choice has one`, () => {
    const free = places(openApi(definition)).filter(
      ({ path, json }) =>
        /^spec[.].*[^\]]$/.test(path) &&
        !choices(json) &&
        json['type'] !== 'boolean' &&
        (json['type'] !== 'object' || 'additionalProperties' in json),
    )
    assert.equal(free.map(({ path }) => path).toSorted(), Object.keys(given).toSorted())
  })

  for (const [field, value] of Object.entries(given)) {
    // Those inside a list are part of the list's own.
    if (field.includes('[]')) continue
    test(`${definition.kind}: that of ${field} is accepted`, async ({ server, namespace }) => {
      const patch = merged(beside[field] ?? {}, at(field, value))
      const dry = '?dryRun=All&fieldValidation=Strict'
      const object = manifest(kind, namespace, patch)
      assert.equal(causes(await server.send('POST', path(kind, namespace) + dry, object)), [])
    })
  }
}

test.run()
