/**
 * Hostile texts in every string of an endpoint, as if admission had been passed by, over the real adapter to
 * the simulated Azure, with a spy on the wire: nothing leaves for an object that does not parse, it says
 * which field is wrong, and what does leave is an address of the object's own resources.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openApi } from '../../operator/api/definition.ts'
import type { WrittenEndpointSpec } from '../../operator/api/endpoint-spec.ts'
import { definition } from '../../operator/api/private-endpoint.ts'
import { places } from '../../operator/api/reference.ts'
import type { Json, JsonObject } from '../../operator/api/schema.ts'
import { hostileIds, hostileStrings } from '../kit/hostile-strings.ts'
import { placed } from '../kit/placed.ts'
import { deadline } from '../runner/deadline.ts'
import { furnish, makeWorld, type World } from './endpoint.world.ts'

interface Context {
  world: World
  right: JsonObject
  asked: string[]
}

const test = suite<Context>('hostile texts in an endpoint')

test.before(async (context) => {
  context.asked = []
  context.world = await makeWorld({
    alter: (method, path, body) => {
      context.asked.push(`${method} ${path}`)
      return body
    },
  })
  const { serverId, subnetId } = await furnish(context.world, 'rg-a')
  context.right = { serverId, subnetId, resourceGroup: 'rg-a', approval: 'Manual' }
})
test.after(({ world }) => world?.stop())

const strings = places(openApi(definition)).filter(({ json }) => json['type'] === 'string')
const specPlaces = strings.flatMap(({ path }) => (path.startsWith('spec.') ? [path.slice(5)] : []))
const statusPlaces = strings.flatMap(({ path }) =>
  path.startsWith('status.') && !path.startsWith('status.conditions') ? [path.slice(7)] : [],
)

/** Lawful as names, and to stay no more than that. */
const words = ['__proto__', 'constructor', 'toString', 'prototype', 'hasOwnProperty']
/** Compared with what Azure says, or used in the cluster alone. */
const unused = /^(location|identityRef\.name|connectionInfo\.configMapName)$/
const asText = /^(requestMessage|(dns\.)?tags)/
const clean =
  /^[A-Z]+ \/subscriptions\/[0-9a-f-]{36}(\/(resourceGroups|providers)(\/[A-Za-z0-9_.()@-]+)*)?\?api-version=[0-9a-z-]+(&|$)/

const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u

interface Seen {
  readonly asked: readonly string[]
  readonly ready: string
  readonly message: string
}

/** One visit, and what left for it. */
async function visited(
  { world, asked }: Context,
  spec: JsonObject,
  more: { readonly status?: JsonObject; readonly annotations?: Record<string, string> } = {},
): Promise<Seen> {
  const key = world.cluster.create('hostile', spec as unknown as WrittenEndpointSpec)
  if (more.annotations) world.cluster.edit(key, { annotations: more.annotations })
  if (more.status) world.cluster.forgeStatus(key, more.status)
  asked.length = 0
  for (let visit = 0; visit < 2; visit++) {
    world.pass(301)
    await world.wake(key)
  }
  const status = world.cluster.get(key)?.status
  world.cluster.lose(key)
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')
  for (const { message } of status?.conditions ?? []) assert.not.match(message, unprintable)

  return {
    asked: [...asked],
    ready: `${ready?.status}/${ready?.reason}`,
    message: ready?.message ?? '',
  }
}

const corpus = (context: Context): readonly string[] => [
  ...hostileStrings,
  ...hostileIds(String(context.right['serverId'])),
]

for (const path of [...specPlaces, 'tags', 'dns.tags']) {
  const run = deadline(120, async (context: Context) => {
    for (const text of corpus(context)) {
      const say = `${path}: ${JSON.stringify(text.slice(0, 60))}`
      const isMap = path.endsWith('tags')
      const value: Json = isMap ? (JSON.parse(`{${JSON.stringify(text)}:"x"}`) as Json) : text
      const seen = await visited(context, placed(context.right, path, value))
      if (/^False\/(InvalidSpec|UnknownPolicy)$/.test(seen.ready)) {
        assert.equal(seen.asked, [], say)
        const named = seen.message.includes(`spec.${path.replaceAll('[]', '')}`)
        assert.ok(named, `${say}: ${seen.message}`)
        continue
      }
      assert.ok(words.includes(text) || asText.test(path) || unused.test(path), say)
      for (const line of seen.asked) assert.ok(clean.test(line), `${say}: ${line}`)
    }
  })
  test(`in spec.${path}`, run)
}

const status = deadline(120, async (context: Context) => {
  const named = statusPlaces.filter((path) => path !== 'privateEndpointId')
  for (const text of corpus(context)) {
    const say = JSON.stringify(text.slice(0, 60))
    const rest = named.reduce((made, path) => placed(made, path, text), {} as JsonObject)
    const { asked } = await visited(context, context.right, { status: rest })
    for (const line of asked) assert.ok(clean.test(line), `${say}: ${line}`)
    assert.ok(asked.length > 0, `${say}: it is read all the same`)
    const whole = { ...rest, privateEndpointId: text }
    const seen = await visited(context, context.right, { status: whole })
    for (const line of seen.asked) assert.ok(clean.test(line), `${say}: ${line}`)
  }
})
test('in every field of the status at once: what stands there is no address', status)

test(
  'in every annotation at once',
  deadline(120, async (context: Context) => {
    const names = ['reconcile-requested-at', 'recreate', 'adopt-from', 'ignore-ha']
    for (const text of corpus(context)) {
      const annotations = Object.fromEntries(names.map((name) => [`pgpe.dev/${name}`, text]))
      const { asked } = await visited(context, context.right, { annotations })
      for (const line of asked)
        assert.ok(clean.test(line), `${JSON.stringify(text.slice(0, 60))}: ${line}`)
    }
  }),
)

test('the fields are all there', () => {
  assert.ok(specPlaces.length >= 20, specPlaces.join(' '))
  assert.ok(statusPlaces.length >= 15, statusPlaces.join(' '))
})

test.run()
