/**
 * Azure's refusals by their causes: the simulated Azure refuses by its own rules, the object says so in
 * Azure's words and what to do, and is Ready by itself once somebody has lifted the cause through ARM.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { explain } from '../../operator/api/catalogue.ts'
import { catalogue } from '../../operator/endpoint/conditions.ts'
import { byRule, causeOf } from '../../operator/endpoint/refusals.ts'
import { deadline } from '../runner/deadline.ts'
import type { Cause } from './endpoint.cause.ts'
import { around } from './endpoint.causes-around.ts'
import { place } from './endpoint.causes-place.ts'
import { furnish, makeWorld, readyOf, type World } from './endpoint.world.ts'

const test = suite('a cause of a refusal')
const causes: readonly Cause[] = [...around, ...place]

const seed = Number(process.env['PGPE_TEST_SEED'] ?? 1)

/** Even the slowest class has looked again by then, twice. */
async function patiently(
  world: World,
  what: string,
  done: () => boolean | Promise<boolean>,
): Promise<void> {
  await world.until(what, done).catch(() => undefined)
  await world.until(what, done)
}

async function play(cause: Cause): Promise<void> {
  const world = await makeWorld({ seed, ...cause.options })
  try {
    const home = await furnish(world, 'rg')
    const blocked = await cause.set(world, home)
    const { serverId, subnetId } = home
    const key = world.cluster.create('orders', {
      serverId,
      subnetId,
      resourceGroup: 'rg',
      endpointName: 'orders',
      dns: { mode: 'None' },
      ...blocked.spec,
    })
    const ends = cause.ends ?? 'True/Ready'
    const isOver = (): boolean => readyOf(world.cluster, key) === ends
    if (blocked.afterwards !== undefined) {
      await world.until('ready before', isOver)
      await blocked.afterwards(key)
    }
    if (blocked.begun !== undefined) {
      await world.until('begun', () => world.deeds.includes('CreateEndpoint'))
      await blocked.begun()
    }
    world.meanwhile = (deed) => blocked.meanwhile?.(deed)
    const ready = () =>
      world.cluster.get(key)?.status?.conditions?.find(({ type }) => type === 'Ready')
    const said = (): boolean => {
      const { reason = '', message = '' } = ready() ?? {}
      return reason === cause.reason && cause.codes.every((code) => message.includes(code))
    }
    await patiently(world, `${cause.codes.join()} is said`, said)
    const remedy = explain(catalogue, ready()!)?.remedy ?? ''
    assert.ok(ready()?.message.endsWith(remedy), ready()?.message)
    world.meanwhile = () => undefined
    const { generation } = world.cluster.get(key)!.metadata
    await blocked.lift(key)
    await patiently(world, `${cause.codes.join()} is over`, isOver)
    const edits = world.cluster.get(key)!.metadata.generation - generation
    assert.is(edits, cause.mendsSpec ? 1 : 0, 'who touches the object')
  } finally {
    await world.stop()
  }
}

/** Several causes of one code are one test: whatever of them breaks, that code's row is not proven. */
for (const code of new Set(causes.flatMap(({ codes }) => codes))) {
  test(
    causeOf(code),
    deadline(120, async () => {
      for (const cause of causes) if (cause.codes.includes(code)) await play(cause)
    }),
  )
}

test('the table tells which codes are met by the rules', () => {
  const met = [...new Set(causes.flatMap(({ codes }) => codes))]
  assert.equal([...byRule].sort(), met.sort())
})

test.run()
