/** The reads of the network: where the endpoint is to live, and the interface that it got there. */
import { idKey, virtualNetworkOf, type Id } from '../azure/id.ts'
import { placement } from './address.ts'
import type { PrivateEndpoint, Subnet, VirtualNetwork } from '../azure/model.ts'
import { present, type Observed } from '../azure/observed.ts'
import type { AzureView } from '../azure/port.ts'
import { interfaceKeys, interfacesOfEndpoint } from './listing.ts'
import { unasked, type AzureSeen, type Observation } from './observation.ts'
import { calmly, type Ages } from './observe-calm.ts'
import { isRunning } from './ownership.ts'
import type { Target } from './target.ts'

export const networkOf = (
  view: AzureView,
  { virtualNetworkId, subnetId }: Target,
  ages: Ages,
): Promise<Observed<VirtualNetwork>> =>
  calmly(
    ages,
    (maxAge) => view.find(virtualNetworkId, maxAge),
    (network) => subnetIn(network, subnetId) !== undefined,
  )

/** Made once for a network as it was read, because thousands of objects may look into the same one. */
const indices = new WeakMap<VirtualNetwork, ReadonlyMap<string, Subnet>>()

function subnetIn(network: VirtualNetwork, id: Id<'subnet'>): Subnet | undefined {
  const known = indices.get(network)
  if (known !== undefined) return known.get(idKey(id))
  const index = new Map(network.subnets.map((subnet) => [idKey(subnet.id), subnet]))
  indices.set(network, index)
  return index.get(idKey(id))
}

/** By the network's own list of subnets; by GET where its policies are to be changed. */
export function subnetOf(
  view: AzureView,
  { object }: Observation,
  { subnetId }: Target,
  network: Observed<VirtualNetwork>,
): Promise<Observed<Subnet>> | Observed<Subnet> {
  if (network.is !== 'present') return network
  const found = subnetIn(network.value, subnetId)
  const { metadata, spec, status } = object
  const wanted = spec.subnetNetworkPolicies
  const due =
    wanted !== undefined &&
    status?.memory?.subnetPolicyGeneration !== metadata.generation &&
    found?.privateEndpointNetworkPolicies !== wanted
  if (due || found === undefined) return view.get(subnetId, 0)
  return present(found)
}

export function addressOf(
  view: AzureView,
  { object }: Observation,
  { subnetId }: Target,
  network: Observed<VirtualNetwork>,
): Promise<AzureSeen['address']> | AzureSeen['address'] {
  const wanted = object.spec.privateIPAddress
  if (wanted === undefined || network.is !== 'present') return unasked
  const subnet = subnetIn(network.value, subnetId)
  if (subnet === undefined || placement(wanted, subnet.addressPrefixes) !== 'usable') return unasked
  return view.ipAddressAvailable(virtualNetworkOf(subnetId), wanted)
}

/** While the endpoint is being made its interface is not waited for; once it has an address it keeps it. */
export function interfacesOf(
  view: AzureView,
  endpoint: PrivateEndpoint,
  ages: Ages,
): Promise<AzureSeen['interfaces']> {
  const { subscriptionId, resourceGroup } = endpoint.id
  const scope = { list: 'networkInterfaces', subscriptionId, resourceGroup } as const
  return calmly(
    ages,
    async (maxAge) => {
      const all = await view.list(scope, maxAge, interfaceKeys(endpoint))
      return all.is === 'present' ? present(interfacesOfEndpoint(all.value, endpoint)) : all
    },
    (found) => isRunning(endpoint) || found.some(({ addresses }) => addresses.length > 0),
  )
}
