/**
 * The cluster as the user sees it: their kubeconfig, their rights, our transport. Each way in which it fails
 * is one clear line. Must never read with rights that are not the user's.
 */
import type { EndpointConnectionDecision } from '../api/connection-decision.ts'
import type { PostgresPrivateEndpoint } from '../api/private-endpoint.ts'
import type { Call, Transport } from '../kubernetes/call.ts'
import {
  type CredentialSource,
  findCredentials,
  KubeconfigProblem,
} from '../kubernetes/credentials.ts'
import { isKubeError, KubeError } from '../kubernetes/error.ts'
import { listAll } from '../kubernetes/list.ts'
import { decisions, endpoints, objectPath, type Resource } from '../kubernetes/resource.ts'
import { trim } from '../kubernetes/store.ts'
import { createTransport } from '../kubernetes/transport.ts'
import { Garbled } from '../kubernetes/trouble.ts'
import { Failure, interrupted } from './failure.ts'
import { type Given, isOn, valueOf } from './flags.ts'
import type { KindName } from './refs.ts'
import type { World } from './world.ts'

export interface ObjectOf {
  readonly endpoint: PostgresPrivateEndpoint
  readonly decision: EndpointConnectionDecision
}

export const resources = { endpoint: endpoints, decision: decisions } as const satisfies Record<
  KindName,
  Resource
>

export interface Cluster {
  readonly transport: Transport
  /** That the command is about; undefined: all. */
  readonly namespace: string | undefined
  /** Of the flag, the context, else default: for what has to lie in one. */
  readonly home: string
  /** Where the user's credentials come from. */
  readonly origin: string
  /** Throws `Failure`. Undefined: there is none of that name. */
  get<K extends KindName>(
    kind: K,
    namespace: string,
    name: string,
  ): Promise<ObjectOf[K] | undefined>
  /** Throws `Failure`. */
  list<K extends KindName>(kind: K, namespace?: string): Promise<readonly ObjectOf[K][]>
  /** One request. A write is not called off by Ctrl-C. Throws `Failure`. */
  send<T>(call: Call): Promise<T>
}

/** Throws `Failure`. The cluster is closed when the work is over. */
export async function withCluster<T>(
  world: World,
  given: Given,
  work: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const credentials = await sourceOf(world, given)
  const transport = createTransport({
    ...{ credentials, time: world.clock, random: world.random },
    userAgent: `kubectl-pgpe/${world.version}`,
  })
  try {
    return await work(clusterOf(world, given, credentials, transport))
  } finally {
    await transport.close()
  }
}

async function sourceOf({ environment, clock }: World, given: Given): Promise<CredentialSource> {
  const file = valueOf(given, 'kubeconfig')
  try {
    return await findCredentials({
      environment: { ...environment, ...(file !== undefined && { KUBECONFIG: file }) },
      monotonic: () => clock.monotonic(),
      context: valueOf(given, 'context'),
    })
  } catch (error) {
    if (error instanceof KubeconfigProblem) throw new Failure(error.message)
    throw error
  }
}

function clusterOf(
  { signal }: World,
  given: Given,
  credentials: CredentialSource,
  transport: Transport,
): Cluster {
  const home = valueOf(given, 'namespace') ?? credentials.namespace ?? 'default'
  const { origin } = credentials
  const told = async <T>(what: Promise<T>): Promise<T> => {
    try {
      return await what
    } catch (error) {
      throw failureOf(error, origin, signal)
    }
  }
  // A write that is on its way is waited for: nobody should have to ask whether it was done.
  const send = <T>(call: Call): Promise<T> =>
    told(transport.json<T>(call.method === undefined ? { ...call, signal } : call))
  return {
    ...{ transport, home, origin, send },
    namespace: isOn(given, 'all-namespaces') ? undefined : home,
    get: async <K extends KindName>(kind: K, namespace: string, name: string) => {
      const path = objectPath(resources[kind], { namespace, name })
      try {
        return trim(await transport.json<ObjectOf[K]>({ path, signal }))
      } catch (error) {
        if (isKubeError(error, 404) && error.details.name === name) return undefined
        throw failureOf(error, origin, signal)
      }
    },
    list: async <K extends KindName>(kind: K, namespace?: string) => {
      const { items } = await told(
        listAll<ObjectOf[K]>({
          ...{ transport, signal, resource: resources[kind], scope: namespace, pageSize: 500 },
          onPage: () => undefined,
        }),
      )
      return items.map(trim)
    },
  }
}

export function failureOf(error: unknown, origin: string, signal: AbortSignal): unknown {
  if (signal.aborted && error instanceof KubeError && error.reason === 'Stopped') {
    return interrupted()
  }
  if (error instanceof Garbled) return new Failure(`the API server's answer: ${error.message}`)
  if (!(error instanceof KubeError)) return error
  if (error.code === 401) {
    return new Failure(`the API server does not accept the credentials of ${origin}`)
  }
  if (error.code === 404 && error.details.name === undefined) {
    return new Failure(
      'the cluster does not know pgpe.dev/v1alpha1: pgpe-operator is not installed',
    )
  }
  const refused = error.code === undefined ? '' : 'the API server refuses: '
  const line = `${refused}${error.message.split('\n')[0]}`
  return new Failure(line, { forbidden: error.code === 403 })
}
