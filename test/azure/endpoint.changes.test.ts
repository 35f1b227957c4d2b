/** A field changes while the endpoint is there: what becomes of it in Azure, at the next visit. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Arm } from './endpoint.arm.ts'
import {
  alter,
  destroy,
  makeSite,
  makeStranger,
  provider,
  Subject,
  writesOf,
  zoneName,
  type Shown,
} from './endpoint.site.ts'
import { makeWorld, type World } from './endpoint.world.ts'

interface Stage {
  world: World
  stranger: Arm
}

const test = suite('a field that changes', {} as Stage)
test.before(async (context) => {
  context.world = await makeWorld()
  context.stranger = await makeStranger(context.world)
})
test.after(({ world }) => world.stop())

const none = { dns: { mode: 'None' as const } }
const begin = async ({ world, stranger }: Stage, spec: ConstructorParameters<typeof Subject>[1]) =>
  new Subject(await makeSite(world, stranger), spec)

test('createResourceGroup: a group that is missing is made once it may be', async (stage) => {
  const subject = await begin(stage, { ...none, resourceGroup: 'later' })
  await subject.becomes('False/ResourceGroupNotFound')
  subject.change({ createResourceGroup: true })
  await subject.settle()
  assert.ok(await stage.world.arm.get(subject.site.group.replace(/[^/]+$/, 'later')))
  await subject.remove()
})

test('subnetNetworkPolicies: written once for each generation that asks for others', async (stage) => {
  const { world } = stage
  const subject = await begin(stage, { ...none, subnetNetworkPolicies: 'Enabled' })
  const { site } = subject
  await subject.settle()
  const policies = async () =>
    ((await world.arm.get(site.subnetId)) as Shown).properties.privateEndpointNetworkPolicies
  assert.is(await policies(), 'Enabled')
  await alter(site, site.subnetId, (found) => ({
    ...found,
    properties: { ...found.properties, privateEndpointNetworkPolicies: 'Disabled' },
  }))
  await subject.rest()
  assert.is(await policies(), 'Disabled')
  subject.change({ subnetNetworkPolicies: 'RouteTableEnabled' })
  await subject.settle()
  assert.is(await policies(), 'RouteTableEnabled')
  await subject.remove()
})

test('driftPolicy: what was only reported is corrected once it shall be', async (stage) => {
  const subject = await begin(stage, { ...none, driftPolicy: 'Report', tags: { team: 'data' } })
  await subject.settle()
  await alter(subject.site, subject.id, (found) => ({
    ...found,
    tags: { ...found.tags, team: 'x' },
  }))
  await subject.becomes('True/Drifted')
  subject.change({ driftPolicy: 'Correct' })
  await subject.settle()
  assert.is((await subject.shown()).tags.team, 'data')
  assert.equal(subject.drift, [])
  await subject.remove()
})

test('managementPolicy: Observe lets go of the finalizer and of every write; Manage takes hold again', async (stage) => {
  const { world } = stage
  const subject = await begin(stage, { ...none, tags: { team: 'data' } })
  await subject.settle()
  world.azure.clearRequests()
  subject.change({ managementPolicy: 'Observe', tags: { team: 'other' } })
  await subject.becomes('False/Drifted')
  assert.equal([subject.drift, subject.object.metadata.finalizers], [['tags.team'], []])
  assert.is(writesOf(world), 0)
  subject.change({ managementPolicy: 'Manage' })
  await subject.settle()
  assert.is((await subject.shown()).tags.team, 'other')
  assert.is(subject.object.metadata.finalizers?.length, 1)
  await subject.remove()
})

test('deletionPolicy: Retain counts from then on', async (stage) => {
  const subject = await begin(stage, none)
  await subject.settle()
  subject.change({ deletionPolicy: 'Retain' })
  await subject.settle()
  await subject.remove()
  assert.equal((await subject.shown()).tags ?? {}, {})
})

test('recreatePolicy: an endpoint that lost its server is made anew once it may be', async (stage) => {
  const { world } = stage
  const subject = await begin(stage, none)
  const { site } = subject
  await subject.settle()
  const before = subject.object.status?.resourceGuid
  const { location, sku, properties }: Shown = await world.arm.get(site.serverId)
  world.pass(300)
  await destroy(site, site.serverId)
  world.pass(600)
  const { version, storage, administratorLogin } = properties
  await world.arm.put(site.serverId, {
    location,
    sku,
    properties: {
      administratorLogin,
      administratorLoginPassword: 'Secret-1234',
      version,
      storage: { storageSizeGB: storage.storageSizeGB },
    },
  })
  world.pass(1_800)
  await subject.becomes('False/Disconnected')
  await subject.rest()
  assert.is(subject.object.status?.resourceGuid, before)
  subject.change({ recreatePolicy: 'OnServerRecreated' })
  await subject.settle()
  assert.is.not(subject.object.status?.resourceGuid, before)
  await subject.remove()
})

test('what admission would have refused is not written: reported where Azure would ignore it, Stalled where it leads elsewhere', async (stage) => {
  const { world } = stage
  const subject = await begin(stage, {
    ...none,
    connectionName: 'ours',
    approval: 'Manual',
    requestMessage: 'first',
    privateIPAddress: '10.0.1.50',
    networkInterfaceName: 'ours-nic',
  })
  await subject.becomes('False/PendingApproval')
  await subject.approve()
  await subject.settle()
  world.azure.clearRequests()
  const before = subject.object.spec
  subject.change({
    connectionName: 'later',
    approval: 'Automatic',
    requestMessage: 'second',
    privateIPAddress: '10.0.1.51',
    networkInterfaceName: 'later-nic',
    location: 'northeurope',
  })
  await subject.becomes('True/Drifted')
  assert.equal(subject.drift.toSorted(), [
    'approval',
    'connectionName',
    'location',
    'networkInterfaceName',
    'privateIPAddress',
    'requestMessage',
  ])
  assert.match(subject.message, /CannotChangePrivateLinkConnection.* or InvalidResourceLocation/)
  for (const change of [
    { serverId: `${before.serverId}x` },
    { subnetId: `${before.subnetId}x` },
    { resourceGroup: 'elsewhere' },
    { endpointName: 'elsewhere' },
  ]) {
    world.cluster.replaceSpec(subject.key, { ...before, ...change })
    await world.until('seen', () => {
      const { status, metadata } = subject.object
      return status?.observedGeneration === metadata.generation
    })
    await subject.becomes('False/ImmutableChanged')
    assert.ok(subject.condition('Stalled'))
    const code = ['serverId', 'subnetId'].includes(Object.keys(change)[0] ?? '')
      ? /CannotChangePrivateLinkConnection.*CannotChangeSubnetOnExistingPrivateEndpoint/
      : subject.id
    assert.match(subject.message, code)
  }
  world.cluster.replaceSpec(subject.key, before)
  await subject.settle()
  assert.is(writesOf(world), 0)
  await subject.remove()
})

test('a spec that Azure refused is mended in place: the endpoint counts as begun only while it may exist', async (stage) => {
  const { world } = stage
  // Azure's own look finds the address free; somebody takes it before the PUT.
  world.meanwhile = async ({ name }) => {
    if (name !== 'CreateEndpoint') return
    world.meanwhile = () => undefined
    const { subnetId, group } = subject.site
    await world.arm.put(`${group}/providers/Microsoft.Network/networkInterfaces/first`, {
      location: 'westeurope',
      properties: {
        ipConfigurations: [
          {
            name: 'a',
            properties: {
              subnet: { id: subnetId },
              privateIPAddress: '10.0.1.50',
              privateIPAllocationMethod: 'Static',
            },
          },
        ],
      },
    })
  }
  const subject = await begin(stage, { ...none, privateIPAddress: '10.0.1.50' })
  await subject.becomes('False/Refused')
  assert.match(subject.message, /PrivateIPAddressIsAllocated/)
  // While this is set admission allows no change of what is immutable.
  assert.is(subject.object.status?.privateEndpointId, undefined)
  subject.change({ privateIPAddress: '10.0.1.51', endpointName: `${subject.site.name}-mended` })
  await subject.settle()
  assert.match(subject.object.status?.privateEndpointId ?? '', /-mended$/)
  assert.equal(subject.object.status?.privateIPAddresses, ['10.0.1.51'])
  await subject.remove()
})

const names = suite('a field of private DNS that changes', {} as Stage)
names.before.each(async (context) => {
  context.world = await makeWorld()
  context.stranger = await makeStranger(context.world)
})
names.after.each(({ world }) => world.stop())

names(
  'dns.resourceGroup: a zone that could not be made is made in the group of the new name',
  async (stage) => {
    const subject = await begin(stage, { dns: { resourceGroup: 'missing' } })
    await subject.becomes('False/Blocked')
    assert.match(subject.message, 'ResourceGroupNotFound')
    subject.changeDns({ resourceGroup: subject.site.name })
    await subject.settle()
    assert.is(
      subject.object.status?.dns?.zoneId?.toLowerCase(),
      `${subject.site.group}${provider}/privateDnsZones/${zoneName}`.toLowerCase(),
    )
  },
)

names(
  'dns.configName: the zone group is remade with the new name, and the record is back',
  async (stage) => {
    const { world } = stage
    const subject = await begin(stage, {})
    await subject.settle()
    subject.changeDns({ configName: 'later' })
    await subject.settle()
    assert.equal(world.deeds.slice(-2), ['RemoveZoneGroup', 'WriteZoneGroup'])
    const [group]: readonly Shown[] = await world.arm.list(`${subject.id}/privateDnsZoneGroups`)
    assert.is(group.properties.privateDnsZoneConfigs[0].name, 'later')
    const zone = `${subject.site.group}${provider}/privateDnsZones/${zoneName}`
    assert.is((await world.arm.list(`${zone}/A`)).length, 1)
  },
)

names(
  'dns.linkOwnVirtualNetwork: the link is made once it may be, and stays when it is no longer asked for',
  async (stage) => {
    const { world } = stage
    const subject = await begin(stage, { dns: { linkOwnVirtualNetwork: false } })
    await subject.settle()
    const links = `${subject.site.group}${provider}/privateDnsZones/${zoneName}/virtualNetworkLinks`
    assert.is((await world.arm.list(links)).length, 0)
    for (const wanted of [true, false]) {
      subject.changeDns({ linkOwnVirtualNetwork: wanted })
      await subject.settle()
      assert.is((await world.arm.list(links)).length, 1)
    }
  },
)

names(
  'dns.deleteUnusedLinks: true from now on, links of ours go with the object',
  async (stage) => {
    const { world } = stage
    const subject = await begin(stage, {})
    await subject.settle()
    const links = `${subject.site.group}${provider}/privateDnsZones/${zoneName}/virtualNetworkLinks`
    assert.is((await world.arm.list(links)).length, 1)
    subject.changeDns({ deleteUnusedLinks: true })
    await subject.settle()
    await subject.remove()
    world.pass(120)
    assert.equal(await world.arm.list(links), [])
  },
)

test('tags: a generation that drops all forty-eight and takes others leaves none of the old', async (stage) => {
  const { world } = stage
  const named = (prefix: string, count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`${prefix}-${i}`, 'x']))
  const zone = `${(await makeSite(world, stage.stranger)).group}${provider}/privateDnsZones/${zoneName}`
  const subject = await begin(stage, {
    tags: named('old', 48),
    dns: { tags: named('old-dns', 13), resourceGroup: zone.split('/')[4] ?? '' },
  })
  await subject.settle()
  subject.change({
    tags: named('new', 48),
    dns: { ...subject.object.spec.dns, tags: named('new-dns', 13) },
  })
  await subject.settle()
  const keys = async (id: string) =>
    Object.keys(((await stage.stranger.get(id)) as Shown).tags).filter(
      (key) => !key.startsWith('pgpe'),
    )
  assert.equal((await keys(subject.id)).toSorted(), Object.keys(named('new', 48)).toSorted())
  const links = await world.arm.list(`${zone}/virtualNetworkLinks`)
  for (const id of [zone, ...links.map((link) => String(link['id']))]) {
    assert.equal((await keys(id)).toSorted(), Object.keys(named('new-dns', 13)).toSorted())
  }
  assert.is(subject.object.status?.appliedTagKeys?.length, 61)
  await subject.remove()
})

test.run()
names.run()
