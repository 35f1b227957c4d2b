/** What the tests of watches share: ConfigMaps of a namespace, watched through the faulty proxy. */
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { Transport } from '../../operator/kubernetes/call.ts'
import type { CredentialSource } from '../../operator/kubernetes/credentials.ts'
import type { KubernetesObject } from '../../operator/kubernetes/port.ts'
import type { Resource } from '../../operator/kubernetes/resource.ts'
import { Cache, type Change } from '../../operator/kubernetes/store.ts'
import { createTransport } from '../../operator/kubernetes/transport.ts'
import type { Trouble } from '../../operator/kubernetes/trouble.ts'
import { watchSettings, type WatchSettings } from '../../operator/kubernetes/watch-settings.ts'
import { Watch } from '../../operator/kubernetes/watch.ts'
import { systemClock } from '../../operator/runtime/clock.ts'
import { type ApiServer, connect, kubeconfigPath, makeNamespace } from './api-server.ts'
import { FaultProxy } from './fault-proxy.ts'

export const configMaps: Resource = { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps' }

export interface ConfigMap extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>
}

/** Failures pass quickly, so that a test need not wait for them. */
export const impatient: WatchSettings = {
  ...watchSettings,
  pauseMs: [5, 40],
  silenceMs: 3_000,
  watchSeconds: [20, 25],
}

/** Seeded, so that a failure can be had again. */
export function dice(seed = Number(process.env['PGPE_TEST_SEED'] ?? 1)): () => number {
  let state = (seed >>> 0) + 0x6d2b79f5
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** The cluster of a kubeconfig, and the header that says who asks. */
export function clusterOf(path = kubeconfigPath()): {
  readonly url: string
  readonly ca: string
  readonly headers: Readonly<Record<string, string>>
} {
  const { clusters, users } = parse(readFileSync(path, 'utf8'))
  const { server, 'certificate-authority-data': ca } = clusters[0].cluster
  const { token } = users[0].user
  const headers = { authorization: `Bearer ${token}` }
  return { url: server, ca: Buffer.from(ca, 'base64').toString(), headers }
}

export function sourceOf(
  server: string,
  headers: Readonly<Record<string, string>>,
): CredentialSource {
  const current = async () => ({ server, tls: {}, headers })
  return { origin: 'a test', namespace: undefined, refused: () => undefined, current }
}

export const transportOf = (credentials: CredentialSource, headersTimeoutMs = 5_000): Transport =>
  createTransport({
    ...{ credentials, headersTimeoutMs, time: systemClock, random: dice() },
    userAgent: 'pgpe-operator/test',
  })

export interface Stage {
  readonly server: ApiServer
  readonly namespace: string
  readonly proxy: FaultProxy
  readonly transport: Transport
  put(name: string, value: string): Promise<any>
  remove(name: string): Promise<void>
  close(): Promise<void>
}

/** A namespace, and the proxy in front of the API server. */
export async function stage(prefix: string): Promise<Stage> {
  const server = connect()
  const namespace = await makeNamespace(server, prefix)
  const { url, ca, headers } = clusterOf()
  const proxy = new FaultProxy({ url, ca })
  const transport = transportOf(sourceOf(await proxy.listen(), headers))
  const path = (name: string): string => `/api/v1/namespaces/${namespace}/configmaps/${name}`
  return {
    ...{ server, namespace, proxy, transport },
    put: async (name, value) => {
      const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { value } }
      const query = '?fieldManager=test&force=true'
      const answer = await server.send('PATCH', path(name) + query, body, 'apply-patch+yaml')
      if (answer.status > 201) throw new Error(JSON.stringify(answer.body))
      return answer.body
    },
    remove: async (name) => void (await server.send('DELETE', path(name))),
    close: async () => {
      await transport.close()
      await proxy.close()
      await server.close()
    },
  }
}

export interface Watching {
  readonly cache: Cache<ConfigMap>
  readonly watch: Watch<ConfigMap>
  readonly changes: Change<ConfigMap>[]
  readonly troubles: Trouble[]
  /** name=value of all that the cache holds, sorted. */
  contents(): string
}

export function watching(
  { transport, namespace }: Stage,
  given: { readonly settings?: Partial<WatchSettings>; readonly labelSelector?: string } = {},
): Watching {
  const broken: unknown[] = []
  const cache = new Cache<ConfigMap>([namespace], (error) => broken.push(error))
  const troubles: Trouble[] = []
  const changes: Change<ConfigMap>[] = []
  cache.listen((change) => changes.push(change))
  const watch = new Watch<ConfigMap>({
    ...{ transport, cache, time: systemClock, random: dice(), resource: configMaps },
    scope: namespace,
    labelSelector: given.labelSelector,
    settings: { ...impatient, ...given.settings },
    onTrouble: (trouble) => troubles.push(trouble),
  })
  const contents = (): string =>
    [...cache.all()]
      .map(({ metadata, data }) => `${metadata.name}=${data?.['value']}`)
      .toSorted()
      .join(' ')
  return { cache, watch, changes, troubles, contents }
}
