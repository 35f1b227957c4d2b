/** Secrets and tokens stay where they are. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeNamespace, until } from './api-server.ts'
import {
  type Context,
  federate,
  isReady,
  prepare,
  put,
  putAccount,
  putSecret,
  ref,
  start,
  unavailable,
} from './identity.world.ts'
import { path } from './manifests.ts'

const test = suite<Context>('secrets in what the operator says')
prepare(test)

test('no secret and no token is in logs, events, status or metrics', async (context) => {
  const { server, azure } = context
  const [good, bad, federated] = [
    await makeNamespace(server, 'identity'),
    await makeNamespace(server, 'identity'),
    await makeNamespace(server, 'identity'),
  ]
  const owner = azure.simulator.identity('owner')
  const canary = 'Canary~of.the-wrong_secret'
  await federate(context, federated)
  await putSecret(server, good, owner)
  await putSecret(server, bad, { ...owner, clientSecret: canary })
  await putAccount(server, federated, owner)
  const operator = await start(context, [good, bad, federated])
  const { healthPort } = await operator.says('serving')
  // A server has one record in a zone.
  const noRecords = { dns: { mode: 'None' } }
  await put(context, good, 'good', { ...ref('Secret'), ...noRecords })
  await put(context, bad, 'bad', ref('Secret'))
  await put(context, federated, 'federated', { ...ref('ServiceAccount'), ...noRecords })
  await until(() => isReady(context, good, 'good'))
  await until(() => isReady(context, federated, 'federated'))
  assert.match(await unavailable(context, bad, 'bad'), /AADSTS7000215/)
  const metrics = await (await fetch(`http://127.0.0.1:${healthPort}/metrics`)).text()
  const shown = [JSON.stringify(operator.log), operator.said.join('\n'), metrics]
  for (const namespace of [good, bad, federated]) {
    const events = `/apis/events.k8s.io/v1/namespaces/${namespace}/events`
    shown.push(JSON.stringify((await server.send('GET', events)).body))
    shown.push(JSON.stringify((await server.send('GET', path('endpoint', namespace))).body))
  }
  // There is something to look into: log, metrics, and each namespace's objects.
  for (const text of [shown[0], shown[2], shown[4], shown[6], shown[8]]) {
    assert.ok((text ?? '').length > 500, text)
  }
  const all = shown.join('\n')
  const unprivileged = azure.simulator.identity('unprivileged')
  for (const secret of [owner.clientSecret, unprivileged.clientSecret, canary]) {
    assert.not.ok(all.includes(secret))
    assert.not.ok(all.includes(btoa(secret)))
  }
  assert.not.match(all, /eyJ[\w-]{10,}\./)
  assert.not.match(all, /Bearer [\w-]{10}/)
})

test.run()
