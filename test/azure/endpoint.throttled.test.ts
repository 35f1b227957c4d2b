/** While Azure throttles, objects say so in its words and when they try again, never in words of our own. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { furnish, makeWorld, readyOf } from './endpoint.world.ts'

const test = suite('a throttled object')
const seed = Number(process.env['PGPE_TEST_SEED'] ?? 1)
const said = /TooManyRequests: Slow down\. It is tried again at (\S+Z)\./

test('says what Azure said, and when it tries again, as long as it lasts; so do those who wait behind it', async () => {
  const world = await makeWorld({ seed })
  try {
    const homes = [await furnish(world, 'one'), await furnish(world, 'two')]
    const match = { method: 'PUT', type: 'Microsoft.Network/privateEndpoints' }
    const effect = { kind: 'error', status: 429, code: 'TooManyRequests', seconds: 40 } as const
    world.azure.faults([{ match, effect: { ...effect, message: 'Slow down.' } }])
    const keys = homes.map(({ serverId, subnetId }, index) =>
      world.cluster.create(`pe${index}`, {
        serverId,
        subnetId,
        resourceGroup: 'one',
        dns: { mode: 'None' },
      }),
    )
    const messages = (): readonly string[] =>
      keys.map((key) => {
        const conditions = world.cluster.get(key)?.status?.conditions
        return conditions?.find(({ type }) => type === 'Ready')?.message ?? ''
      })
    await world.until('both say it', () => messages().every((message) => said.test(message)))

    const times = new Set<string>()
    const end = world.elapsed + 600
    await world.until('ten minutes', () => {
      for (const key of keys) assert.is(readyOf(world.cluster, key), 'False/Throttled')
      for (const message of messages()) {
        assert.match(message, said)
        times.add(said.exec(message)?.[1] ?? '')
      }
      return world.elapsed >= end
    })
    assert.ok(times.size > 5, 'the time of the next try is told anew')
    const beside = world.cluster.get(keys[0]!)?.status?.conditions ?? []
    assert.match(beside.find(({ type }) => type === 'Throttled')?.message ?? '', 'TooManyRequests')

    world.azure.clearFaults()
    await world.until('both ready', () =>
      keys.every((key) => readyOf(world.cluster, key) === 'True/Ready'),
    )
  } finally {
    await world.stop()
  }
})

test.run()
