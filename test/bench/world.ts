/**
 * What is in Azure before the clock starts: one zone, N servers, N subnets in ten virtual networks, made
 * by `owner` through ARM alone. The operator signs in as another identity, `network`, which may manage
 * networks and approve connections.
 */
import type { Arm } from '../demo/arm.ts'
import type { Azure } from './azure.ts'
import { inTurn } from './crowd.ts'

export const location = 'westeurope'
export const zoneName = 'privatelink.postgres.database.azure.com'
const networks = 10

/** What one endpoint object names. */
export interface Place {
  readonly name: string
  readonly serverId: string
  readonly subnetId: string
}

export interface World {
  readonly subscriptionId: string
  readonly zoneId: string
  readonly places: readonly Place[]
}

export interface WorldSize {
  readonly endpoints: number
  /** Fewer servers than endpoints: the endpoints share them. */
  readonly servers: number
  /** As many as endpoints, or one for all. */
  readonly subnets: number
}

const digits = (index: number): string => String(index).padStart(5, '0')
export const group = 'bench'

interface Ids {
  readonly server: (index: number) => string
  readonly network: (index: number) => string
  readonly subnet: (index: number) => string
  readonly zone: string
}

function idsIn(subscriptionId: string): Ids {
  const providers = `/subscriptions/${subscriptionId}/resourceGroups/${group}/providers`
  const network = (index: number): string =>
    `${providers}/Microsoft.Network/virtualNetworks/network-${index}`
  return {
    server: (index) =>
      `${providers}/Microsoft.DBforPostgreSQL/flexibleServers/server-${digits(index)}`,
    network,
    subnet: (index) => `${network(index % networks)}/subnets/subnet-${digits(index)}`,
    zone: `${providers}/Microsoft.Network/privateDnsZones/${zoneName}`,
  }
}

/** Makes the world of that size in the subscription, and lets Azure's time pass until it is at rest. */
export async function makeWorld(
  azure: Azure,
  subscriptionId: string,
  size: WorldSize,
): Promise<World> {
  const owner = azure.as('owner')
  const ids = idsIn(subscriptionId)
  await owner.must('PUT', `/subscriptions/${subscriptionId}/resourceGroups/${group}`, { location })
  await makeNetworks(owner, ids, size.subnets)
  await owner.must('PUT', ids.zone, { location: 'global' })
  await azure.advance(600)
  await inTurn(networks, (index) => linkNetwork(owner, ids, index))
  await inTurn(size.servers, (index) => makeServer(owner, ids.server(index), index))
  // The slowest server takes ten minutes; roles take effect after five.
  await letApprove(azure, owner, subscriptionId)
  await azure.advance(1_200)
  const places = Array.from({ length: size.endpoints }, (_, index): Place => ({
    name: `endpoint-${digits(index)}`,
    serverId: ids.server(index % size.servers),
    subnetId: ids.subnet(index % size.subnets),
  }))
  return { subscriptionId, zoneId: ids.zone, places }
}

/** Each subnet has room for eleven endpoints; the only one has room for all. */
function makeNetworks(owner: Arm, ids: Ids, subnets: number): Promise<void> {
  return inTurn(networks, async (index) => {
    const mine = Array.from({ length: subnets }, (_, at) => at).filter(
      (at) => at % networks === index,
    )
    await owner.must('PUT', ids.network(index), {
      location,
      properties: {
        addressSpace: { addressPrefixes: [`10.${index}.0.0/16`] },
        subnets: mine.map((at, place) => ({
          name: ids.subnet(at).split('/').at(-1),
          properties: { addressPrefix: subnets === 1 ? `10.${index}.0.0/20` : block(index, place) },
        })),
      },
    })
  })
}

/** The n-th block of sixteen addresses in the network. */
const block = (network: number, place: number): string =>
  `10.${network}.${Math.floor(place / 16)}.${(place % 16) * 16}/28`

const linkNetwork = async (owner: Arm, ids: Ids, index: number): Promise<void> => {
  await owner.must('PUT', `${ids.zone}/virtualNetworkLinks/network-${index}`, {
    location: 'global',
    properties: { virtualNetwork: { id: ids.network(index) }, registrationEnabled: false },
  })
}

const makeServer = async (owner: Arm, id: string, index: number): Promise<void> => {
  await owner.must('PUT', id, {
    location,
    sku: { name: 'Standard_D2ds_v5', tier: 'GeneralPurpose' },
    properties: {
      version: '17',
      administratorLogin: 'pgadmin',
      administratorLoginPassword: `not-a-real-Password${index}`,
      storage: { storageSizeGB: 128 },
      network: { publicNetworkAccess: 'Disabled' },
      highAvailability: { mode: 'Disabled' },
      createMode: 'Default',
    },
  })
}

const rolesOfOperator = ['Network Contributor', 'Reader', 'PG Connection Approver']

/** What the operator's identity does not hold in the subscription yet. */
async function letApprove(azure: Azure, owner: Arm, subscriptionId: string): Promise<void> {
  const authorization = `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization`
  const principalId = azure.identity('network').objectId
  const { body } = await owner.must('GET', `${authorization}/roleDefinitions`)
  for (const { id, name, properties } of body.value) {
    if (!rolesOfOperator.includes(properties.roleName)) continue
    // Any GUID will do for a name; the definition's own is taken by nobody else here.
    const path = `${authorization}/roleAssignments/${name}`
    const given = { roleDefinitionId: id, principalId, principalType: 'ServicePrincipal' }
    const answer = await owner.send('PUT', path, { properties: given })
    const isHeld = answer.body?.error?.code === 'RoleAssignmentExists'
    if (answer.status >= 300 && !isHeld) throw new Error(JSON.stringify(answer.body))
  }
}
