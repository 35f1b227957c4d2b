/**
 * Where the scenarios of single fields happen: a network and a server of their own, one object that
 * wants an endpoint there, and somebody else with rights of their own who changes things in Azure.
 */
import * as assert from 'uvu/assert'
import type { EndpointSpec, WrittenEndpointSpec } from '../../operator/api/private-endpoint.ts'
import type { JsonObject } from '../../operator/azure/model.ts'
import type { Arm } from './endpoint.arm.ts'
import { furnish, readyOf, type World } from './endpoint.world.ts'

export const provider = '/providers/Microsoft.Network'
export const zoneName = 'privatelink.postgres.database.azure.com'

/** A resource as ARM shows it, of whose shape a test knows more than the compiler. */
export type Shown = any

/** Contributor, one of Azure's built-in roles. */
const contributor = 'b24988ac-6180-42a0-ab88-20f7382dd24c'

/** Somebody who may change whatever is in the subscription, and is not the operator. */
export async function makeStranger(world: World): Promise<Arm> {
  const { arm, azure, subscriptionId } = world
  const subscription = `/subscriptions/${subscriptionId}`
  const authorization = `${subscription}/providers/Microsoft.Authorization`
  await arm.put(`${authorization}/roleAssignments/11111111-1111-4111-8111-111111111111`, {
    properties: {
      roleDefinitionId: `${authorization}/roleDefinitions/${contributor}`,
      principalId: azure.identity('unprivileged').objectId,
      principalType: 'ServicePrincipal',
    },
  })
  world.pass(900)
  return world.as('unprivileged')
}

export interface Site {
  readonly world: World
  readonly stranger: Arm
  /** Name of the group, its id, and what is in it. */
  readonly name: string
  readonly group: string
  readonly serverId: string
  readonly subnetId: string
  readonly networkId: string
}

let count = 0
export async function makeSite(world: World, stranger: Arm): Promise<Site> {
  const name = `site-${++count}`
  return { world, stranger, name, ...(await furnish(world, name)) }
}

/** One object at a site. */
export class Subject {
  readonly site: Site
  readonly key: string
  /** ARM id of the endpoint that the spec speaks of. */
  readonly id: string
  readonly #events: number

  constructor(site: Site, spec: Partial<WrittenEndpointSpec>) {
    const { world, serverId, subnetId, name } = site
    this.site = site
    this.#events = world.cluster.events.length
    const given = { serverId, subnetId, resourceGroup: name, ...spec }
    this.key = world.cluster.create(`${name}-pe`, given)
    const group = site.group.replace(/[^/]+$/, given.resourceGroup)
    this.id = `${group}${provider}/privateEndpoints/${spec.endpointName ?? `${name}-pe`}`
  }

  get object() {
    const found = this.site.world.cluster.get(this.key)
    if (found === undefined) throw new Error(`there is no ${this.key}`)
    return found
  }
  get ready(): string {
    return readyOf(this.site.world.cluster, this.key)
  }
  get message(): string {
    return this.condition('Ready')?.message ?? ''
  }
  get drift(): readonly string[] {
    return this.object.status?.drift?.map(({ path }) => path) ?? []
  }
  get written(): boolean {
    const { status, metadata } = this.object
    return status?.memory?.appliedGeneration === metadata.generation
  }

  condition(type: string) {
    return this.object.status?.conditions?.find((one) => one.type === type)
  }

  /** Notes of the object's events of a reason. */
  told(reason: string): readonly string[] {
    return this.site.world.cluster.events
      .slice(this.#events)
      .filter((event) => event.key === this.key && event.reason === reason)
      .map(({ note }) => note)
  }

  async becomes(ready: string): Promise<void> {
    await this.site.world.until(ready, () => this.ready === ready)
  }

  /** Written in full, and nothing left to do. */
  async settle(): Promise<void> {
    const { world } = this.site
    await world.until('settled', () => this.ready === 'True/Ready' && this.written)
    await this.rest()
  }

  async rest(): Promise<void> {
    const { world } = this.site
    await world.until('rest', async () => (world.pass(200), (await world.visitAll()) === 0))
  }

  change(spec: Partial<EndpointSpec>): void {
    this.site.world.cluster.edit(this.key, { spec: { ...this.object.spec, ...spec } })
  }

  changeDns(dns: Partial<EndpointSpec['dns']>): void {
    this.change({ dns: { ...this.object.spec.dns, ...dns } })
  }

  /** The endpoint in Azure. */
  async shown(): Promise<Shown> {
    return this.site.world.arm.get(this.id)
  }

  async remove(): Promise<void> {
    const { world } = this.site
    world.cluster.delete(this.key)
    await world.until('gone', () => world.cluster.get(this.key) === undefined)
    world.pass(60)
  }

  /** The owner of the server says yes. */
  async approve(): Promise<void> {
    const { world, serverId } = this.site
    const own = this.id.split('/').at(-1)
    const all = await world.arm.list(`${serverId}/privateEndpointConnections`)
    const found = all.find(({ name }) => String(name).startsWith(`${own}.`))
    assert.ok(found, `a connection of ${own}`)
    await world.arm.put(`${serverId}/privateEndpointConnections/${String(found['name'])}`, {
      properties: { privateLinkServiceConnectionState: { status: 'Approved', description: '' } },
    })
    world.pass(120)
  }
}

/** The stranger changes a resource in place, and Azure is done with it. */
export async function alter(
  { world, stranger }: Site,
  id: string,
  change: (found: Shown) => JsonObject,
): Promise<void> {
  const found = await stranger.get(id)
  assert.ok(found, id)
  await stranger.put(id, change(found))
  world.pass(90)
}

/** The stranger deletes a resource, and it is gone. */
export async function destroy({ world, stranger }: Site, id: string): Promise<void> {
  await stranger.delete(id)
  world.pass(120)
}

/** The stranger deletes the endpoint and makes another one under its name, tags and all. */
export async function remake(
  subject: Subject,
  change: (properties: Shown, found: Shown) => JsonObject,
  id = subject.id,
): Promise<void> {
  const { site } = subject
  const found = await subject.shown()
  await destroy(site, subject.id)
  const { location, tags, properties } = found
  const given = { location, tags, properties: bare(properties) }
  await site.stranger.put(id, { ...given, ...change(given.properties, found) })
  site.world.pass(120)
}

/** What a person would send of it. */
function bare({
  subnet,
  privateLinkServiceConnections,
  manualPrivateLinkServiceConnections,
  customNetworkInterfaceName,
}: Shown): Shown {
  const connections = (list: readonly Shown[] = []) =>
    list.map(({ name, properties: { privateLinkServiceId, groupIds, requestMessage } }) => ({
      name,
      properties: {
        privateLinkServiceId,
        groupIds,
        ...(requestMessage === undefined ? {} : { requestMessage }),
      },
    }))
  return {
    subnet: { id: subnet.id },
    privateLinkServiceConnections: connections(privateLinkServiceConnections),
    manualPrivateLinkServiceConnections: connections(manualPrivateLinkServiceConnections),
    customNetworkInterfaceName,
  }
}

/** PUT, PATCH and DELETE that reached ARM since the count was cleared. */
export const writesOf = ({ azure }: World): number =>
  azure
    .requests()
    .filter(({ method }) => ['PUT', 'PATCH', 'DELETE'].includes(method))
    .reduce((sum, row) => sum + row.count, 0)
