/** Whose things are: the endpoint's tags elsewhere in Azure, owners and older objects in the cluster. */
import type { EndpointSpec } from '../api/private-endpoint.ts'
import { formatId, idKey, sameText } from '../azure/id.ts'
import type { PrivateEndpoint } from '../azure/model.ts'
import type { Observed } from '../azure/observed.ts'
import type { AzureView } from '../azure/port.ts'
import { seniorOf } from './claim.ts'
import type { AzureSeen, Observation } from './observation.ts'
import type { Sources } from './observe.ts'
import { sharedDifferences } from './plan-shared.ts'
import { clusterOf, objectOf, ownerOf, uidOf } from './tags.ts'
import type { Target } from './target.ts'
import { zoneIdOf } from './zone-choice.ts'

/** An endpoint that was moved keeps its tags; it must not be made twice. */
export async function elsewhereOf(
  view: AzureView,
  { owner }: Observation,
  { endpointId }: Target,
  age: number,
): Promise<string | undefined> {
  const { subscriptionId } = endpointId
  const all = await view.list({ list: 'privateEndpoints', subscriptionId }, age)
  if (all.is !== 'present') return undefined
  const found = all.value.items.find(
    ({ id, tags, provisioningState }) =>
      ownerOf(tags) === owner.owner &&
      idKey(id) !== idKey(endpointId) &&
      provisioningState !== 'Deleting',
  )
  return found && formatId(found.id)
}

/** Whether the object that an endpoint's tags name is gone, by a quorum read; only asked to adopt. */
export async function ownerGone(
  { writer, clusterId }: Sources,
  { object }: Observation,
  endpoint: Observed<PrivateEndpoint>,
): Promise<boolean> {
  if (object.spec.adoptionPolicy !== 'IfMatching' || endpoint.is !== 'present') return false
  const tag = ownerOf(endpoint.value.tags)
  const name = objectOf(endpoint.value.tags)
  if (tag === undefined || name === undefined || clusterOf(tag) !== clusterId) return false
  if (tag === `${clusterId}.${object.metadata.uid}` || !/^[^/#]+\/[^/#]+$/.test(name)) return false
  const owner = await writer.getNow(name)
  return owner?.metadata.uid !== uidOf(tag)
}

/** Looked for only where something shared differs: the cluster may hold thousands of objects. */
export function seniorsOf(
  { endpoints }: Sources,
  base: Observation,
  azure: AzureSeen,
  target: Target,
): Observation['seniors'] {
  const { object } = base
  const { dns, subnetNetworkPolicies, subnetId } = object.spec
  const observed =
    azure.subnet.is === 'present' ? azure.subnet.value.privateEndpointNetworkPolicies : undefined
  const subnet =
    subnetNetworkPolicies === undefined || subnetNetworkPolicies === observed
      ? undefined
      : seniorOf(object, endpoints.all(), ({ spec }) => {
          const wish = spec.subnetNetworkPolicies
          const other = wish !== undefined && wish !== subnetNetworkPolicies
          return other && sameText(spec.subnetId, subnetId)
        })
  const zoneId = zoneIdOf(azure.dns.choice)
  const zone =
    zoneId === undefined || sharedDifferences(base, azure.dns, target).length === 0
      ? undefined
      : seniorOf(object, endpoints.all(), ({ spec, status }) => {
          const uses =
            spec.dns.mode === 'Managed' && sameText(status?.dns?.zoneId, formatId(zoneId))
          return uses && wishOf(spec.dns) !== wishOf(dns)
        })
  return {
    ...(subnet === undefined ? {} : { subnet }),
    ...(zone === undefined ? {} : { zone }),
  }
}

const wishOf = ({ tags, resolutionPolicy }: EndpointSpec['dns']): string =>
  JSON.stringify([
    Object.entries(tags ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    resolutionPolicy,
  ])
