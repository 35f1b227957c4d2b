/** The election on a real API server: two processes, one cut off by the proxy. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Lease } from '../../operator/kubernetes/lease.ts'
import { systemClock } from '../../operator/runtime/clock.ts'
import { until } from './api-server.ts'
import { everything } from './fault-proxy.ts'
import { clusterOf, dice, type Stage, sourceOf, stage, transportOf } from './watching.ts'

const test = suite<{ at: Stage; direct: ReturnType<typeof transportOf> }>('election')
const settings = { leaseMs: 2_000, renewMs: 1_200, retryMs: 100 }

test.before(async (context) => {
  context.at = await stage('lease')
  const { url, ca, headers } = clusterOf()
  const source = sourceOf(url, headers)
  const current = async () => ({ ...(await source.current()), tls: { ca } })
  context.direct = transportOf({ ...source, current })
})
test.after.each(({ at }) => at.proxy.heal())
test.after(async ({ at, direct }) => {
  await direct?.close()
  await at?.close()
})

interface Candidate {
  readonly lease: Lease
  readonly troubles: Error[]
  lost: string | undefined
}

function candidate(
  { at }: { at: Stage },
  transport: Stage['transport'],
  name: string,
  identity: string,
) {
  const troubles: Error[] = []
  const made: Candidate = {
    troubles,
    lost: undefined,
    lease: new Lease({
      ...{ transport, time: systemClock, random: dice(), namespace: at.namespace, name, identity },
      settings,
      onLost: (why) => (made.lost = why),
      onTrouble: (error) => troubles.push(error),
      onStandby: () => undefined,
    }),
  }
  return made
}

const record = async ({ at }: { at: Stage }, name: string) => {
  const path = `/apis/coordination.k8s.io/v1/namespaces/${at.namespace}/leases/${name}`
  return (await at.server.send('GET', path)).body
}

test('of many that begin together one leads', async (context) => {
  const all = ['a', 'b', 'c', 'd', 'e'].map((identity) =>
    candidate(context, context.direct, 'many', identity),
  )
  for (const { lease } of all) void lease.acquire()
  const acting = () => all.filter(({ lease }) => lease.mayAct())
  await until(async () => acting().length > 0)
  await until(async () => all.every(({ lease }) => lease.holder !== undefined))
  assert.is(acting().length, 1)
  assert.is((await record(context, 'many')).spec.holderIdentity, acting()[0]?.lease.holder)
  await Promise.all(all.map(({ lease }) => lease.release()))
})

test('the record is one that kubectl and other electors can read', async (context) => {
  const one = candidate(context, context.direct, 'readable', 'a')
  await one.lease.acquire()
  const first = await record(context, 'readable')
  assert.is(first.spec.holderIdentity, 'a')
  assert.is(first.spec.leaseDurationSeconds, 2)
  await until(async () => (await record(context, 'readable')).spec.renewTime > first.spec.renewTime)
  await one.lease.release()
  assert.is((await record(context, 'readable')).spec.holderIdentity, '')
  assert.equal(one.troubles, [])
})

test('a leader that is cut off acts no more by the time that another does', async (context) => {
  const { at, direct } = context
  const cut = candidate(context, at.transport, 'cut', 'cut')
  await cut.lease.acquire()
  const other = candidate(context, direct, 'cut', 'other')
  let both = false
  void other.lease.acquire().then(() => (both = cut.lease.mayAct()))
  await until(async () => other.lease.holder === 'cut')
  assert.is(other.lease.mayAct(), false)
  at.proxy.fail(everything, { kind: 'hang' })
  at.proxy.cut()
  await until(async () => {
    both ||= cut.lease.mayAct() && other.lease.mayAct()
    return other.lease.mayAct()
  })
  assert.is(both, false)
  await until(async () => cut.lost !== undefined)
  assert.is((await record(context, 'cut')).spec.leaseTransitions, 1)
  await other.lease.release()
})

test('a leader through whose hands a renewal slips goes on', async (context) => {
  const { at } = context
  const one = candidate(context, at.transport, 'slip', 'a')
  await one.lease.acquire()
  at.proxy.fail(({ method }) => method === 'PUT', { kind: 'reset' }, 2)
  await until(async () => at.proxy.faults.every(({ times }) => times === 0))
  const path = `/apis/coordination.k8s.io/v1/namespaces/${at.namespace}/leases/slip`
  const touch = { metadata: { annotations: { touched: 'by another' } } }
  await at.server.send('PATCH', path, touch, 'merge-patch+json')
  const touched = await record(context, 'slip')
  await until(async () => (await record(context, 'slip')).spec.renewTime > touched.spec.renewTime)
  assert.is(one.lease.mayAct(), true)
  assert.is(one.lost, undefined)
  assert.equal((await record(context, 'slip')).metadata.annotations, { touched: 'by another' })
  await one.lease.release()
})

test('who gives the lease back may not act, and the next need not wait', async (context) => {
  const one = candidate(context, context.direct, 'given', 'a')
  await one.lease.acquire()
  const next = candidate(context, context.direct, 'given', 'b')
  const acquired = next.lease.acquire()
  await until(async () => next.lease.holder === 'a')
  await one.lease.release()
  assert.is(one.lease.mayAct(), false)
  assert.is(one.lost, undefined)
  await acquired
  assert.is(next.lease.mayAct(), true)
  await next.lease.release()
})

test.run()
