/** What is in simulated Azure, as its owner sees it from another process: for comparing whole worlds. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SimulatedIdentity } from '../arm/simulator.ts'
import { Arm } from './arm.ts'
import { serverId, subscriptions, zoneId } from './ids.ts'
import { servers } from './world.ts'

const last = (id: string): string => id.split('/').at(-1) ?? ''

/** Signs in with what the demo left in its directory for a second terminal. */
function signIn(directory: string): Arm {
  const read = (name: string): string => readFileSync(join(directory, name), 'utf8')
  const url = /AZURE_RESOURCE_MANAGER_ENDPOINT=['"]?([^'"\s]+)/.exec(read('env'))?.[1] ?? ''
  const identities = JSON.parse(read('identities.json')) as readonly SimulatedIdentity[]
  const owner = identities.find(({ name }) => name === 'owner')
  if (owner === undefined) throw new Error('identities.json has no owner')
  return new Arm(
    { url: url.replace(/\/$/, ''), ca: read('ca.crt') },
    owner,
    AbortSignal.timeout(60_000),
  )
}

/** One line for each thing that the operator may have made or changed, sorted. */
export async function azureOf(directory: string): Promise<readonly string[]> {
  const arm = signIn(directory)
  const list = async (path: string): Promise<readonly any[]> =>
    (await arm.must('GET', path)).body.value
  const network = `/subscriptions/${subscriptions.production}/providers/Microsoft.Network`
  const lines: string[] = []
  for (const endpoint of await list(`${network}/privateEndpoints`)) {
    const {
      manualPrivateLinkServiceConnections: manual,
      privateLinkServiceConnections: automatic,
    } = endpoint.properties
    const [connection] = [...(manual ?? []), ...(automatic ?? [])]
    const { status } = connection.properties.privateLinkServiceConnectionState
    lines.push(
      `endpoint ${endpoint.name} ${status} to ${last(connection.properties.privateLinkServiceId)}`,
    )
    for (const group of await list(`${endpoint.id}/privateDnsZoneGroups`)) {
      lines.push(`zone group ${group.name} of ${endpoint.name}`)
    }
  }
  for (const item of await list(`${network}/networkInterfaces`)) {
    lines.push(`network interface of ${last(item.properties.privateEndpoint.id)}`)
  }
  for (const { name } of await list(`${network}/privateDnsZones`)) lines.push(`zone ${name}`)
  for (const link of await list(`${zoneId}/virtualNetworkLinks`)) {
    lines.push(`link to ${last(link.properties.virtualNetwork.id)}`)
  }
  for (const { name } of await list(`${zoneId}/A`)) lines.push(`record ${name}`)
  for (const server of servers) {
    for (const { properties } of await list(`${serverId(server)}/privateEndpointConnections`)) {
      const { status } = properties.privateLinkServiceConnectionState
      lines.push(`connection of ${server} from ${last(properties.privateEndpoint.id)} ${status}`)
    }
  }
  await arm.close()
  return lines.toSorted()
}

const made = ['archive', 'billing', 'ledger', 'orders']

/** How Azure is at the end of the demo, whatever happened during it. */
export const azureAtTheEnd: readonly string[] = [
  ...made.flatMap((name) => [
    `endpoint ${name} Approved to ${name}`,
    `zone group default of ${name}`,
    `network interface of ${name}`,
    `record ${name}`,
    `connection of ${name} from ${name} Approved`,
  ]),
  'zone privatelink.postgres.database.azure.com',
  'link to hub',
  'connection of warehouse from dbt-emea-warehouse Approved',
  'connection of warehouse from test-please-approve Rejected',
].toSorted()
