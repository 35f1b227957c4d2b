/**
 * The way to the cluster, tried before anything else: each way in which a newcomer's surroundings are
 * wrong ends in one clear line. Must never change anything.
 */
import type { Config } from './config.ts'
import type { Transport } from './kubernetes/call.ts'
import { clusterUid, missingResources } from './kubernetes/cluster.ts'
import {
  type CredentialSource,
  findCredentials,
  KubeconfigProblem,
} from './kubernetes/credentials.ts'
import { KubeError } from './kubernetes/error.ts'
import { createTransport } from './kubernetes/transport.ts'
import { partOf } from './part.ts'
import { Problem } from './problem.ts'
import type { Clock } from './runtime/clock.ts'

export interface Connection {
  readonly transport: Transport
  readonly clusterId: string
  /** Of the kubeconfig's context or the pod. */
  readonly namespace: string | undefined
}

export interface ConnectGiven {
  readonly config: Config
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  readonly random: () => number
  readonly userAgent: string
  readonly onAnswer: (method: string, answer: number | string) => void
}

/** Throws `Problem`. */
export async function connect(given: ConnectGiven): Promise<Connection> {
  const { environment, clock, random, userAgent, onAnswer } = given
  const credentials = await sourceOf(environment, clock)
  const transport = createTransport({ credentials, time: clock, random, userAgent, onAnswer })
  try {
    const missing = await missingResources(transport, partOf(given.config).reads)
    if (missing.length > 0) {
      throw new Problem(
        `the cluster does not know ${missing.join(' and ')}: kubectl apply --server-side -f crds/`,
      )
    }
    const clusterId = given.config.clusterId ?? (await uidOf(transport))
    return { transport, clusterId, namespace: credentials.namespace }
  } catch (error) {
    await transport.close()
    throw error instanceof KubeError ? new Problem(explain(error, credentials)) : error
  }
}

async function sourceOf(
  environment: ConnectGiven['environment'],
  clock: Clock,
): Promise<CredentialSource> {
  try {
    return await findCredentials({ environment, monotonic: () => clock.monotonic() })
  } catch (error) {
    if (error instanceof KubeconfigProblem) throw new Problem(error.message)
    throw error
  }
}

async function uidOf(transport: Transport): Promise<string> {
  try {
    return await clusterUid(transport)
  } catch (error) {
    if (!(error instanceof KubeError) || error.code !== 403) throw error
    throw new Problem('the namespace kube-system may not be read: grant it, or set --cluster-id')
  }
}

function explain(error: KubeError, { origin }: CredentialSource): string {
  if (error.code === 401) return `the API server does not accept the credentials of ${origin}`
  if (error.code === 403) return `the API server refuses: ${error.message} (${origin})`
  return `${error.message} (${origin})`
}
