/** What many endpoints cost Azure: the real adapter over the simulator in memory, on virtual time. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Fleet } from './kit/fleet.ts'

const test = suite('many endpoints')

const sum = (requests: ReadonlyMap<string, number>, of = /^/): number =>
  [...requests].reduce((all, [name, count]) => all + (of.test(name) ? count : 0), 0)

test('made together, each costs two writes and a small part of the lists', async () => {
  const count = 120
  const fleet = await Fleet.of({ count, linked: true })
  await fleet.start()
  for (let index = 0; index < count; index += 1) fleet.create(index)
  await fleet.until('all are ready', () => fleet.ready === count)
  const requests = fleet.requests()
  const told = JSON.stringify([...requests], undefined, 1)
  assert.is(sum(requests, /^PUT .*private(Endpoints|DnsZoneGroups) /), 2 * count, told)
  assert.ok(sum(requests) <= 3 * count, told)
  assert.ok(sum(requests, /get (200|404)$/) <= 0.25 * count, told)
  assert.is(fleet.cluster.writes, 4 * count, 'finalizer, intent, intent of the zone group, Ready')
  await fleet.stop()
})

/** Made and at rest; nothing was asked yet since. */
async function atRest(count: number): Promise<Fleet> {
  const fleet = await Fleet.of({ count, linked: true })
  await fleet.start()
  for (let index = 0; index < count; index += 1) fleet.create(index)
  await fleet.until('all are ready', () => fleet.ready === count)
  await fleet.time.pass(600_000)
  fleet.clear()
  return fleet
}

test('at rest they cost what their lists cost, and are not visited', async () => {
  const fleet = await atRest(20)
  await fleet.time.pass(3_600_000)
  assert.is(sum(fleet.requests()), 7 * 15, JSON.stringify([...fleet.requests()]))
  assert.is(sum(fleet.requests(), /^(PUT|DELETE|POST)/), 0)
  assert.ok(fleet.visits <= 5, `${fleet.visits} visits in an hour`)
  fleet.clear()
  await fleet.time.pass(24 * 3_600_000)
  // Twice a day its zone group, which no list shows: a visit to read it, and one to leave it alone.
  const groups = sum(fleet.requests(), /ZoneGroups list/)
  assert.ok(groups >= 30 && groups <= 50, `${groups} looks at zone groups in a day`)
  assert.ok(fleet.visits <= 90, `${fleet.visits} visits in a day`)
  await fleet.stop()
})

test('a new process reads their lists, and nothing of each', async () => {
  const fleet = await atRest(20)
  await fleet.start()
  await fleet.time.pass(60_000)
  assert.is(sum(fleet.requests()), 7, JSON.stringify([...fleet.requests()]))
  assert.is(fleet.ready, 20)
  assert.is(fleet.visits, 20)
  await fleet.stop()
})

const private_ = (fleet: Fleet, name: string) =>
  `${fleet.group}/providers/Microsoft.Network/privateEndpoints/${name}`
const statusOf = (fleet: Fleet, index: number) => fleet.cluster.get(`team/pe-${index}`)?.status

test('drift of one is seen within a resync, and costs a visit of that one', async () => {
  const fleet = await atRest(20)
  const id = private_(fleet, 'pe-7')
  const before = fleet.ask('GET', id) as { readonly tags: object }
  fleet.ask('PUT', id, { ...before, tags: { ...before.tags, pgpeObject: 'x' } })
  await fleet.until('mended', () => fleet.tagsOf('pe-7')['pgpeObject'] === 'team/pe-7')
  assert.ok(fleet.sinceClear() <= 300_000, `seen after ${fleet.sinceClear()} ms`)
  assert.ok(fleet.visits <= 12, `${fleet.visits} visits`)
  await fleet.stop()
})

test('an endpoint that vanished is made again; its neighbours are not touched', async () => {
  const fleet = await atRest(20)
  const guid = statusOf(fleet, 3)?.resourceGuid
  fleet.ask('DELETE', private_(fleet, 'pe-3'))
  await fleet.until('made again', () => {
    const now = statusOf(fleet, 3)?.resourceGuid
    return now !== undefined && now !== guid && fleet.ready === 20
  })
  const puts = sum(fleet.requests(), /^PUT .*privateEndpoints /)
  assert.is(puts, 1)
  // Absence after it was there is asked of Azure itself.
  assert.ok(sum(fleet.requests(), /^GET .*privateEndpoints get 404/) >= 1)
  await fleet.stop()
})

test('a list that fails for an hour costs no visits, and its end is noticed', async () => {
  const fleet = await atRest(20)
  const fault = {
    match: { method: 'GET', type: '*' },
    effect: { kind: 'error', status: 500 },
  } as const
  fleet.arm.faults([fault])
  await fleet.time.pass(3_600_000)
  // Once when what is known is too old, once when patience has ended, and then twice an hour.
  assert.ok(fleet.visits <= 8 * 20, `${fleet.visits} visits`)
  assert.ok(sum(fleet.requests()) <= 7 * 75, `${sum(fleet.requests())} requests`)
  assert.is(fleet.ready, 0)
  fleet.arm.clearFaults()
  fleet.clear()
  await fleet.until('all are ready again', () => fleet.ready === 20)
  assert.ok(fleet.sinceClear() <= 120_000, `noticed after ${fleet.sinceClear()} ms`)
  assert.ok(sum(fleet.requests()) <= 14, JSON.stringify([...fleet.requests()]))
  await fleet.stop()
})

test('one endpoint alone is ready within seconds of what Azure takes', async () => {
  const fleet = await Fleet.of({ count: 2, linked: true })
  await fleet.start()
  fleet.create(0)
  await fleet.until('ready', () => fleet.ready === 1)
  const azure = fleet.operationsMs('pe-0')
  const own = fleet.sinceClear() - azure
  assert.ok(own <= 3_000, `${own} ms besides ${azure} ms of Azure's`)
  await fleet.stop()
})

test.run()
