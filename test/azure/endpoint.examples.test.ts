/** Each example of an endpoint, applied as it stands, in the world that its comment speaks of. */
import { readdirSync, readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parse } from 'yaml'
import type { PostgresPrivateEndpoint } from '../../operator/api/private-endpoint.ts'
import { makeWorld, readyOf, type World } from './endpoint.world.ts'

const directory = new URL('../../charts/pgpe-operator/examples/', import.meta.url)
const provider = '/providers/Microsoft.Network'
const zoneName = 'privatelink.postgres.database.azure.com'

interface Example {
  readonly becomes: string
  /** What others have done before it is applied. */
  readonly before?: (world: World, place: Place) => Promise<void>
  /** What others do once it is applied. */
  readonly after?: (world: World, place: Place) => Promise<void>
  /** What others do then, so that it becomes Ready. */
  readonly ends?: (world: World, place: Place) => Promise<void>
}
interface Place {
  readonly object: PostgresPrivateEndpoint
  readonly network: string
}

const byHand = async (world: World, { object, network }: Place): Promise<void> => {
  const { serverId, subnetId, endpointName } = object.spec
  await world.arm.put(`${network}${provider}/privateEndpoints/${endpointName}`, {
    location: 'westeurope',
    properties: {
      subnet: { id: subnetId },
      privateLinkServiceConnections: [
        {
          name: 'hand',
          properties: { privateLinkServiceId: serverId, groupIds: ['postgresqlServer'] },
        },
      ],
    },
  })
  world.pass(120)
}

const byPolicy = async (world: World, { object, network }: Place): Promise<void> => {
  const zone = `${network}${provider}/privateDnsZones/${zoneName}`
  await world.arm.put(zone, { location: 'global' })
  world.pass(120)
  const endpoint = `${network}${provider}/privateEndpoints/${object.metadata.name}`
  await world.until('made', async () => (await world.arm.get(endpoint)) !== undefined)
  world.pass(120)
  await world.arm.put(`${endpoint}/privateDnsZoneGroups/policy`, {
    properties: { privateDnsZoneConfigs: [{ name: 'z', properties: { privateDnsZoneId: zone } }] },
  })
}

const approved = async (world: World, { object }: Place): Promise<void> => {
  const connections = `${object.spec.serverId}/privateEndpointConnections`
  const [connection] = await world.arm.list(connections)
  await world.arm.put(`${connections}/${String(connection?.['name'])}`, {
    properties: { privateLinkServiceConnectionState: { status: 'Approved', description: '' } },
  })
}

const ready: Example = { becomes: 'True/Ready' }

const examples: Readonly<Record<string, Example>> = {
  automatic: ready,
  manual: { becomes: 'False/PendingApproval', ends: approved },
  'static-address': ready,
  'stopped-server': {
    becomes: 'False/ServerNotReady',
    before: async (world, { object }) => {
      await world.arm.post(`${object.spec.serverId}/stop`)
      world.pass(900)
    },
    ends: (world, { object }) => world.arm.post(`${object.spec.serverId}/start`),
  },
  temporary: ready,
  'hub-and-spoke': ready,
  'policy-made-dns': { becomes: 'True/Ready', after: byPolicy },
  'without-dns': ready,
  adopted: { becomes: 'True/Ready', before: byHand },
  watched: { becomes: 'True/Ready', before: byHand },
  guarded: ready,
  published: ready,
  reported: ready,
}

const read = (name: string): PostgresPrivateEndpoint =>
  parse(readFileSync(new URL(`${name}.yaml`, directory), 'utf8')) as PostgresPrivateEndpoint

/** What all of them name: two groups, the hub with its subnet, a spoke, a security group, the server. */
async function prepare(world: World, object: PostgresPrivateEndpoint): Promise<Place> {
  const { serverId, subnetId } = object.spec
  const network = subnetId.replace(/\/providers\/.*/, '')
  for (const group of [network, serverId.replace(/\/providers\/.*/, '')]) {
    await world.arm.put(group, { location: 'westeurope' })
  }
  const networks = `${network}${provider}/virtualNetworks`
  for (const [name, block] of [
    ['hub', '10.1'],
    ['spoke', '10.2'],
  ]) {
    await world.arm.put(`${networks}/${name}`, {
      location: 'westeurope',
      properties: {
        addressSpace: { addressPrefixes: [`${block}.0.0/16`] },
        subnets: [{ name: 'endpoints', properties: { addressPrefix: `${block}.1.0/24` } }],
      },
    })
  }
  await world.arm.put(`${network}${provider}/applicationSecurityGroups/databases`, {
    location: 'westeurope',
  })
  await world.arm.put(serverId, {
    location: 'westeurope',
    sku: { name: 'Standard_D2s_v3', tier: 'GeneralPurpose' },
    properties: {
      administratorLogin: 'boss',
      administratorLoginPassword: 'Secret-1234',
      version: '16',
      storage: { storageSizeGB: 32 },
      network: { publicNetworkAccess: 'Enabled' },
    },
  })
  world.pass(1_800)
  return { object, network }
}

const test = suite('the examples of endpoints')

test('are all tried here, and they are ten or more', () => {
  const kept = readdirSync(directory)
    .map((file) => file.replace(/\.yaml$/, ''))
    .filter((name) => read(name).kind === 'PostgresPrivateEndpoint')
  assert.equal(kept.toSorted(), Object.keys(examples).toSorted())
  assert.ok(kept.length >= 10)
})

for (const [name, { becomes, before, after, ends }] of Object.entries(examples)) {
  const then = ends === undefined ? '' : ', and Ready once that is lifted'
  test(`${name}.yaml becomes ${becomes}${then}`, async () => {
    const world = await makeWorld({ connectionInfo: true })
    try {
      const object = read(name)
      const place = await prepare(world, object)
      await before?.(world, place)
      const key = world.cluster.create(object.metadata.name, object.spec)
      await after?.(world, place)
      await world.until(becomes, () => readyOf(world.cluster, key) === becomes)
      await ends?.(world, place)
      await world.until('Ready', () => readyOf(world.cluster, key) === 'True/Ready')
      if (name === 'published') {
        const published = () => world.configMaps?.get('team/published-db') !== undefined
        await world.until('published', published)
      }
    } finally {
      await world.stop()
    }
  })
}

test.run()
