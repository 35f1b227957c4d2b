/** An endpoint whose spec says everything: what stands in Azure for each field, and what is left of it. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  makeSite,
  makeStranger,
  provider,
  Subject,
  zoneName,
  type Shown,
  type Site,
} from './endpoint.site.ts'
import { furnish, makeWorld, type World } from './endpoint.world.ts'

interface Stage {
  world: World
  site: Site
  subject: Subject
  /** Of a further network, and of the group that the zone is made in. */
  spoke: string
  hub: string
}

/** Made, approved by the server's owner, at rest. */
async function build(stage: Stage, ends: boolean): Promise<void> {
  stage.world = await makeWorld({ connectionInfo: true })
  const { world } = stage
  stage.site = await makeSite(world, await makeStranger(world))
  const { site } = stage
  stage.spoke = (await furnish(world, 'spoke')).networkId
  stage.hub = site.group.replace(/[^/]+$/, 'hub')
  await world.arm.put(stage.hub, { location: 'westeurope' })
  await world.arm.put(`${site.group}${provider}/applicationSecurityGroups/apps`, {
    location: 'westeurope',
  })
  world.pass(60)
  stage.subject = new Subject(site, {
    resourceGroup: 'fresh',
    createResourceGroup: true,
    endpointName: 'called-so',
    connectionName: 'to-the-db',
    location: 'westeurope',
    networkInterfaceName: 'called-nic',
    privateIPAddress: '10.0.1.77',
    approval: 'Manual',
    requestMessage: 'the ledger needs it',
    applicationSecurityGroupIds: [`${site.group}${provider}/applicationSecurityGroups/apps`],
    subnetNetworkPolicies: 'NetworkSecurityGroupEnabled',
    dns: {
      mode: 'Managed',
      resourceGroup: 'hub',
      createZone: true,
      zoneGroupName: 'names',
      configName: 'zone',
      linkOwnVirtualNetwork: true,
      additionalVirtualNetworkIds: [stage.spoke],
      resolutionPolicy: 'NxDomainRedirect',
      deleteUnusedLinks: ends,
      tags: { team: 'dns' },
    },
    tags: { team: 'data' },
    driftPolicy: 'Correct',
    managementPolicy: 'Manage',
    adoptionPolicy: 'Never',
    deletionPolicy: 'Delete',
    recreatePolicy: 'OnServerRecreated',
    suspend: false,
    connectionInfo: { configMapName: 'how-to-connect' },
  })
  await stage.subject.becomes('False/PendingApproval')
  await stage.subject.approve()
  await stage.subject.settle()
}

const zoneOf = ({ hub }: Stage): string => `${hub}${provider}/privateDnsZones/${zoneName}`
const names = (all: readonly Shown[]): readonly string[] => all.map(({ name }) => name)
const listed = ({ world }: Stage, path: string): Promise<readonly Shown[]> => world.arm.list(path)
const shown = async ({ world }: Stage, path: string): Promise<Shown> => world.arm.get(path)
const groupOf = ({ site }: Stage): string => site.group.replace(/[^/]+$/, 'fresh')
const ours = async (stage: Stage): Promise<Shown> => (await stage.subject.shown()).properties
const connectionOf = async (stage: Stage): Promise<Shown> =>
  (await ours(stage)).manualPrivateLinkServiceConnections[0]
const connectionsOf = (stage: Stage) =>
  listed(stage, `${stage.site.serverId}/privateEndpointConnections`)
const interfacesOf = (stage: Stage) =>
  listed(stage, `${groupOf(stage)}${provider}/networkInterfaces`)
const linksOf = (stage: Stage) => listed(stage, `${zoneOf(stage)}/virtualNetworkLinks`)
const zoneGroupsOf = (stage: Stage) => listed(stage, `${stage.subject.id}/privateDnsZoneGroups`)
const recordsOf = (stage: Stage) => listed(stage, `${zoneOf(stage)}/A`)

type Checks = Readonly<Record<string, (stage: Stage) => Promise<void>>>

const isMade: Checks = {
  serverId: async (stage) => {
    const { properties } = await connectionOf(stage)
    assert.is(properties.privateLinkServiceId, stage.site.serverId)
    assert.equal(properties.groupIds, ['postgresqlServer'])
    const [connection] = await connectionsOf(stage)
    assert.is(connection.properties.privateEndpoint.id, stage.subject.id)
  },
  subnetId: async (stage) => assert.is((await ours(stage)).subnet.id, stage.site.subnetId),
  resourceGroup: async (stage) =>
    assert.equal(names(await listed(stage, `${groupOf(stage)}${provider}/privateEndpoints`)), [
      'called-so',
    ]),
  createResourceGroup: async (stage) =>
    assert.is((await shown(stage, groupOf(stage))).location, 'westeurope'),
  endpointName: async (stage) => assert.is((await stage.subject.shown()).name, 'called-so'),
  connectionName: async (stage) => assert.is((await connectionOf(stage)).name, 'to-the-db'),
  location: async (stage) => assert.is((await stage.subject.shown()).location, 'westeurope'),
  networkInterfaceName: async (stage) =>
    assert.equal(names(await interfacesOf(stage)), ['called-nic']),
  privateIPAddress: async (stage) => {
    const [nic] = await interfacesOf(stage)
    assert.is(nic.properties.ipConfigurations[0].properties.privateIPAddress, '10.0.1.77')
    assert.equal(stage.subject.object.status?.privateIPAddresses, ['10.0.1.77'])
  },
  approval: async (stage) => {
    assert.equal((await ours(stage)).privateLinkServiceConnections, [])
    assert.is(stage.subject.told('PendingApproval').length, 1)
    assert.is(stage.subject.object.status?.connection?.state, 'Approved')
  },
  requestMessage: async (stage) =>
    assert.is((await connectionOf(stage)).properties.requestMessage, 'the ledger needs it'),
  applicationSecurityGroupIds: async (stage) =>
    assert.equal((await ours(stage)).applicationSecurityGroups, [
      { id: `${stage.site.group}${provider}/applicationSecurityGroups/apps` },
    ]),
  subnetNetworkPolicies: async (stage) => {
    const { properties } = await shown(stage, stage.site.subnetId)
    assert.is(properties.privateEndpointNetworkPolicies, 'NetworkSecurityGroupEnabled')
  },
  'dns.mode': async (stage) => {
    const [record] = await recordsOf(stage)
    assert.equal(record.properties.aRecords, [{ ipv4Address: '10.0.1.77' }])
  },
  'dns.resourceGroup': async (stage) =>
    assert.equal(names(await listed(stage, `${stage.hub}${provider}/privateDnsZones`)), [zoneName]),
  'dns.createZone': async (stage) =>
    assert.is((await shown(stage, zoneOf(stage))).tags.pgpeObject, stage.subject.key),
  'dns.zoneGroupName': async (stage) => assert.equal(names(await zoneGroupsOf(stage)), ['names']),
  'dns.configName': async (stage) => {
    const [group] = await zoneGroupsOf(stage)
    const [config] = group.properties.privateDnsZoneConfigs
    assert.equal([config.name, config.properties.privateDnsZoneId], ['zone', zoneOf(stage)])
  },
  'dns.linkOwnVirtualNetwork': async (stage) => {
    const linked = (await linksOf(stage)).map(({ properties }) => properties.virtualNetwork.id)
    assert.ok(linked.includes(stage.site.networkId))
  },
  'dns.additionalVirtualNetworkIds': async (stage) => {
    const linked = (await linksOf(stage)).map(({ properties }) => properties.virtualNetwork.id)
    assert.ok(linked.includes(stage.spoke))
  },
  'dns.resolutionPolicy': async (stage) => {
    for (const { properties } of await linksOf(stage)) {
      assert.is(properties.resolutionPolicy, 'NxDomainRedirect')
    }
  },
  'dns.tags': async (stage) => {
    const all = [await shown(stage, zoneOf(stage)), ...(await linksOf(stage))]
    assert.equal(
      all.map(({ tags }) => tags.team),
      ['dns', 'dns', 'dns'],
    )
  },
  tags: async (stage) => {
    const { uid } = stage.subject.object.metadata
    assert.equal((await stage.subject.shown()).tags, {
      team: 'data',
      pgpeOwner: `cluster-1.${uid}`,
      pgpeObject: stage.subject.key,
    })
  },
  connectionInfo: async ({ world }) => {
    const { data } = world.configMaps?.get('team/how-to-connect') ?? {}
    assert.is(data?.['privateIP'], '10.0.1.77')
  },
}

const made = suite('an endpoint that says everything, once made', {} as Stage)
made.before((stage) => build(stage, false))
made.after(({ world }) => world.stop())
for (const [field, check] of Object.entries(isMade)) {
  made(`${field}: stands in Azure as the spec says`, check)
}
made(
  'is made by as few writes as there are things to make, and costs none at rest',
  async (stage) => {
    const { world } = stage
    assert.equal(world.deeds.toSorted(), [
      'CreateEndpoint',
      'CreateLink',
      'CreateLink',
      'CreateResourceGroup',
      'CreateZone',
      'SetSubnetPolicies',
      'WriteZoneGroup',
    ])
    await stage.subject.rest()
    assert.is(world.deeds.length, 7)
  },
)
made.run()

const nothing = async (found: Promise<readonly Shown[]>): Promise<void> =>
  assert.equal(names(await found), [])
/** Of the server's, all but that of the endpoint that is not ours. */
const onlyTheirs = async (stage: Stage): Promise<void> =>
  assert.equal(
    names(await connectionsOf(stage)).map((name) => name.split('.')[0]),
    ['theirs'],
  )

const isGone: Checks = {
  serverId: async (stage) => {
    assert.is((await shown(stage, stage.site.serverId)).properties.state, 'Ready')
    await onlyTheirs(stage)
  },
  subnetId: async (stage) => {
    const { properties } = await shown(stage, stage.site.subnetId)
    const held: readonly Shown[] = properties.privateEndpoints
    assert.equal(
      held.map(({ id }) => String(id).split('/').at(-1)?.toLowerCase()),
      ['theirs'],
    )
  },
  resourceGroup: (stage) => nothing(listed(stage, `${groupOf(stage)}${provider}/privateEndpoints`)),
  createResourceGroup: async (stage) => assert.ok(await shown(stage, groupOf(stage))),
  endpointName: async (stage) => assert.is(await shown(stage, stage.subject.id), undefined),
  connectionName: onlyTheirs,
  location: async (stage) => assert.is(await shown(stage, stage.subject.id), undefined),
  networkInterfaceName: (stage) => nothing(interfacesOf(stage)),
  privateIPAddress: async ({ site }) => {
    const dns = { mode: 'None' as const }
    const next = new Subject(site, { dns, endpointName: 'next', privateIPAddress: '10.0.1.77' })
    await next.settle()
    await next.remove()
  },
  approval: onlyTheirs,
  requestMessage: onlyTheirs,
  applicationSecurityGroupIds: async (stage) => {
    const all = await listed(stage, `${stage.site.group}${provider}/applicationSecurityGroups`)
    assert.equal(names(all), ['apps'])
  },
  subnetNetworkPolicies: async (stage) => {
    const { properties } = await shown(stage, stage.site.subnetId)
    assert.is(properties.privateEndpointNetworkPolicies, 'NetworkSecurityGroupEnabled')
  },
  'dns.mode': async (stage) => {
    await nothing(recordsOf(stage))
    assert.equal(stage.world.deeds.slice(7, 9), ['RemoveZoneGroup', 'DeleteEndpoint'])
  },
  'dns.zoneId': async (stage) => assert.ok(await shown(stage, zoneOf(stage))),
  'dns.resourceGroup': async (stage) => assert.ok(await shown(stage, stage.hub)),
  'dns.createZone': async (stage) => assert.ok(await shown(stage, zoneOf(stage))),
  'dns.zoneGroupName': (stage) => nothing(zoneGroupsOf(stage).catch(() => [])),
  'dns.configName': (stage) => nothing(zoneGroupsOf(stage).catch(() => [])),
  'dns.linkOwnVirtualNetwork': async (stage) => {
    const linked = (await linksOf(stage)).map(({ properties }) => properties.virtualNetwork.id)
    assert.ok(linked.includes(stage.site.networkId))
  },
  'dns.additionalVirtualNetworkIds': async (stage) => {
    const linked = (await linksOf(stage)).map(({ properties }) => properties.virtualNetwork.id)
    assert.ok(linked.includes(stage.spoke))
  },
  'dns.resolutionPolicy': async (stage) => {
    for (const { properties } of await linksOf(stage)) {
      assert.is(properties.resolutionPolicy, 'NxDomainRedirect')
    }
  },
  'dns.tags': async (stage) => assert.is((await shown(stage, zoneOf(stage))).tags.team, 'dns'),
  tags: async (stage) => assert.is(await shown(stage, stage.subject.id), undefined),
  adoptionPolicy: async (stage) =>
    assert.equal(names(await listed(stage, `${stage.site.group}${provider}/privateEndpoints`)), [
      'theirs',
    ]),
}

const gone = suite('an endpoint that said everything, once deleted', {} as Stage)
gone.before(async (stage) => {
  await build(stage, false)
  const { subnetId, serverId, group } = stage.site
  await stage.site.stranger.put(`${group}${provider}/privateEndpoints/theirs`, {
    location: 'westeurope',
    properties: {
      subnet: { id: subnetId },
      privateLinkServiceConnections: [
        {
          name: 'theirs',
          properties: { privateLinkServiceId: serverId, groupIds: ['postgresqlServer'] },
        },
      ],
    },
  })
  stage.world.pass(120)
  await stage.subject.remove()
  stage.world.pass(120)
})
gone.after(({ world }) => world.stop())
for (const [field, check] of Object.entries(isGone)) {
  gone(`${field}: what is left when the object is deleted`, check)
}
gone.run()

const traces = suite('rules of ours')

traces('leave no trace in Azure: it is written the same, whatever they are', async () => {
  const world = await makeWorld()
  try {
    const site = await makeSite(world, await makeStranger(world))
    const other = await makeSite(world, site.stranger)
    const given = { dns: { mode: 'None' as const } }
    const plain = new Subject(site, given)
    const ruled = new Subject(other, {
      ...given,
      driftPolicy: 'Report',
      adoptionPolicy: 'IfMatching',
      deletionPolicy: 'Retain',
      recreatePolicy: 'OnServerRecreated',
      suspend: false,
    })
    await plain.settle()
    await ruled.settle()
    const bare = async (subject: Subject, { name }: Site) =>
      JSON.stringify(await subject.shown())
        .replaceAll(name, 'SITE')
        .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'GUID')
        .replaceAll(/"etag":"[^"]*(?:\\"[^"]*)*"/g, '')
        .replaceAll(/0{8}-0{4}-4000-8000-\d{12}/g, 'UID')
    assert.is(await bare(ruled, other), await bare(plain, site))
    assert.equal(world.deeds, ['CreateEndpoint', 'CreateEndpoint'])
  } finally {
    await world.stop()
  }
})

traces.run()
