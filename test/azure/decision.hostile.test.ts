/**
 * Hostile texts in every string of a decision, as if admission had been passed by, over the real adapter to
 * the simulated Azure, with a spy on the wire: nothing leaves for a server that does not parse, nothing is
 * ever written, and what is read is an address of the decision's own server.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { definition } from '../../operator/api/connection-decision.ts'
import type { EndpointConnectionDecision } from '../../operator/api/connection-decision.ts'
import { openApi } from '../../operator/api/definition.ts'
import { places } from '../../operator/api/reference.ts'
import type { JsonObject } from '../../operator/api/schema.ts'
import { decision, intent, connection as bound } from '../kit/decision.ts'
import { hostileIds, hostileStrings } from '../kit/hostile-strings.ts'
import { placed } from '../kit/placed.ts'
import { deadline } from '../runner/deadline.ts'
import { DecisionFlow } from './decision.world.ts'

interface Context {
  flow: DecisionFlow
  asked: string[]
  /** Of a request that waits, and that no decision here names. */
  waiting: string
}

const test = suite<Context>('hostile texts in a decision')

test.before(async (context) => {
  context.asked = []
  context.flow = await DecisionFlow.start('database', (method, path, body) => {
    context.asked.push(`${method} ${path}`)
    return body
  })
  context.waiting = (await context.flow.request('app'))?.endpointId ?? ''
})
test.after(({ flow }) => flow?.stop())

const strings = places(openApi(definition)).filter(({ json }) => json['type'] === 'string')
const pathsBelow = (top: string) =>
  strings.flatMap(({ path }) => (path.startsWith(`${top}.`) ? [path.slice(top.length + 1)] : []))
const specPlaces = pathsBelow('spec')
const statusPlaces = pathsBelow('status').filter((path) => !path.startsWith('conditions'))

/** Approve somebody who is not there: whatever is approved is wrong. */
const right = (serverId: string): JsonObject => ({
  serverId,
  action: 'Approve',
  connections: { names: [bound('gone.1').name] },
})

/** The path of what is asked about: the server, alone or in a list, or a connection below it. */
const isOwn = (line: string, { serverId }: DecisionFlow): boolean => {
  const [method = '', url = ''] = line.split(' ')
  const path = (url.split('?')[0] ?? '').toLowerCase()
  const server = serverId.toLowerCase()
  const [subscription = ''] = /^\/subscriptions\/[^/]+/.exec(server) ?? []
  const type = '/providers/microsoft.dbforpostgresql/flexibleservers'
  return (
    method === 'GET' &&
    /^[a-z0-9_.()/-]+$/.test(path) &&
    !path.split('/').some((part) => part === '.' || part === '..') &&
    (path === server ||
      path === `${subscription}${type}` ||
      path.replace(/[^/]+$/, '') === `${server}/privateendpointconnections/`)
  )
}

/** Some visits, and what left for them. */
async function visited({ flow, asked }: Context, spec: JsonObject, more: JsonObject = {}) {
  const made = decision({ name: 'hostile' })
  const { metadata = {}, ...rest } = more
  const it = flow.cluster.decisions.put({
    ...made,
    ...rest,
    metadata: { ...made.metadata, ...(metadata as JsonObject) },
    spec: { inbox: false, suspend: false, ...spec },
  } as unknown as EndpointConnectionDecision)
  asked.length = 0
  flow.wakeAll()
  await flow.rest(61)
  const ready = flow.cluster.ready(it)
  flow.cluster.decisions.objects.clear()
  return { asked: [...asked], ready }
}

const corpus = ({ flow }: Context): readonly string[] => [
  ...hostileStrings,
  ...hostileIds(flow.serverId),
]

for (const path of specPlaces) {
  const run = deadline(120, async (context: Context) => {
    const { flow } = context
    for (const text of corpus(context)) {
      const say = `${path}: ${JSON.stringify(text.slice(0, 60))}`
      // Alone beside the action, so that it alone decides who is meant.
      const base = right(flow.serverId)
      const alone = path.startsWith('connections.') ? { ...base, connections: {} } : base
      const limited = { ...alone, maxApproved: 9 }
      const seen = await visited(context, placed(limited, path, text))
      if (path === 'serverId' || seen.ready === 'False/InvalidSpec') {
        assert.equal(seen.asked, [], say)
      }
      for (const line of seen.asked) assert.ok(isOwn(line, flow), `${say}: ${line}`)
    }
    assert.is((await flow.connectionOf(context.waiting))?.status, 'Pending')
    assert.equal([flow.writes(), flow.audit], [[], []])
  })
  test(`in spec.${path}`, run)
}

const status = deadline(120, async (context: Context) => {
  const { flow } = context
  const noted = intent(bound('gone.1')) as unknown as JsonObject
  let some = 0
  for (const text of corpus(context)) {
    const say = JSON.stringify(text.slice(0, 60))
    const memory: JsonObject = { memory: { generation: 1, intents: [noted] } }
    const whole = statusPlaces.reduce((made, path) => placed(made, path, text), memory)
    const { asked } = await visited(context, right(flow.serverId), { status: whole })
    some += asked.length
    for (const line of asked) assert.ok(isOwn(line, flow), `${say}: ${line}`)
  }
  assert.ok(some > 0, 'it is read all the same')
  assert.equal([flow.writes(), flow.audit], [[], []])
})
test('in every field of the status at once: what stands there is no address', status)

const metadata = deadline(120, async (context: Context) => {
  const { flow } = context
  for (const text of corpus(context)) {
    const names = ['reconcile-requested-at', 'ignore-ha']
    const annotations = Object.fromEntries(names.map((name) => [`pgpe.dev/${name}`, text]))
    const more = { metadata: { annotations, labels: { 'pgpe.dev/inbox': text } } }
    const { asked } = await visited(context, right(flow.serverId), more)
    for (const line of asked) assert.ok(isOwn(line, flow), `${text.slice(0, 60)}: ${line}`)
  }
  assert.equal([flow.writes(), flow.audit], [[], []])
})
test('in every annotation and the label at once', metadata)

test('the fields are all there', () => {
  assert.ok(specPlaces.length >= 10, specPlaces.join(' '))
  assert.ok(statusPlaces.length >= 20, statusPlaces.join(' '))
})

test.run()
