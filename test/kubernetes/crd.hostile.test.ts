/**
 * Hostile texts in every string that a user can write into either kind: the API server refuses them, or
 * the field is one that holds free text and takes them for text. The fields come from the schemas, so that
 * a new one is tried as well.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openApi } from '../../operator/api/definition.ts'
import { places, type Place } from '../../operator/api/reference.ts'
import type { Json, JsonObject } from '../../operator/api/schema.ts'
import { deadline } from '../runner/deadline.ts'
import { hostileIds, hostileStrings } from '../kit/hostile-strings.ts'
import { causes, connect, install, makeNamespace, type ApiServer } from './api-server.ts'
import { kinds, ids, manifest, merged, path, type KindName } from './manifests.ts'
import { at } from './rules.ts'

const test = suite<{ server: ApiServer; namespace: string }>('hostile texts at admission')

test.before(async (context) => {
  context.server = connect()
  await install(context.server, [kinds.endpoint.crd, kinds.decision.crd])
  context.namespace = await makeNamespace(context.server, 'crd-hostile')
})
test.after(({ server }) => server?.close())

const probe = 'probe'

/** What a field needs beside it, so that it alone can be wrong. */
const around: readonly (readonly [field: RegExp, patch: JsonObject])[] = [
  [/^spec\.identityRef\./, at('spec.identityRef', { kind: 'Secret', name: probe })],
  [/^spec\.requestMessage/, at('spec.approval', 'Manual')],
  [/^spec\.connections\./, at('spec.action', 'Reject')],
]
interface Field {
  readonly kind: KindName
  readonly path: string
  /** The object with this text in that place. */
  readonly with: (text: string) => JsonObject
}

const isString = ({ path: place, json }: Place): boolean =>
  place.startsWith('spec.') && json['type'] === 'string'
const isMap = ({ path: place, json }: Place): boolean =>
  place.startsWith('spec.') && typeof json['additionalProperties'] === 'object'

/** Lists of objects get the other fields that they need. */
const whole = (place: string, text: string): JsonObject => {
  const patch = at(place, text)
  if (!place.includes('endpointRefs[]')) return patch
  const [, field = ''] = place.split('[].')
  return at('spec.connections.endpointRefs', [{ name: probe, [field]: text }])
}

const fieldsOf = (kind: KindName): readonly Field[] => {
  const schema = places(openApi(kinds[kind].definition))
  const patched = (place: string, patch: JsonObject): JsonObject => {
    const beside = around.find(([field]) => field.test(place))?.[1] ?? {}
    return merged(beside, patch)
  }
  return [
    ...schema.filter(isString).map(({ path: place }) => ({
      kind,
      path: place,
      with: (text: string) => patched(place, whole(place, text)),
    })),
    ...schema.filter(isMap).flatMap(({ path: place }) => [
      { kind, path: `${place} (key)`, with: (text: string) => at(place, { [text]: 'x' } as Json) },
      { kind, path: `${place} (value)`, with: (text: string) => at(place, { x: text }) },
    ]),
  ]
}

/** Fields that hold a text of the user's own: it goes into a body, and into no address. */
const free: readonly RegExp[] = [
  /^spec\.(dns\.)?tags \((key|value)\)$/,
  /^spec\.(requestMessage|description)$/,
  /^spec\.decidedBy\.username$/,
]
/** Other people read these in the portal. */
const remarks = /^spec\.(requestMessage|description)$/
/** Lawful as names; that they stay names is for the tests behind admission. */
const words = ['__proto__', 'constructor', 'toString', 'prototype', 'hasOwnProperty']

/** Where the API server's error points to: items by their number, fields of maps by their name. */
const points = (field: string, place: string): boolean =>
  field.replaceAll(/\[[^\]]*\]/g, '').startsWith(place.replaceAll('[]', '').replace(/ \(.*/, ''))

type Context = { readonly server: ApiServer; readonly namespace: string }

for (const kind of ['endpoint', 'decision'] as const) {
  const run = deadline(300, async ({ server, namespace }: Context) => {
    const fields = fieldsOf(kind)
    assert.ok(fields.length >= (kind === 'endpoint' ? 25 : 13), String(fields.length))
    for (const field of fields) {
      for (const text of [...hostileStrings, ...hostileIds(ids.server)]) {
        const say = `${field.path}: ${JSON.stringify(text.slice(0, 60))}`
        const object = manifest(kind, namespace, field.with(text))
        const answer = await server.send('POST', `${path(kind, namespace)}?dryRun=All`, object)
        const isFree = free.some((one) => one.test(field.path))
        if (answer.status >= 400) {
          const blamed = causes(answer).some((cause) => points(cause.field, field.path))
          // A request of a megabyte in a key is refused as a whole.
          assert.ok(
            blamed || (text.length > 4_000 && answer.status < 500),
            `${say}: ${JSON.stringify(answer.body).slice(0, 300)}`,
          )
        } else assert.ok(isFree || words.includes(text), `${say} was accepted`)
        if (answer.status < 400 && remarks.test(field.path)) {
          assert.not.match(
            answer.body.spec[field.path.slice(5)],
            /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u,
            say,
          )
        }
      }
    }
  })
  test(`${kind}: each is refused in every field, or is a name, or text in a field of text`, run)
}

test.run()
