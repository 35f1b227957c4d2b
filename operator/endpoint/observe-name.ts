/** What the private DNS zone must be called: Azure's own word, asked once for all servers of a DNS domain. */
import { lastName, parseId, type Id } from '../azure/id.ts'
import type { Server } from '../azure/model.ts'
import type { Observed } from '../azure/observed.ts'
import type { AzureView } from '../azure/port.ts'
import { identityOf } from './identity.ts'
import type { DnsSeen, Observation } from './observation.ts'
import type { Sources } from './observe.ts'
import type { Target } from './target.ts'

/** Names by identity, subscription and domain; what Azure did not say is asked again by the next. */
export class ZoneNames {
  readonly #asked = new Map<string, Promise<string | undefined>>()

  async of(key: string, ask: () => Promise<string | undefined>): Promise<string | undefined> {
    const asked = this.#asked.get(key) ?? ask()
    this.#asked.set(key, asked)
    const name = await asked
    if (name === undefined && this.#asked.get(key) === asked) this.#asked.delete(key)
    return name
  }
}

/** Where it has not been settled yet. */
export async function nameOf(
  from: Sources,
  view: AzureView,
  { object }: Observation,
  { serverId, zoneId }: Target,
  server: Observed<Server>,
): Promise<DnsSeen['zoneName']> {
  const known = zoneId ?? parseId('zone', object.status?.dns?.zoneId ?? '')
  const settled = object.status?.memory?.appliedGeneration === object.metadata.generation
  if (known !== undefined && settled) return { name: lastName(known), certain: false }
  const host = server.is === 'present' ? server.value.fullyQualifiedDomainName : undefined
  const domain = host?.split('.').slice(1).join('.') || undefined
  const ask = (): Promise<string | undefined> =>
    requiredName(view, serverId, from.settings.zoneGroupResyncMs)
  const { subscriptionId } = serverId
  const shared = JSON.stringify([identityOf(object), subscriptionId.toLowerCase(), domain])
  const told = domain === undefined ? ask : () => from.zoneNames.of(shared, ask)
  const name = server.is === 'present' ? await told() : undefined
  if (name !== undefined) return { name, certain: true }
  if (known !== undefined) return { name: lastName(known), certain: false }
  return { name: domain ? `privatelink.${domain}` : from.zoneName, certain: false }
}

async function requiredName(
  view: AzureView,
  serverId: Id<'server'>,
  age: number,
): Promise<string | undefined> {
  const all = await view.list({ list: 'privateLinkResources', serverId }, age)
  return all.is === 'present'
    ? all.value.items.flatMap((one) => one.requiredZoneNames)[0]
    : undefined
}
