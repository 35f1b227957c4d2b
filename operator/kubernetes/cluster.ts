/** Questions about the cluster as a whole. Each is one read; none is cached here. */
import type { Transport } from './call.ts'
import { isKubeError } from './error.ts'
import type { Resource } from './resource.ts'

interface ResourceList {
  readonly resources?: readonly { readonly name: string }[]
}

/** Plural names that the API server does not serve; all of them when it knows no such group. */
export async function missingResources(
  transport: Transport,
  resources: readonly Resource[],
): Promise<readonly string[]> {
  const missing: string[] = []
  for (const apiVersion of new Set(resources.map((resource) => resource.apiVersion))) {
    const served = await servedNames(transport, apiVersion)
    const wanted = resources.filter((resource) => resource.apiVersion === apiVersion)
    missing.push(...wanted.map(({ plural }) => plural).filter((plural) => !served.has(plural)))
  }
  return missing
}

async function servedNames(transport: Transport, apiVersion: string): Promise<ReadonlySet<string>> {
  try {
    const list = await transport.json<ResourceList>({ path: `/apis/${apiVersion}` })
    return new Set((list.resources ?? []).map(({ name }) => name))
  } catch (error) {
    if (isKubeError(error, 404)) return new Set()
    throw error
  }
}

/** The uid of kube-system: as long-lived as the cluster. */
export async function clusterUid(transport: Transport): Promise<string> {
  const namespace = await transport.json<{ readonly metadata: { readonly uid: string } }>({
    path: '/api/v1/namespaces/kube-system',
  })
  return namespace.metadata.uid
}

const admission = '/apis/admissionregistration.k8s.io/v1'

interface Specified {
  readonly spec?: unknown
}

/** A validating admission policy and the binding of the same name, as far as both are there, and ours to see. */
export async function readPolicy(
  transport: Transport,
  name: string,
): Promise<{ readonly policy: Specified; readonly binding: Specified } | 'missing' | 'hidden'> {
  const read = (plural: string): Promise<Specified> =>
    transport.json<Specified>({ path: `${admission}/${plural}/${encodeURIComponent(name)}` })
  try {
    const policy = await read('validatingadmissionpolicies')
    const binding = await read('validatingadmissionpolicybindings')
    return { policy, binding }
  } catch (error) {
    if (isKubeError(error, 404)) return 'missing'
    if (isKubeError(error, 403)) return 'hidden'
    throw error
  }
}
