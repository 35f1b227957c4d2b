/**
 * The objects that a command line names, read one by one, or all of a namespace. A name without a type is
 * looked for among both kinds. Must never leave a name unanswered.
 */
import type { EndpointConnectionDecision } from '../api/connection-decision.ts'
import type { PostgresPrivateEndpoint } from '../api/private-endpoint.ts'
import type { Cluster } from './cluster.ts'
import { Failure } from './failure.ts'
import { type KindName, type Ref, shortNames } from './refs.ts'

export interface Objects {
  readonly endpoint: readonly PostgresPrivateEndpoint[]
  readonly decision: readonly EndpointConnectionDecision[]
}

/**
 * Throws `Failure`. With `remark`: of several kinds those that the reader may not see are left out, with a
 * remark why, as long as there is one that they may.
 */
export async function readObjects(
  cluster: Cluster,
  refs: readonly Ref[],
  remark?: (line: string) => void,
): Promise<Objects> {
  const reads = await Promise.allSettled(refs.map((ref) => readRef(cluster, ref)))
  const found = reads.flatMap((read) => (read.status === 'fulfilled' ? [read.value] : []))
  for (const read of reads) {
    if (read.status === 'fulfilled') continue
    const error: unknown = read.reason
    if (!remark || found.length === 0 || !isForbidden(error)) throw error
    remark(error.message)
  }
  return {
    endpoint: unique(found.flatMap(({ endpoint }) => endpoint)),
    decision: unique(found.flatMap(({ decision }) => decision)),
  }
}

async function readRef(cluster: Cluster, { kinds, name }: Ref): Promise<Objects> {
  const [endpoint, decision] = await Promise.allSettled([
    read(cluster, kinds, 'endpoint', name),
    read(cluster, kinds, 'decision', name),
  ])
  const found = { endpoint: valueOf(endpoint), decision: valueOf(decision) }
  const some = found.endpoint.length + found.decision.length > 0
  for (const read of [endpoint, decision]) {
    // Of a name that may be of either kind, the kind that the reader may see is answer enough.
    const enough = some && read.status === 'rejected' && isForbidden(read.reason)
    if (read.status === 'rejected' && !enough) throw read.reason
  }
  if (name !== undefined && !some) {
    const types = kinds.map((kind) => shortNames[kind]).join(' or ')
    const line = `no ${types} ${name} in namespace ${cluster.home}`
    throw new Failure(line, { missing: true })
  }
  return found
}

const valueOf = <T>(read: PromiseSettledResult<readonly T[]>): readonly T[] =>
  read.status === 'fulfilled' ? read.value : []

const isForbidden = (error: unknown): error is Failure =>
  error instanceof Failure && error.forbidden

async function read<K extends KindName>(
  cluster: Cluster,
  kinds: readonly KindName[],
  kind: K,
  name: string | undefined,
): Promise<Objects[K]> {
  if (!kinds.includes(kind)) return []
  if (name === undefined) return (await cluster.list(kind, cluster.namespace)) as Objects[K]
  if (cluster.namespace === undefined) throw new Failure('a name needs one namespace: leave out -A')
  const one = await cluster.get(kind, cluster.home, name)
  return (one === undefined ? [] : [one]) as unknown as Objects[K]
}

const unique = <T extends { readonly metadata: { readonly uid: string } }>(
  objects: readonly T[],
): readonly T[] => [...new Map(objects.map((one) => [one.metadata.uid, one])).values()]

/** What a reader may list; where not, nothing, and a remark why. */
export async function listIfAllowed<T>(
  what: Promise<readonly T[]>,
  remark: (line: string) => void,
): Promise<readonly T[]> {
  try {
    return await what
  } catch (error) {
    if (!isForbidden(error)) throw error
    remark(error.message)
    return []
  }
}
