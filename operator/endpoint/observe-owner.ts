/** Whose things are: the endpoint's tags elsewhere in Azure, owners and older objects in the cluster. */
import type { EndpointSpec } from '../api/private-endpoint.ts'
import { formatId, idKey, sameText } from '../azure/id.ts'
import { itemsAt, objectKey, ownerKey, serverKey } from '../azure/listing.ts'
import type { PrivateEndpoint } from '../azure/model.ts'
import type { Observed } from '../azure/observed.ts'
import type { AzureView } from '../azure/port.ts'
import { isKubeError } from '../kubernetes/error.ts'
import { seniorOf } from './claim.ts'
import { inSubnet, inZone } from './indexes.ts'
import type { AzureSeen, Observation } from './observation.ts'
import { endpointsBusyWith } from './listing.ts'
import type { Sources } from './observe.ts'
import { sharedDifferences } from './plan-shared.ts'
import { clusterOf, objectOf, ownerOf, uidOf, type Owner } from './tags.ts'
import type { Target } from './target.ts'
import { zoneIdOf } from './zone-choice.ts'

/**
 * An endpoint that was moved keeps its tags; it must not be made twice. And whoever is being made at the
 * same server, by whatever process, must be through: the server itself says so only seconds later.
 */
export async function elsewhereOf(
  view: AzureView,
  { owner }: Observation,
  { endpointId, serverId }: Target,
  age: number,
): Promise<Pick<AzureSeen, 'elsewhere' | 'busyWith'>> {
  const { subscriptionId } = endpointId
  const keys = [ownerKey(owner.owner), objectKey(owner.object)]
  const about = [...keys, serverKey(formatId(serverId))]
  const all = await view.list({ list: 'privateEndpoints', subscriptionId }, age, about)
  if (all.is !== 'present') return {}
  const [busy] = endpointsBusyWith(all.value, serverId)
  const tagged = keys.flatMap((key) => itemsAt('privateEndpoints', all.value, key))
  const found = tagged.find(
    ({ id, tags, provisioningState }) =>
      isMarked(tags, owner) && idKey(id) !== idKey(endpointId) && provisioningState !== 'Deleting',
  )
  return {
    ...(found === undefined ? {} : { elsewhere: formatId(found.id) }),
    ...(busy === undefined ? {} : { busyWith: `private endpoint ${formatId(busy.id)}` }),
  }
}

/** Ours; or of an object of our name before the cluster was restored. */
function isMarked(tags: PrivateEndpoint['tags'], { owner, clusterId, object }: Owner): boolean {
  const tag = ownerOf(tags)
  if (tag === undefined || tag === owner) return tag === owner
  return clusterOf(tag) === clusterId && objectOf(tags) === object
}

/** Whether the object that an endpoint's tags name is gone: by a quorum read where something is built on it. */
export async function ownerGone(
  { endpoints, writer, clusterId }: Sources,
  { object }: Observation,
  endpoint: Observed<PrivateEndpoint>,
): Promise<boolean> {
  if (endpoint.is !== 'present') return false
  const tag = ownerOf(endpoint.value.tags)
  const name = objectOf(endpoint.value.tags)
  if (tag === undefined || name === undefined || clusterOf(tag) !== clusterId) return false
  if (tag === `${clusterId}.${object.metadata.uid}` || !/^[^/#]+\/[^/#]+$/.test(name)) return false
  const adopts = object.spec.adoptionPolicy === 'IfMatching'
  try {
    const owner = adopts ? await writer.getNow(name) : endpoints.get(name)
    return owner?.metadata.uid !== uidOf(tag)
  } catch (error) {
    // In a namespace that is not ours to read: nothing proves that it is gone.
    if (isKubeError(error, 403)) return false
    throw error
  }
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
      : seniorOf(object, inSubnet(endpoints, subnetId), ({ spec }) => {
          const wish = spec.subnetNetworkPolicies
          const other = wish !== undefined && wish !== subnetNetworkPolicies
          return other && sameText(spec.subnetId, subnetId)
        })
  const zoneId = zoneIdOf(azure.dns.choice)
  const zone =
    zoneId === undefined || sharedDifferences(base, azure.dns, target).length === 0
      ? undefined
      : seniorOf(object, inZone(endpoints, formatId(zoneId)), ({ spec, status }) => {
          const uses =
            spec.dns.mode === 'Managed' && sameText(status?.dns?.zoneId, formatId(zoneId))
          return uses && wishOf(spec.dns) !== wishOf(dns)
        })
  return {
    ...(subnet === undefined ? {} : { subnet }),
    ...(zone === undefined ? {} : { zone }),
  }
}

/** An object that stays and uses the zone, and so the links: also one whose record is still to come. */
export function sharerOf(
  { endpoints }: Sources,
  { object }: Observation,
  { dns, endpoint }: AzureSeen,
): string | undefined {
  const zoneId = zoneIdOf(dns.choice)
  const { metadata, spec } = object
  const tidying = metadata.deletionTimestamp !== undefined && spec.dns.deleteUnusedLinks
  if (!tidying || endpoint.is !== 'absent' || zoneId === undefined) return undefined
  const zone = formatId(zoneId)
  for (const other of endpoints.all()) {
    if (other.metadata.uid === metadata.uid || other.metadata.deletionTimestamp !== undefined)
      continue
    const uses = [other.status?.dns?.zoneId, other.spec.dns.zoneId]
    const managed = other.spec.dns.mode === 'Managed'
    if (managed && uses.some((used) => sameText(used, zone)))
      return `${other.metadata.namespace}/${other.metadata.name}`
  }
  return undefined
}

const wishOf = ({ tags, resolutionPolicy }: EndpointSpec['dns']): string =>
  JSON.stringify([
    Object.entries(tags ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    resolutionPolicy,
  ])
