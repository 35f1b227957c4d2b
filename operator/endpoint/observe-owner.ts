/** Reads about whose an endpoint is: its tags elsewhere in Azure, its owner in the cluster. */
import { formatId, idKey } from '../azure/id.ts'
import type { PrivateEndpoint } from '../azure/model.ts'
import type { Observed } from '../azure/observed.ts'
import type { AzureView } from '../azure/port.ts'
import type { Observation } from './observation.ts'
import type { Sources } from './observe.ts'
import { clusterOf, objectOf, ownerOf, uidOf } from './tags.ts'
import type { Target } from './target.ts'

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
