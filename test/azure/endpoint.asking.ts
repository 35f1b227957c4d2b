/** What tests of the endpoint kind ask of their world: what an object says, and how long that takes. */
import * as assert from 'uvu/assert'
import type { JsonObject } from '../../operator/azure/model.ts'
import type { PostgresPrivateEndpoint } from '../../operator/api/private-endpoint.ts'
import { makeWorld, readyOf, type World, type WorldOptions } from './endpoint.world.ts'

export const network = '/providers/Microsoft.Network'
export const zoneName = 'privatelink.postgres.database.azure.com'

export async function inWorld(
  run: (world: World) => Promise<void>,
  options?: WorldOptions,
): Promise<void> {
  const world = await makeWorld(options)
  try {
    await run(world)
  } finally {
    await world.stop()
  }
}

const conditionsOf = ({ cluster }: World, key: string) => cluster.get(key)?.status?.conditions ?? []
export const condition = (world: World, key: string, called: string) =>
  conditionsOf(world, key).find(({ type }) => type === called)
export const messageOf = (world: World, key: string): string =>
  condition(world, key, 'Ready')?.message ?? ''
export const says = (world: World, key: string, said: string) => (): boolean =>
  readyOf(world.cluster, key) === said
export const isReady = (world: World, key: string) => says(world, key, 'True/Ready')
export const made = ({ deeds }: World, name: string): number =>
  deeds.filter((one) => one === name).length
export const rest = (world: World): Promise<void> =>
  world.until('rest', async () => (world.pass(200), (await world.visitAll()) === 0))
export const resync = 300

/** Waits for it, at most a resync and what reading and writing take. */
export async function within(
  world: World,
  seconds: number,
  what: string,
  done: () => boolean | Promise<boolean>,
): Promise<void> {
  const from = world.elapsed
  await world.until(what, done)
  const took = world.elapsed - from
  assert.ok(took <= seconds, `${what}: after ${took} s`)
}

export const objectOf = ({ cluster }: World, key: string): PostgresPrivateEndpoint => {
  const found = cluster.get(key)
  if (found === undefined) throw new Error(`there is no ${key}`)
  return found
}

/** Writes some fields of the spec, the others as they are. */
export function change(
  world: World,
  key: string,
  spec: Partial<PostgresPrivateEndpoint['spec']>,
): void {
  world.cluster.edit(key, { spec: { ...objectOf(world, key).spec, ...spec } })
}

export const propertiesOf = async ({ arm }: World, path: string): Promise<JsonObject> =>
  ((await arm.get(path))?.['properties'] ?? {}) as JsonObject

export const tagsOf = async ({ arm }: World, path: string): Promise<JsonObject> =>
  ((await arm.get(path))?.['tags'] ?? {}) as JsonObject

export const endpointsIn = async ({ arm }: World, group: string): Promise<readonly unknown[]> =>
  (await arm.list(`${group}${network}/privateEndpoints`)).map(({ name }) => name)

/** Puts a resource as it is, but for what is given: somebody at the portal. */
export async function byHand({ arm }: World, path: string, given: JsonObject): Promise<void> {
  await arm.put(path, { ...(await arm.get(path)), ...given })
}

/** An endpoint that somebody makes without us, and what it takes. */
export async function madeByHand(
  world: World,
  path: string,
  wanted: { readonly serverId: string; readonly subnetId: string; readonly tags?: JsonObject },
): Promise<void> {
  const { serverId, subnetId, tags = {} } = wanted
  await world.arm.put(path, {
    location: 'westeurope',
    tags,
    properties: {
      subnet: { id: subnetId },
      customNetworkInterfaceName: 'by-hand-nic',
      privateLinkServiceConnections: [
        {
          name: 'by-hand',
          properties: { privateLinkServiceId: serverId, groupIds: ['postgresqlServer'] },
        },
      ],
    },
  })
  world.pass(120)
}
