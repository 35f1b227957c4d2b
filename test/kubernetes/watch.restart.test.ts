/** The API server killed and started again under a watch and a lease. A control plane of its own. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findCredentials } from '../../operator/kubernetes/credentials.ts'
import { Cache, type Change } from '../../operator/kubernetes/store.ts'
import type { Trouble } from '../../operator/kubernetes/trouble.ts'
import { Watch } from '../../operator/kubernetes/watch.ts'
import { systemClock } from '../../operator/runtime/clock.ts'
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts'
import { until } from './api-server.ts'
import { type ConfigMap, configMaps, dice, impatient, transportOf } from './watching.ts'

interface Context {
  plane: ControlPlane
  transport: ReturnType<typeof transportOf>
}

const test = suite<Context>('a watch over a restart of the API server')

test.before(async (context) => {
  context.plane = await startControlPlane()
  const environment = { KUBECONFIG: context.plane.kubeconfig.path }
  const monotonic = (): number => performance.now()
  context.transport = transportOf(await findCredentials({ environment, monotonic }))
})
test.after(async ({ transport, plane }) => {
  await transport?.close()
  await plane?.stop()
})

test('finds everything that happened, and that an object was made anew', async (context) => {
  const { plane, transport } = context
  const troubles: Trouble[] = []
  const changes: Change<ConfigMap>[] = []
  const cache = new Cache<ConfigMap>(['default'], () => undefined)
  cache.listen((change) => changes.push(change))
  const watch = new Watch<ConfigMap>({
    ...{ transport, cache, time: systemClock, random: dice(), resource: configMaps },
    ...{ scope: 'default', settings: impatient },
    onTrouble: (trouble) => troubles.push(trouble),
  })
  const path = '/api/v1/namespaces/default/configmaps'
  const make = (name: string, value: string): Promise<ConfigMap> =>
    transport.json({ method: 'POST', path, body: { metadata: { name }, data: { value } } })
  const remove = (name: string) => transport.json({ method: 'DELETE', path: `${path}/${name}` })
  const value = (name: string) => cache.get(`default/${name}`)?.data?.['value']
  try {
    const first = await make('anew', 'first')
    await make('gone', 'x')
    watch.start()
    await cache.whenSynced()
    await plane.killApiServer()
    await until(async () => troubles.includes('unreachable'))
    assert.is(value('anew'), 'first')
    await plane.startApiServer()
    // Whatever the watch does at this moment, this happens after its last version.
    await remove('gone')
    await remove('anew')
    const second = await make('anew', 'second')
    await make('later', 'x')
    await until(async () => value('later') === 'x' && value('anew') === 'second')
    assert.is(cache.get('default/gone'), undefined)
    const uids = changes
      .filter(({ key }) => key === 'default/anew')
      .map(({ before, after }) => [before?.metadata.uid, after?.metadata.uid])
    assert.equal(uids, [
      [undefined, first.metadata.uid],
      [first.metadata.uid, undefined],
      [undefined, second.metadata.uid],
    ])
  } finally {
    await watch.stop()
  }
})

test.run()
