/**
 * Whatever somebody else changes in Azure, field by field: found within one resync, corrected or
 * reported, listed in status.drift, and told by one event. What the spec is silent about is theirs.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Arm } from './endpoint.arm.ts'
import { dnsRows, endpointRows, type Becomes, type Row } from './endpoint.drift-rows.ts'
import {
  alter,
  makeSite,
  makeStranger,
  provider,
  Subject,
  writesOf,
  zoneName,
  type Shown,
} from './endpoint.site.ts'
import { makeWorld, type World } from './endpoint.world.ts'

const resyncSeconds = 300

interface Stage {
  world: World
  stranger: Arm
}

async function drifts(
  { world, stranger }: Stage,
  row: Row,
  driftPolicy: 'Correct' | 'Report',
  becomes: Becomes,
): Promise<void> {
  const site = await makeSite(world, stranger)
  await row.before?.(site)
  const subject = new Subject(site, { ...row.spec?.(site), driftPolicy })
  if (subject.object.spec.approval === 'Manual') {
    await subject.becomes('False/PendingApproval')
    await subject.approve()
  }
  await subject.settle()
  assert.equal(subject.drift, [])
  await row.meddle(subject)

  world.azure.clearRequests()
  world.pass(row.within ?? resyncSeconds)
  await world.visitAll()
  const { path, ready, writes } = becomes
  const named = path === undefined ? [] : subject.drift.filter((one) => one.endsWith(path))
  assert.is(named.length, path === undefined ? 0 : 1, `drift: ${subject.drift.join(', ')}`)
  await subject.becomes(ready)
  await subject.rest()
  for (let resyncs = 0; resyncs < 3; resyncs++) {
    world.pass(resyncSeconds)
    await world.visitAll()
  }
  assert.is(subject.ready, ready, subject.message)
  assert.is(writesOf(world) > 0, writes === true)
  assert.equal(subject.drift.length > 0, path !== undefined && writes !== true)
  toldOnce(subject, becomes)
  await row.leaves?.(subject, driftPolicy)
  if (world.cluster.get(subject.key) !== undefined) await subject.remove()
}

function toldOnce(subject: Subject, { path, warning }: Becomes): void {
  const notes = subject.told('Drifted')
  if (warning !== undefined) assert.is(subject.told(warning).length, 1)
  const expected = path === undefined || warning !== undefined ? 0 : 1
  const naming = notes.filter((note) => path === undefined || note.includes(`${path} (`))
  assert.is(naming.length, expected, `told: ${notes.join(' | ')}`)
  assert.is(new Set(notes).size, notes.length, `told: ${notes.join(' | ')}`)
}

const fields = suite('drift of an endpoint', {} as Stage)
fields.before(async (context) => {
  context.world = await makeWorld()
  context.stranger = await makeStranger(context.world)
})
fields.after(({ world }) => world.stop())

const names = suite('drift of private DNS', {} as Stage)
names.before.each(async (context) => {
  context.world = await makeWorld()
  context.stranger = await makeStranger(context.world)
})
names.after.each(({ world }) => world.stop())

for (const [test, rows] of [
  [fields, endpointRows],
  [names, dnsRows],
] as const) {
  for (const [field, row] of Object.entries(rows)) {
    test(`${field}: ${row.says}`, async (context) => {
      await drifts(context, row, 'Correct', row.correct)
    })
    test(`${field}, driftPolicy Report`, async (context) => {
      await drifts(context, row, 'Report', row.report)
    })
  }
}

names('what the spec is silent about is never written, and is no drift', async (context) => {
  const { world, stranger } = context
  const site = await makeSite(world, stranger)
  const subject = new Subject(site, {})
  await subject.settle()
  const group = `${site.group}${provider}/applicationSecurityGroups/theirs`
  await stranger.put(group, { location: 'westeurope' })
  const zone = `${site.group}${provider}/privateDnsZones/${zoneName}`
  const [link] = await world.arm.list(`${zone}/virtualNetworkLinks`)
  const theirs = (found: Shown, properties: object = {}) => ({
    ...found,
    tags: { ...found.tags, theirs: 'y' },
    properties: { ...found.properties, ...properties },
  })
  await alter(site, subject.id, (found) =>
    theirs(found, { applicationSecurityGroups: [{ id: group }] }),
  )
  await alter(site, site.subnetId, (found) => ({
    ...found,
    properties: { ...found.properties, privateEndpointNetworkPolicies: 'RouteTableEnabled' },
  }))
  await alter(site, zone, (found) => ({ ...found, tags: { ...found.tags, theirs: 'y' } }))
  await alter(site, String(link?.['id']), (found) =>
    theirs(found, { resolutionPolicy: 'NxDomainRedirect' }),
  )
  await stranger.put(`${zone}/A/another`, {
    properties: { ttl: 60, aRecords: [{ ipv4Address: '10.0.7.7' }] },
  })
  world.azure.clearRequests()
  for (let resyncs = 0; resyncs < 4; resyncs++) {
    world.pass(resyncSeconds)
    await world.visitAll()
  }
  assert.is(writesOf(world), 0)
  assert.equal([subject.ready, subject.drift, subject.told('Drifted')], ['True/Ready', [], []])

  // What is written for another reason leaves it as it is.
  subject.change({ tags: { team: 'data' } })
  await subject.settle()
  const { tags, properties } = await subject.shown()
  assert.equal([tags.team, tags.theirs], ['data', 'y'])
  assert.equal(properties.applicationSecurityGroups, [{ id: group }])
})

fields(
  'suspend: what somebody changes meanwhile is listed and told, and not written',
  async (context) => {
    const { world, stranger } = context
    const site = await makeSite(world, stranger)
    const subject = new Subject(site, { dns: { mode: 'None' }, tags: { team: 'data' } })
    await subject.settle()
    subject.change({ suspend: true })
    await subject.becomes('True/Suspended')
    await alter(site, subject.id, (found) => ({ ...found, tags: { ...found.tags, team: 'x' } }))
    world.azure.clearRequests()
    world.pass(resyncSeconds)
    await world.visitAll()
    assert.equal(subject.drift, ['tags.team'])
    await subject.rest()
    assert.equal([subject.ready, subject.told('Drifted').length], ['True/Suspended', 1])
    assert.is(subject.condition('Drifted')?.reason, 'Suspended')
    assert.is(writesOf(world), 0)
    subject.change({ suspend: false })
    await subject.settle()
    assert.is((await subject.shown()).tags.team, 'data')
    await subject.remove()
  },
)

fields.run()
names.run()
