/** What many endpoints cost Azure: the real adapter over the simulator in memory, on virtual time. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Fleet } from './kit/fleet.ts'

const test = suite('many endpoints')

const sum = (requests: ReadonlyMap<string, number>, of = /^/): number =>
  [...requests].reduce((all, [name, count]) => all + (of.test(name) ? count : 0), 0)

test('made together, each costs two writes and a small part of the lists', async () => {
  const count = 200
  const fleet = await Fleet.of({ count })
  await fleet.start()
  for (let index = 0; index < count; index += 1) fleet.create(index)
  await fleet.until('all are ready', () => fleet.ready === count)
  const requests = fleet.requests()
  const told = JSON.stringify([...requests], undefined, 1)
  assert.is(sum(requests, /^PUT .*private(Endpoints|DnsZoneGroups) /), 2 * count, told)
  assert.ok(sum(requests) <= 2.5 * count, told)
  assert.is(sum(requests, /get (200|404)$/) <= 8, true, told)
  await fleet.stop()
})

test.run()
