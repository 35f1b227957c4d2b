/**
 * One row for each field that somebody can change behind our back: what they do, what the object says of
 * it, and what stands in Azure when all is at rest again; under driftPolicy Correct and under Report.
 */
import * as assert from 'uvu/assert'
import type { WrittenEndpointSpec } from '../../operator/api/private-endpoint.ts'
import type { JsonObject } from '../../operator/azure/model.ts'
import {
  alter,
  destroy,
  provider,
  remake,
  zoneName,
  type Shown,
  type Site,
  type Subject,
} from './endpoint.site.ts'

export interface Becomes {
  readonly ready: string
  /** What status.drift names; absent: nothing. */
  readonly path?: string
  /** Where Ready's own Warning says it instead of an event Drifted. */
  readonly warning?: string
  /** Azure is written to. */
  readonly writes?: true
}

export interface Row {
  /** A sentence for the table of fields. */
  readonly says: string
  readonly spec?: (site: Site) => Partial<WrittenEndpointSpec>
  /** What there must be before the object. */
  readonly before?: (site: Site) => Promise<void>
  readonly meddle: (subject: Subject) => Promise<void>
  readonly correct: Becomes
  readonly report: Becomes
  /** What stands in Azure then. */
  readonly leaves?: (subject: Subject, policy: 'Correct' | 'Report') => Promise<void>
  /** How long until it is found, in seconds; default: one resync. */
  readonly within?: number
}

/** What Azure cannot change back. */
const fixed = (path: string, ready = 'True/Drifted') => ({
  correct: { ready, path },
  report: { ready, path },
})
/** Mended under Correct, left under Report. */
const mended = (path: string, left = 'True/Drifted') =>
  ({
    correct: { ready: 'True/Ready', path, writes: true },
    report: { ready: left, path },
  }) as const
/** Whatever the policy: not ours any more, or not to be mended by writing. */
const warned = (reason: string, path?: string) => {
  const becomes = {
    ready: `False/${reason}`,
    warning: reason,
    ...(path === undefined ? {} : { path }),
  }
  return { correct: becomes, report: becomes }
}

const none = { dns: { mode: 'None' as const } }
const securityGroup = ({ group }: Site, name: string): string =>
  `${group}${provider}/applicationSecurityGroups/${name}`
const secondServer = ({ serverId }: Site): string => `${serverId}-two`
const secondSubnet = ({ networkId }: Site): string => `${networkId}/subnets/other`

async function addServer({ world, serverId }: Site): Promise<void> {
  const found: Shown = await world.arm.get(serverId)
  const { version, storage } = found.properties
  await world.arm.put(`${serverId}-two`, {
    location: found.location,
    sku: found.sku,
    properties: {
      administratorLogin: 'boss',
      administratorLoginPassword: 'Secret-1234',
      version,
      storage: { storageSizeGB: storage.storageSizeGB },
    },
  })
  world.pass(1_800)
}

async function addSecurityGroups(site: Site): Promise<void> {
  for (const name of ['wanted', 'theirs']) {
    await site.world.arm.put(securityGroup(site, name), { location: 'westeurope' })
  }
  site.world.pass(60)
}

const connections = (properties: Shown, change: (one: Shown) => Shown): JsonObject => ({
  properties: {
    ...properties,
    privateLinkServiceConnections: properties.privateLinkServiceConnections.map(change),
    manualPrivateLinkServiceConnections: properties.manualPrivateLinkServiceConnections.map(change),
  },
})

const tagged = (change: Readonly<Record<string, string>>) => (found: Shown) => ({
  ...found,
  tags: { ...found.tags, ...change },
})

async function onlyEndpoints({ site }: Subject, names: readonly string[]): Promise<void> {
  const all = await site.world.arm.list(`${site.group}${provider}/privateEndpoints`)
  assert.equal(
    all.map(({ name }) => name),
    names,
  )
}

export const endpointRows: Readonly<Record<string, Row>> = {
  serverId: {
    says: 'an endpoint that leads to another server now is not written to',
    before: addServer,
    meddle: (subject) =>
      remake(subject, (properties) =>
        connections(properties, ({ name, properties: { groupIds } }) => ({
          name,
          properties: { groupIds, privateLinkServiceId: secondServer(subject.site) },
        })),
      ),
    ...warned('ImmutableChanged', 'serverId'),
  },
  subnetId: {
    says: 'an endpoint that lives in another subnet now is not written to',
    before: async ({ world, networkId }) => {
      await world.arm.put(`${networkId}/subnets/other`, {
        properties: { addressPrefix: '10.0.2.0/24' },
      })
      world.pass(60)
    },
    meddle: (subject) =>
      remake(subject, (properties) => ({
        properties: { ...properties, subnet: { id: secondSubnet(subject.site) } },
      })),
    ...warned('ImmutableChanged', 'subnetId'),
  },
  resourceGroup: {
    says: 'an endpoint that is in another group now is never made twice',
    before: async ({ world, group }) => {
      await world.arm.put(`${group}-two`, { location: 'westeurope' })
      world.pass(10)
    },
    meddle: (subject) =>
      remake(subject, () => ({}), subject.id.replace(/(resourceGroups\/[^/]+)/, '$1-two')),
    ...warned('Moved'),
    leaves: (subject) => onlyEndpoints(subject, []),
  },
  createResourceGroup: {
    says: 'a group that somebody deleted with the endpoint is not made again',
    spec: ({ name }) => ({ ...none, resourceGroup: `${name}-made`, createResourceGroup: true }),
    meddle: async ({ site }) => {
      await destroy(site, `${site.group}-made`)
      site.world.pass(600)
    },
    correct: { ready: 'False/ResourceGroupNotFound', warning: 'ResourceGroupNotFound' },
    report: { ready: 'False/Vanished', warning: 'Vanished', path: 'privateEndpoint' },
    leaves: async ({ site }) =>
      assert.is(await site.world.arm.get(`${site.group}-made`), undefined),
  },
  endpointName: {
    says: 'an endpoint that somebody deleted is made again',
    spec: () => ({ ...none, endpointName: 'called-so' }),
    meddle: (subject) => destroy(subject.site, subject.id),
    correct: { ready: 'True/Ready', path: 'privateEndpoint', writes: true },
    report: { ready: 'False/Vanished', path: 'privateEndpoint', warning: 'Vanished' },
    leaves: (subject, policy) => onlyEndpoints(subject, policy === 'Correct' ? ['called-so'] : []),
  },
  connectionName: {
    says: 'another name of the connection is reported: Azure sets it once',
    spec: () => ({ ...none, connectionName: 'ours' }),
    meddle: (subject) =>
      remake(subject, (properties) =>
        connections(properties, (one) => ({ ...one, name: 'theirs' })),
      ),
    ...fixed('connectionName'),
  },
  location: {
    says: 'another region is reported: a network that was made anew elsewhere',
    spec: () => ({ ...none, location: 'westeurope' }),
    meddle: async (subject) => {
      const { site } = subject
      const found = await subject.shown()
      await destroy(site, subject.id)
      await destroy(site, site.networkId)
      await site.stranger.put(site.networkId, {
        location: 'northeurope',
        properties: {
          addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
          subnets: [{ name: 'apps', properties: { addressPrefix: '10.0.1.0/24' } }],
        },
      })
      site.world.pass(60)
      const [one] = found.properties.privateLinkServiceConnections
      const { privateLinkServiceId, groupIds } = one.properties
      await site.stranger.put(subject.id, {
        location: 'northeurope',
        tags: found.tags,
        properties: {
          subnet: { id: site.subnetId },
          privateLinkServiceConnections: [
            { name: one.name, properties: { privateLinkServiceId, groupIds } },
          ],
        },
      })
      site.world.pass(120)
    },
    ...fixed('location'),
  },
  networkInterfaceName: {
    says: 'another name of the interface is reported: Azure sets it once',
    spec: ({ name }) => ({ ...none, networkInterfaceName: `${name}-nic` }),
    meddle: (subject) =>
      remake(subject, (properties) => ({
        properties: { ...properties, customNetworkInterfaceName: 'their-nic' },
      })),
    ...fixed('networkInterfaceName'),
  },
  privateIPAddress: {
    says: 'another address is reported: Azure sets it once',
    spec: () => ({ ...none, privateIPAddress: '10.0.1.77' }),
    meddle: (subject) => remake(subject, () => ({})),
    ...fixed('privateIPAddress'),
  },
  approval: {
    says: 'a request where an approved connection is wanted is reported, and waited for',
    spec: () => none,
    meddle: (subject) =>
      remake(subject, ({ privateLinkServiceConnections, ...rest }) => ({
        properties: {
          ...rest,
          privateLinkServiceConnections: [],
          manualPrivateLinkServiceConnections: privateLinkServiceConnections,
        },
      })),
    ...fixed('approval', 'False/PendingApproval'),
  },
  requestMessage: {
    says: 'another message is reported: Azure sets it once',
    spec: () => ({ ...none, approval: 'Manual', requestMessage: 'the ledger needs it' }),
    meddle: async (subject) => {
      await remake(subject, (properties) =>
        connections(properties, (one) => ({
          ...one,
          properties: { ...one.properties, requestMessage: 'let me in' },
        })),
      )
      await subject.approve()
    },
    ...fixed('requestMessage'),
  },
  applicationSecurityGroupIds: {
    says: 'other security groups are put back',
    before: addSecurityGroups,
    spec: (site) => ({ ...none, applicationSecurityGroupIds: [securityGroup(site, 'wanted')] }),
    meddle: (subject) =>
      alter(subject.site, subject.id, (found) => ({
        ...found,
        properties: {
          ...found.properties,
          applicationSecurityGroups: [{ id: securityGroup(subject.site, 'theirs') }],
        },
      })),
    ...mended('applicationSecurityGroupIds'),
    leaves: async (subject, policy) => {
      const { applicationSecurityGroups } = (await subject.shown()).properties
      assert.equal(applicationSecurityGroups, [
        { id: securityGroup(subject.site, policy === 'Correct' ? 'wanted' : 'theirs') },
      ])
    },
  },
  subnetNetworkPolicies: {
    says: 'other policies of the subnet are left alone, and are no drift',
    spec: () => ({ ...none, subnetNetworkPolicies: 'NetworkSecurityGroupEnabled' }),
    meddle: ({ site }) =>
      alter(site, site.subnetId, (found) => ({
        ...found,
        properties: { ...found.properties, privateEndpointNetworkPolicies: 'Disabled' },
      })),
    correct: { ready: 'True/Ready' },
    report: { ready: 'True/Ready' },
    leaves: async ({ site }) => {
      const { properties }: Shown = await site.world.arm.get(site.subnetId)
      assert.is(properties.privateEndpointNetworkPolicies, 'Disabled')
    },
  },
  tags: {
    says: 'a tag of ours is put back, and one of theirs stays',
    spec: () => ({ ...none, tags: { team: 'data' } }),
    meddle: ({ site, id }) => alter(site, id, tagged({ team: 'x', theirs: 'y' })),
    ...mended('tags.team'),
    leaves: async (subject, policy) => {
      const { team, theirs } = (await subject.shown()).tags
      assert.equal([team, theirs], [policy === 'Correct' ? 'data' : 'x', 'y'])
    },
  },
  deletionPolicy: {
    says: 'tags that mark it as ours are put back, so that a deletion still finds it',
    spec: () => none,
    meddle: ({ site, id }) => alter(site, id, (found) => ({ ...found, tags: {} })),
    ...mended('tags.pgpeOwner'),
    leaves: async (subject) => {
      await subject.remove()
      await onlyEndpoints(subject, [])
    },
  },
  adoptionPolicy: {
    says: 'an endpoint that somebody made anew without our tags is left to them',
    spec: () => none,
    meddle: (subject) => remake(subject, () => ({ tags: { theirs: 'y' } })),
    ...warned('OwnershipLost'),
    leaves: async (subject) => {
      await subject.remove()
      assert.equal((await subject.shown()).tags, { theirs: 'y' })
    },
  },
}

const ownZone = ({ group }: Site): string => `${group}${provider}/privateDnsZones/${zoneName}`
const links = (site: Site): string => `${ownZone(site)}/virtualNetworkLinks`
const groups = ({ id }: Subject): string => `${id}/privateDnsZoneGroups`
const zoneGroup = (zone: string, name = 'z') => ({
  properties: { privateDnsZoneConfigs: [{ name, properties: { privateDnsZoneId: zone } }] },
})

async function addZone(site: Site, group: string): Promise<void> {
  const id = `${group}${provider}/privateDnsZones/${zoneName}`
  await site.stranger.put(id, { location: 'global' })
  site.world.pass(120)
}

async function onlyLink(site: Site): Promise<Shown> {
  const [link] = await site.world.arm.list(links(site))
  assert.ok(link)
  return link
}

const record = async ({ site }: Subject, zone = ownZone(site)): Promise<readonly unknown[]> => {
  const found: readonly Shown[] = await site.world.arm.list(`${zone}/A`)
  return found.flatMap(({ properties }) => properties.aRecords.map((one: Shown) => one.ipv4Address))
}

async function recorded(subject: Subject, zone?: string): Promise<void> {
  assert.equal(await record(subject, zone), subject.object.status?.privateIPAddresses)
}

/** Somebody removes links and zone, records and all. */
async function destroyZone(subject: Subject): Promise<void> {
  const { site } = subject
  await destroy(site, `${groups(subject)}/default`)
  const { id }: Shown = await onlyLink(site)
  await destroy(site, id)
  await destroy(site, ownZone(site))
}

export const dnsRows: Readonly<Record<string, Row>> = {
  'dns.mode': {
    says: 'a record that somebody wiped is written again',
    meddle: ({ site }) => destroy(site, `${ownZone(site)}/A/${site.name}-db`),
    ...mended('dns.record', 'False/Drifted'),
    leaves: async (subject, policy) => {
      if (policy === 'Correct') await recorded(subject)
      else assert.equal(await record(subject), [])
    },
  },
  'dns.zoneId': {
    says: 'a zone group that leads to another zone is removed and written',
    before: async (site) => {
      await site.stranger.put(`${site.group}-two`, { location: 'westeurope' })
      await addZone(site, site.group)
      await addZone(site, `${site.group}-two`)
    },
    spec: (site) => ({ dns: { zoneId: ownZone(site) } }),
    meddle: async (subject) => {
      const { site } = subject
      await destroy(site, `${groups(subject)}/default`)
      await site.stranger.put(
        `${groups(subject)}/default`,
        zoneGroup(ownZone({ ...site, group: `${site.group}-two` })),
      )
      site.world.pass(60)
    },
    ...mended('dns.zoneGroup', 'False/Drifted'),
    leaves: async (subject, policy) => {
      const { group } = subject.site
      if (policy === 'Correct') await recorded(subject)
      else await recorded(subject, ownZone({ ...subject.site, group: `${group}-two` }))
    },
  },
  'dns.resourceGroup': {
    says: 'a zone that somebody deleted is made again, in the group that the spec names',
    spec: ({ name }) => ({ dns: { resourceGroup: name } }),
    meddle: destroyZone,
    ...mended('dns.zone', 'False/Drifted'),
    leaves: async (subject, policy) => {
      if (policy === 'Correct') await recorded(subject)
      else assert.is(await subject.site.world.arm.get(ownZone(subject.site)), undefined)
    },
  },
  'dns.createZone': {
    says: 'false: a zone that somebody deleted is missed, and not made',
    before: (site) => addZone(site, site.group),
    spec: () => ({ dns: { createZone: false } }),
    meddle: destroyZone,
    ...warned('ZoneNotFound'),
    leaves: async ({ site }) => assert.is(await site.world.arm.get(ownZone(site)), undefined),
  },
  'dns.zoneGroupName': {
    says: 'a zone group that somebody removed is written again, under its name',
    spec: () => ({ dns: { zoneGroupName: 'called-so' } }),
    meddle: (subject) => destroy(subject.site, `${groups(subject)}/called-so`),
    ...mended('dns.zoneGroup', 'False/Drifted'),
    leaves: async (subject, policy) => {
      const all = await subject.site.world.arm.list(groups(subject))
      const names = all.map(({ name }) => name)
      assert.equal(names, policy === 'Correct' ? ['called-so'] : [])
    },
  },
  'dns.configName': {
    says: 'another name of the configuration is found within twelve hours, and the group is remade',
    spec: () => ({ dns: { configName: 'ours' } }),
    meddle: async (subject) => {
      const { site } = subject
      await destroy(site, `${groups(subject)}/default`)
      await site.stranger.put(`${groups(subject)}/default`, zoneGroup(ownZone(site), 'theirs'))
      site.world.pass(60)
    },
    within: 43_200 * 1.1,
    ...mended('dns.zoneGroup', 'False/Drifted'),
    leaves: async (subject, policy) => {
      const [group]: readonly Shown[] = await subject.site.world.arm.list(groups(subject))
      const [config] = group.properties.privateDnsZoneConfigs
      assert.is(config.name, policy === 'Correct' ? 'ours' : 'theirs')
    },
  },
  'dns.linkOwnVirtualNetwork': {
    says: "a link of the endpoint's network that somebody removed is made again",
    meddle: async ({ site }) => destroy(site, (await onlyLink(site)).id),
    ...mended('dns.virtualNetworkLinks', 'False/Drifted'),
    leaves: async ({ site }, policy) => {
      const linked = await site.world.arm.list(links(site))
      assert.is(linked.length, policy === 'Correct' ? 1 : 0)
    },
  },
  'dns.additionalVirtualNetworkIds': {
    says: 'a link of a further network that somebody removed is made again',
    before: async ({ world, group }) => {
      await world.arm.put(`${group}${provider}/virtualNetworks/spoke`, {
        location: 'westeurope',
        properties: { addressSpace: { addressPrefixes: ['10.9.0.0/16'] } },
      })
      world.pass(60)
    },
    spec: ({ group }) => ({
      dns: {
        linkOwnVirtualNetwork: false,
        additionalVirtualNetworkIds: [`${group}${provider}/virtualNetworks/spoke`],
      },
    }),
    meddle: async ({ site }) => destroy(site, (await onlyLink(site)).id),
    ...mended('dns.virtualNetworkLinks', 'False/Drifted'),
  },
  'dns.resolutionPolicy': {
    says: 'how a link of ours resolves is put back',
    spec: () => ({ dns: { resolutionPolicy: 'NxDomainRedirect' } }),
    meddle: async ({ site }) =>
      alter(site, (await onlyLink(site)).id, (found) => ({
        ...found,
        properties: { ...found.properties, resolutionPolicy: 'Default' },
      })),
    ...mended('resolutionPolicy'),
    leaves: async ({ site }, policy) => {
      const { properties } = await onlyLink(site)
      assert.is(properties.resolutionPolicy, policy === 'Correct' ? 'NxDomainRedirect' : 'Default')
    },
  },
  'dns.tags': {
    says: 'a tag of a zone of ours is put back, and one of theirs stays',
    spec: () => ({ dns: { tags: { team: 'data' } } }),
    meddle: ({ site }) => alter(site, ownZone(site), tagged({ team: 'x', theirs: 'y' })),
    ...mended('dns.tags.team'),
    leaves: async ({ site }, policy) => {
      const { tags }: Shown = await site.world.arm.get(ownZone(site))
      assert.equal([tags.team, tags.theirs], [policy === 'Correct' ? 'data' : 'x', 'y'])
    },
  },
  'dns.deleteUnusedLinks': {
    says: 'a link whose tags somebody stripped is not ours any more: it stays at the end',
    spec: () => ({ dns: { deleteUnusedLinks: true } }),
    meddle: async ({ site }) =>
      alter(site, (await onlyLink(site)).id, (found) => ({ ...found, tags: {} })),
    correct: { ready: 'True/Ready' },
    report: { ready: 'True/Ready' },
    leaves: async (subject) => {
      await subject.remove()
      await onlyLink(subject.site)
    },
  },
}
