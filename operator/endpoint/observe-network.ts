/** The reads of the network: where the endpoint is to live, and the interface that it got there. */
import { sameId, virtualNetworkOf } from '../azure/id.ts'
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
    ({ subnets }) => subnets.some(({ id }) => sameId(id, subnetId)),
  )

/** By the network's own list of subnets; by GET where its policies are to be changed. */
export function subnetOf(
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

export function addressOf(
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
