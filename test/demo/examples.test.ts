/** The manifests that users copy from: they speak about the demo's world, and the README names each. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parse } from 'yaml'
import { startSimulator } from '../arm/simulator.ts'
import { subscriptions } from './ids.ts'
import { root } from './root.ts'

const examples = suite('examples')
const directory = join(root, 'charts/pgpe-operator/examples')
const files = readdirSync(directory).filter((name) => name.endsWith('.yaml'))
const read = (name: string): string => readFileSync(join(directory, name), 'utf8')

examples(
  'name subscriptions that the simulator has, so that they can be applied as they are',
  async () => {
    const simulator = await startSimulator()
    try {
      const of = (name: string): readonly string[] => simulator.identity(name).subscriptionIds
      assert.equal(of('owner'), [subscriptions.production, subscriptions.shared])
      assert.equal(of('vendor'), [subscriptions.vendor])
    } finally {
      await simulator.stop()
    }
    for (const name of files) {
      // A GUID after a dot is a connection's, which Azure makes.
      const guids = read(name).match(/(?<!\.)\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g) ?? []
      const known: readonly string[] = Object.values(subscriptions)
      assert.equal(
        guids.filter((guid) => !known.includes(guid)),
        [],
        name,
      )
    }
  },
)

examples('begin with a comment that says what they are for, and hold one object each', () => {
  assert.ok(files.length >= 8)
  for (const name of files) {
    assert.match(read(name), /^# \S/, name)
    const { kind } = parse(read(name)) as { readonly kind: string }
    assert.ok(['PostgresPrivateEndpoint', 'EndpointConnectionDecision'].includes(kind), name)
  }
})

examples('are all in the README', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  for (const name of files) assert.match(readme, `charts/pgpe-operator/examples/${name}`)
})

examples.run()
