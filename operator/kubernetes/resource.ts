/** Where the API server keeps what we read and write. Decides nothing. */
import { group, version } from '../api/group.ts'
import type { Metadata } from '../api/kubernetes.ts'

export interface Resource {
  /** `pgpe.dev/v1alpha1`; the core group has none before the version. */
  readonly apiVersion: string
  readonly kind: string
  readonly plural: string
}

export const endpoints: Resource = {
  apiVersion: `${group}/${version}`,
  kind: 'PostgresPrivateEndpoint',
  plural: 'postgresprivateendpoints',
}

export const decisions: Resource = {
  apiVersion: `${group}/${version}`,
  kind: 'EndpointConnectionDecision',
  plural: 'endpointconnectiondecisions',
}

export const leases: Resource = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  plural: 'leases',
}

export const events: Resource = {
  apiVersion: 'events.k8s.io/v1',
  kind: 'Event',
  plural: 'events',
}

const root = ({ apiVersion }: Resource): string =>
  apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`

/** All objects of a namespace; without one, of the cluster. */
export const collectionPath = (resource: Resource, namespace?: string): string =>
  namespace === undefined
    ? `${root(resource)}/${resource.plural}`
    : `${root(resource)}/namespaces/${encodeURIComponent(namespace)}/${resource.plural}`

export const objectPath = (
  resource: Resource,
  { namespace, name }: Pick<Metadata, 'namespace' | 'name'>,
): string => `${collectionPath(resource, namespace)}/${encodeURIComponent(name)}`

export const keyOf = ({ namespace, name }: Pick<Metadata, 'namespace' | 'name'>): string =>
  `${namespace}/${name}`

export function parseKey(key: string): Pick<Metadata, 'namespace' | 'name'> {
  const slash = key.indexOf('/')
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) }
}

/**
 * Which of two resource versions of one resource type is the younger: negative, 0 or positive. They
 * are decimal numbers that may be longer than a JavaScript number holds exactly.
 */
export function compareVersions(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length
  return a < b ? -1 : a > b ? 1 : 0
}
