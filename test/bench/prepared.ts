/**
 * N endpoints at rest, without the hours of work that making them would take: Azure's side is made by
 * `owner` as the operator would have made it, the objects as users would; what the operator then finds
 * is its own, and only its status is missing. As after a cluster's restore from a backup.
 */
import { ownerTags } from '../../operator/api/tags.ts'
import { subscriptionOf } from './azure.ts'
import { namespace } from './cluster.ts'
import { inTurn } from './crowd.ts'
import type { Operator } from './operator.ts'
import type { Stage } from './stage.ts'
import { group, location, makeWorld, type World } from './world.ts'

/** As the operator names them where nobody says otherwise. */
const zoneGroupName = 'default'
const configName = 'privatelink-postgres-database-azure-com'

/** Makes them, and lets an operator look until all are Ready. */
export async function prepare(
  stage: Stage,
  n: number,
  say: (line: string) => void,
  args: readonly string[] = [],
): Promise<Operator> {
  const { azure, cluster } = stage
  const size = { endpoints: n, servers: n, subnets: n }
  const world = await makeWorld(azure, subscriptionOf(azure), size)
  say(`${n} servers and subnets are made`)
  const uids = await cluster.create(world.places)
  const { metadata } = await cluster.send('GET', '/api/v1/namespaces/kube-system')
  await makeEndpoints(stage, world, uids, metadata.uid)
  say(`${n} endpoints and objects are made`)
  const operator = await stage.operator(args)
  await cluster.untilReady(n)
  say(`${n} objects are Ready`)
  await untilQuiet(stage, operator)
  return operator
}

async function makeEndpoints(
  { azure }: Stage,
  { places, subscriptionId, zoneId }: World,
  uids: ReadonlyMap<string, string>,
  clusterId: string,
): Promise<void> {
  const owner = azure.as('owner')
  const [ownerTag, objectTag] = ownerTags
  const providers = `/subscriptions/${subscriptionId}/resourceGroups/${group}/providers`
  const idOf = (name: string): string => `${providers}/Microsoft.Network/privateEndpoints/${name}`
  await inTurn(places.length, async (index) => {
    const { name, serverId, subnetId } = places[index]!
    const target = { privateLinkServiceId: serverId, groupIds: ['postgresqlServer'] }
    await owner.must('PUT', idOf(name), {
      location,
      tags: {
        [ownerTag]: `${clusterId}.${uids.get(name)}`,
        [objectTag]: `${namespace}/${name}`,
      },
      properties: {
        subnet: { id: subnetId },
        privateLinkServiceConnections: [{ name, properties: target }],
      },
    })
  })
  await azure.advance(120)
  await inTurn(places.length, async (index) => {
    const config = { name: configName, properties: { privateDnsZoneId: zoneId } }
    const path = `${idOf(places[index]!.name)}/privateDnsZoneGroups/${zoneGroupName}`
    await owner.must('PUT', path, { properties: { privateDnsZoneConfigs: [config] } })
  })
  await azure.advance(60)
}

/** Visits of endpoints that have ended, however. */
export const visitsOf = (operator: Operator): Promise<number> =>
  operator.counter('pgpe_reconcile_total', (labels) => labels.includes('PostgresPrivateEndpoint'))

/** Resolves once no visit has ended for three seconds. */
export async function untilQuiet({ wait }: Stage, operator: Operator): Promise<void> {
  for (let known = -1; ;) {
    const now = await visitsOf(operator)
    if (now === known) return
    known = now
    await wait(3)
  }
}
