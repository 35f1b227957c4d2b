/**
 * Where the cluster is and who we are in it: KUBECONFIG, ~/.kube/config, else the pod's service
 * account. The only importer of @kubernetes/client-node, for kubeconfig files alone: in a pod its
 * 60 MB stay on disk. Must never send a request or print a credential.
 */
import type { KubeConfig } from '@kubernetes/client-node/dist/config.js'
import { existsSync, readFileSync } from 'node:fs'
import type { RequestOptions } from 'node:https'
import { isIPv6 } from 'node:net'
import { delimiter, join } from 'node:path'
import type { buildConnector } from 'undici'
import { KubeError, lineOf } from './error.ts'

export interface Credentials {
  /** URL of the API server, maybe with a path. */
  readonly server: string
  readonly tls: buildConnector.BuildOptions
  readonly headers: Readonly<Record<string, string>>
  readonly proxyUrl?: string | undefined
}

export interface CredentialSource {
  /** As good as known now; cheap. */
  current(): Promise<Credentials>
  /** The API server refused them (401): the next `current` reads everything anew. */
  refused(): void
  /** The namespace of the context or of the pod. */
  readonly namespace: string | undefined
  /** Where they come from, for messages. */
  readonly origin: string
}

/** No usable kubeconfig. The message is one line for a person. */
export class KubeconfigProblem extends Error {}

export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** ms; never goes back. */
  readonly monotonic: () => number
  /** Where a pod finds its service account; absent: where Kubernetes puts it. */
  readonly serviceAccount?: string
  /** Of the kubeconfig; absent: its current one. */
  readonly context?: string | undefined
}

const usualServiceAccount = '/var/run/secrets/kubernetes.io/serviceaccount'
/** The kubelet renews a token long before it ends; client-go reads it as often. */
const rereadTokenMs = 60_000
/** Exec plugins renew what they gave when it ends; a 401 has everything read at once. */
const rereadKubeconfigMs = 10_000

/** Throws `KubeconfigProblem`. */
export async function findCredentials(at: Surroundings): Promise<CredentialSource> {
  const { environment, serviceAccount = usualServiceAccount } = at
  const named = (environment['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '')
  if (named.length > 0) return kubeconfig(at, named, 'KUBECONFIG')
  const home = join(environment['HOME'] ?? '/', '.kube', 'config')
  if (existsSync(home)) return kubeconfig(at, [home], '~/.kube/config')
  if (existsSync(join(serviceAccount, 'token'))) return inCluster(at, serviceAccount)
  throw new KubeconfigProblem(
    'no cluster to work with: KUBECONFIG is not set, there is no ~/.kube/config, and this is no pod',
  )
}

function inCluster(
  { environment, monotonic }: Surroundings,
  serviceAccount: string,
): CredentialSource {
  const host = environment['KUBERNETES_SERVICE_HOST'] ?? ''
  const port = environment['KUBERNETES_SERVICE_PORT'] ?? '443'
  if (host === '') throw new KubeconfigProblem('in a pod, but KUBERNETES_SERVICE_HOST is not set')
  const server = `https://${isIPv6(host) ? `[${host}]` : host}:${port}`
  const read = (name: string): string => readFileSync(join(serviceAccount, name), 'utf8').trim()
  let known: { readonly credentials: Credentials; readonly at: number } | undefined
  return {
    origin: 'the service account of the pod',
    namespace: existsSync(join(serviceAccount, 'namespace')) ? read('namespace') : undefined,
    refused: () => (known = undefined),
    current: async () => {
      if (known === undefined || monotonic() - known.at > rereadTokenMs) {
        const headers = { authorization: `Bearer ${read('token')}` }
        known = { credentials: { server, tls: { ca: read('ca.crt') }, headers }, at: monotonic() }
      }
      return known.credentials
    },
  }
}

async function kubeconfig(
  { monotonic, context: wanted }: Surroundings,
  paths: readonly string[],
  origin: string,
): Promise<CredentialSource> {
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js')
  const load = (): KubeConfig => readFiles(KubeConfig, paths, origin, wanted)
  let config: KubeConfig | undefined = load()
  let known: { readonly credentials: Promise<Credentials>; readonly at: number } | undefined
  const context = config.getContextObject(config.getCurrentContext())
  return {
    origin: paths.join(delimiter),
    namespace: context?.namespace,
    refused: () => {
      config = undefined
      known = undefined
    },
    current: () => {
      if (known !== undefined && monotonic() - known.at <= rereadKubeconfigMs) {
        return known.credentials
      }
      const credentials = Promise.resolve().then(() => credentialsOf((config ??= load())))
      const reading = (known = { credentials, at: monotonic() })
      // A failure is no answer for those who come next.
      credentials.catch(() => {
        if (known === reading) known = undefined
      })
      return credentials
    },
  }
}

function readFiles(
  Config: typeof KubeConfig,
  paths: readonly string[],
  origin: string,
  wanted: string | undefined,
): KubeConfig {
  // As kubectl does: of several files those that are missing don't matter, and the first one wins.
  const present = paths.filter((path) => existsSync(path))
  if (present.length === 0) {
    throw new KubeconfigProblem(`kubeconfig ${paths.join(', ')}: no such file (from ${origin})`)
  }
  const merged = new Config()
  for (const path of present) {
    try {
      const one = new Config()
      one.loadFromFile(path)
      mergeInto(merged, one)
    } catch (error) {
      throw new KubeconfigProblem(`kubeconfig ${path} cannot be used: ${lineOf(error)}`)
    }
  }
  if (wanted !== undefined) merged.setCurrentContext(wanted)
  const name = merged.getCurrentContext()
  const where = `kubeconfig ${present.join(', ')}`
  if (!name) throw new KubeconfigProblem(`${where} says no current-context`)
  const context = merged.getContextObject(name)
  if (!context) throw new KubeconfigProblem(`${where} has no context '${name}'`)
  const cluster = merged.getCluster(context.cluster)
  if (!cluster) throw new KubeconfigProblem(`${where} has no cluster '${context.cluster}'`)
  if (!URL.canParse(cluster.server)) {
    throw new KubeconfigProblem(`${where}: '${cluster.server}' is no URL of an API server`)
  }
  if (!merged.getUser(context.user)) {
    throw new KubeconfigProblem(`${where} has no user '${context.user}'`)
  }
  return merged
}

function mergeInto(merged: KubeConfig, one: KubeConfig): void {
  const fresh = <T extends { readonly name: string }>(
    have: readonly T[],
    more: readonly T[],
  ): T[] => more.filter(({ name }) => !have.some((other) => other.name === name))
  merged.clusters = [...merged.clusters, ...fresh(merged.clusters, one.clusters)]
  merged.users = [...merged.users, ...fresh(merged.users, one.users)]
  merged.contexts = [...merged.contexts, ...fresh(merged.contexts, one.contexts)]
  if (!merged.currentContext && one.currentContext) merged.currentContext = one.currentContext
}

/** Runs exec plugins and reads files that the kubeconfig names. Throws `KubeError` (`Credentials`). */
async function credentialsOf(config: KubeConfig): Promise<Credentials> {
  const cluster = config.getCurrentCluster()
  const options: RequestOptions & { auth?: string } = {}
  try {
    await config.applyToHTTPSOptions(options)
  } catch (error) {
    throw new KubeError({
      reason: 'Credentials',
      message: `no credentials for the API server: ${lineOf(error)}`,
      cause: error,
    })
  }
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    if (value !== undefined) headers[name.toLowerCase()] = String(value)
  }
  if (options.auth !== undefined && options.auth !== null) {
    headers['authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`
  }
  const { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized } = options
  const given = { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized }
  const tls = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  return { server: cluster?.server ?? '', tls, headers, proxyUrl: cluster?.proxyUrl }
}
