/**
 * Fills the observation: the only reads of this kind. Shared lists where they can serve, a GET where
 * only that proves something, nothing at all for what did not parse. Decides nothing but what to ask.
 */
import { annotations, finalizer, type PostgresPrivateEndpoint } from '../api/private-endpoint.ts'
import { sameId, virtualNetworkOf } from '../azure/id.ts'
import { itemOf } from '../azure/listing.ts'
import type { PrivateEndpoint, Subnet, VirtualNetwork } from '../azure/model.ts'
import { absent, present, type Observed } from '../azure/observed.ts'
import type { Azure, AzureView } from '../azure/port.ts'
import type { ConfigMaps, ObjectWriter, Store } from '../kubernetes/port.ts'
import { placement } from './address.ts'
import { rivalOf } from './claim.ts'
import { gate } from './gate.ts'
import { identityOf, makerOf } from './identity.ts'
import { interfacesOfEndpoint } from './listing.ts'
import type { Memory } from './memory.ts'
import { unasked, type AzureSeen, type Observation } from './observation.ts'
import { observeDns } from './observe-dns.ts'
import { published } from './observe-published.ts'
import { elsewhereOf, ownerGone, seniorsOf } from './observe-owner.ts'
import { serverAge, turnOf } from './server-turn.ts'
import { maxAgeMs, type Settings } from './pace.ts'
import { wantsReplacement } from './replacement.ts'
import { boundTarget, parseTarget, unknownPolicies, type Target } from './target.ts'

export interface Sources {
  readonly azure: Azure
  readonly endpoints: Store<PostgresPrivateEndpoint>
  readonly writer: ObjectWriter<PostgresPrivateEndpoint>
  readonly configMaps?: ConfigMaps
  readonly clusterId: string
  readonly settings: Settings
  readonly memory: Memory
  readonly now: () => Date
  readonly random: () => number
  /** The zone's name in this cloud, for a server that can't be asked. */
  readonly zoneName: string
}

export async function observe(from: Sources, key: string): Promise<Observation | undefined> {
  const { memory, settings } = from
  const object = from.endpoints.get(key)
  if (object === undefined) {
    memory.forget(key, from.now().getTime())
    return undefined
  }
  const at = from.now()
  const chance = from.random()
  memory.meet(key, object, at.getTime() + chance * settings.zoneGroupResyncMs)
  const parsed = parseTarget(object)
  const requested = requestOf(object)
  const base: Observation = {
    key,
    object,
    at,
    chance,
    ...(requested === undefined ? {} : { requested }),
    parsed,
    owner: makerOf(from.clusterId, object),
    ownerGone: false,
    seniors: {},
    past: memory.past(key),
  }
  if (parsed.is === 'invalid' || !worthAsking(object)) return base
  const leaving = object.metadata.deletionTimestamp !== undefined
  const target = leaving ? boundTarget(object, parsed.value) : parsed.value
  if (!sameId(target.endpointId, boundTarget(object, target).endpointId)) return base
  const azure = await look(from, base, target)
  const publication = await published(from.configMaps, object, memory.trouble(key))
  const takenBy = turnOf(from, key, target, azure.endpoint)
  memory.absent(key, azure.endpoint.is === 'absent', at.getTime())
  const rival = azure.endpoint.is === 'absent' ? rivalOf(object, from.endpoints.all()) : undefined
  return {
    ...base,
    parsed: { is: 'target', value: target },
    past: memory.past(key),
    azure,
    seniors: seniorsOf(from, base, azure, target),
    ownerGone: await ownerGone(from, base, azure.endpoint),
    ...(publication === undefined ? {} : { publication }),
    ...(rival === undefined ? {} : { rival }),
    ...(takenBy === undefined ? {} : { serverTakenBy: takenBy }),
  }
}

/** Nothing is asked for an object that we don't hold yet, no longer hold, or don't understand. */
function worthAsking({ metadata, spec }: PostgresPrivateEndpoint): boolean {
  const held = metadata.finalizers?.includes(finalizer) ?? false
  if (metadata.deletionTimestamp !== undefined) return held
  if (unknownPolicies(spec).length > 0) return false
  return held || spec.managementPolicy === 'Observe'
}

function requestOf({ metadata, status }: PostgresPrivateEndpoint): string | undefined {
  const token =
    metadata.annotations?.[annotations.reconcileRequestedAt] ??
    metadata.annotations?.[annotations.fluxReconcileRequestedAt]
  return token === status?.lastHandledReconcileAt ? undefined : token
}

async function look(from: Sources, base: Observation, target: Target): Promise<AzureSeen> {
  const { object, requested, at } = base
  const view = from.azure.as(identityOf(object))
  const leaving = object.metadata.deletionTimestamp !== undefined
  const age = maxAgeMs(object, requested !== undefined, at.getTime(), from.settings)
  const [server, network] = await Promise.all([
    view.find(target.serverId, serverAge(from, target, age)),
    leaving ? absent : view.find(target.virtualNetworkId, age),
  ])
  const open = gate(server).is === 'open' || gate(server).is === 'hidden'
  const endpoint = await endpointOf(view, base, target, age, open)
  const fresh = endpoint.is === 'present' && wantsReplacement(base, { server }, endpoint.value)
  const [subnet, group, address, interfaces, elsewhere, dns] = await Promise.all([
    subnetOf(view, base, target, network),
    endpoint.is === 'absent' && !leaving ? view.get(target.groupId, age) : unasked,
    endpoint.is === 'absent' && open ? addressOf(view, base, target, network) : unasked,
    endpoint.is === 'present' ? interfacesOf(view, endpoint.value, age) : unasked,
    endpoint.is === 'absent' && open && !leaving ? elsewhereOf(view, base, target, age) : undefined,
    observeDns(from, view, base, target, { server, endpoint, age, removing: leaving || fresh }),
  ])
  const seen = { server, endpoint, network, subnet, group, address, interfaces }
  const named = await dns({ interfaces })
  return { ...seen, ...(elsewhere === undefined ? {} : { elsewhere }), dns: named }
}

/**
 * Absence of what was begun, or is let go, is proven: by GET, or by the list of its own group. An
 * endpoint that was never begun may be looked up in the subscription's list while it can't be made; its
 * PUT proves absence again, as every deletion proves presence.
 */
async function endpointOf(
  view: AzureView,
  { object }: Observation,
  target: Target,
  age: number,
  open: boolean,
): Promise<Observed<PrivateEndpoint>> {
  const { metadata, status } = object
  const leaving = metadata.deletionTimestamp !== undefined
  if (leaving || open || status?.privateEndpointId !== undefined)
    return view.find(target.endpointId, age)
  const { subscriptionId } = target.endpointId
  const all = await view.list({ list: 'privateEndpoints', subscriptionId }, age)
  if (all.is !== 'present') return view.find(target.endpointId, age)
  const found = itemOf(all.value, target.endpointId)
  return found ? present(found) : absent
}

/** By the network's own list of subnets; by GET where its policies are to be changed. */
function subnetOf(
  view: AzureView,
  { object }: Observation,
  { subnetId }: Target,
  network: Observed<VirtualNetwork>,
): Promise<Observed<Subnet>> | Observed<Subnet> {
  if (network.is !== 'present') return network
  const found = network.value.subnets.find(({ id }) => sameId(id, subnetId))
  const { metadata, spec, status } = object
  const wanted = spec.subnetNetworkPolicies
  const due =
    wanted !== undefined &&
    status?.memory?.subnetPolicyGeneration !== metadata.generation &&
    found?.privateEndpointNetworkPolicies !== wanted
  if (due || found === undefined) return view.get(subnetId, 0)
  return present(found)
}

function addressOf(
  view: AzureView,
  { object }: Observation,
  { subnetId }: Target,
  network: Observed<VirtualNetwork>,
): Promise<AzureSeen['address']> | AzureSeen['address'] {
  const wanted = object.spec.privateIPAddress
  if (wanted === undefined || network.is !== 'present') return unasked
  const subnet = network.value.subnets.find(({ id }) => sameId(id, subnetId))
  if (subnet === undefined || placement(wanted, subnet.addressPrefixes) !== 'usable') return unasked
  return view.ipAddressAvailable(virtualNetworkOf(subnetId), wanted)
}

async function interfacesOf(
  view: AzureView,
  endpoint: PrivateEndpoint,
  age: number,
): Promise<AzureSeen['interfaces']> {
  const { subscriptionId, resourceGroup } = endpoint.id
  const all = await view.list({ list: 'networkInterfaces', subscriptionId, resourceGroup }, age)
  return all.is === 'present' ? present(interfacesOfEndpoint(all.value, endpoint)) : all
}
