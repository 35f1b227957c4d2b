/** Events as the real API server stores them and kubectl shows them. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Events } from '../../operator/kubernetes/events.ts'
import { systemClock } from '../../operator/runtime/clock.ts'
import { kubeconfigPath } from './api-server.ts'
import { dice, type Stage, stage } from './watching.ts'

const test = suite<{ at: Stage }>('events on an API server')

test.before(async (context) => {
  context.at = await stage('events')
})
test.after(({ at }) => at?.close())

function recorder({ transport }: Stage) {
  const troubles: Error[] = []
  const events = new Events({
    ...{ transport, time: systemClock, random: dice(), instance: 'pod-1' },
    onTrouble: (error) => troubles.push(error),
  })
  return { events, troubles }
}

const stored = async ({ server, namespace }: Stage, name: string): Promise<readonly any[]> => {
  const path = `/apis/events.k8s.io/v1/namespaces/${namespace}/events`
  const { body } = await server.send('GET', path)
  return body.items.filter((item: any) => item.regarding.name === name)
}

test('an event, its repetition, and a note that is too long are all accepted', async ({ at }) => {
  const about = { ...(await at.put('one', 'x')), apiVersion: 'v1', kind: 'ConfigMap' }
  const { events, troubles } = recorder(at)
  const made = { type: 'Normal', reason: 'Created', action: 'CreateEndpoint' } as const
  for (let times = 0; times < 3; times++) events.record(about, { ...made, note: 'It was made.' })
  const long = `${'東'.repeat(3_000)}\u001b[31m`
  events.record(about, { ...made, type: 'Warning', reason: 'Refused', note: long })
  await events.flush()
  assert.equal(troubles, [])
  const [refused, created] = (await stored(at, 'one')).toSorted((a, b) =>
    a.type < b.type ? 1 : -1,
  )
  assert.is(created.note, 'It was made.')
  assert.is(created.series.count, 3)
  assert.is(refused.type, 'Warning')
  assert.ok(Buffer.byteLength(refused.note) <= 1024)
})

test('kubectl shows it beside the object', async ({ at }) => {
  const about = { ...(await at.put('two', 'x')), apiVersion: 'v1', kind: 'ConfigMap' }
  const { events } = recorder(at)
  const note = { type: 'Normal', reason: 'Approved', action: 'Approve', note: 'Said yes.' } as const
  events.record(about, note)
  await events.flush()
  const kubectl = process.env['PGPE_TEST_KUBECTL'] ?? 'kubectl'
  const args = ['--kubeconfig', kubeconfigPath(), '-n', at.namespace, 'events', '--for']
  const { stdout } = await promisify(execFile)(kubectl, [...args, 'configmap/two'])
  assert.match(stdout, /Normal\s+Approved\s+ConfigMap\/two\s+Said yes\./)
})

test('a namespace that is gone is told of, and harms nothing', async ({ at }) => {
  const about = { ...(await at.put('three', 'x')), apiVersion: 'v1', kind: 'ConfigMap' }
  const { events, troubles } = recorder(at)
  const elsewhere = {
    ...about,
    metadata: { ...about.metadata, namespace: 'no-such-namespace', uid: 'another' },
  }
  const note = { type: 'Normal', reason: 'Approved', action: 'Approve', note: 'Said yes.' } as const
  events.record(elsewhere, note)
  events.record(about, note)
  await events.flush()
  assert.is(troubles.length, 1)
  assert.is((await stored(at, 'three')).length, 1)
})

test.run()
