/**
 * The real API server of the ring `kubernetes`, as tests talk to it: plain requests on one connection
 * pool, the answer with its status, nothing retried. PGPE_TEST_KUBECONFIG names its kubeconfig.
 */
import { readFileSync } from 'node:fs'
import { Agent, request } from 'undici'
import { parse } from 'yaml'
import type { Json, JsonObject } from '../../operator/api/schema.ts'

export interface Answer {
  readonly status: number
  readonly body: any
}

export interface Cause {
  readonly field: string
  readonly message: string
}

export interface Table {
  readonly columns: readonly { readonly name: string; readonly priority: number }[]
  readonly rows: readonly (readonly unknown[])[]
}

type ContentType = 'json' | 'json-patch+json' | 'merge-patch+json' | 'apply-patch+yaml'

export interface ApiServer {
  send(method: string, path: string, body?: Json, type?: ContentType): Promise<Answer>
  /** What kubectl prints: columns and cells of one object or a list. */
  table(path: string): Promise<Table>
  /** The same as another user, who may do what RBAC grants to that name; over the same connections. */
  as(user: string): ApiServer
  close(): Promise<void>
}

const asTable = 'application/json;as=Table;v=v1;g=meta.k8s.io'

const base64 = (text: unknown): Buffer | undefined =>
  typeof text === 'string' ? Buffer.from(text, 'base64') : undefined

export const kubeconfigPath = (): string => {
  const path = process.env['PGPE_TEST_KUBECONFIG']
  if (path === undefined) throw new Error('PGPE_TEST_KUBECONFIG is not set: npm test sets it')
  return path
}

export function connect(): ApiServer {
  const config = parse(readFileSync(kubeconfigPath(), 'utf8'))
  const { cluster } = config.clusters[0]
  const { user } = config.users[0]
  const agent = new Agent({
    connections: 8,
    connect: {
      ca: base64(cluster['certificate-authority-data'])?.toString(),
      cert: base64(user['client-certificate-data'])?.toString(),
      key: base64(user['client-key-data'])?.toString(),
    },
  })
  const header = { ...(user.token !== undefined && { authorization: `Bearer ${user.token}` }) }
  return speak(agent, cluster.server, header)
}

function speak(agent: Agent, url: string, who: Readonly<Record<string, string>>): ApiServer {
  const exchange = async (
    method: string,
    path: string,
    accept: string,
    body?: Json,
    type: ContentType = 'json',
  ): Promise<Answer> => {
    const answer = await request(`${url}${path}`, {
      method,
      dispatcher: agent,
      headers: {
        accept,
        ...who,
        ...(body !== undefined && { 'content-type': `application/${type}` }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    })
    const text = await answer.body.text()
    // Some refusals, such as that of a document not yet published, have no body.
    return { status: answer.statusCode, body: text === '' ? {} : JSON.parse(text) }
  }
  return {
    send: (method, path, body, type) => exchange(method, path, 'application/json', body, type),
    table: async (path) => {
      const { body } = await exchange('GET', path, asTable)
      return { columns: body.columnDefinitions, rows: body.rows.map((row: any) => row.cells) }
    },
    as: (name) => speak(agent, url, { ...who, 'impersonate-user': name }),
    close: () => agent.close(),
  }
}

/** Applies the definitions under our own manager, and waits until the API server serves them. */
export async function install(server: ApiServer, crds: readonly JsonObject[]): Promise<void> {
  for (const crd of crds) {
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${nameOf(crd)}`
    const answer = await server.send(
      'PATCH',
      `${path}?fieldManager=pgpe-test&force=true`,
      crd,
      'apply-patch+yaml',
    )
    if (answer.status > 201) throw new Error(`not installed: ${JSON.stringify(answer.body)}`)
    await until(async () => {
      const { body } = await server.send('GET', path)
      return holds(body, 'Established') && holds(body, 'NamesAccepted')
    })
  }
}

const nameOf = (crd: JsonObject): string => (crd['metadata'] as { readonly name: string }).name

const holds = (object: any, type: string): boolean =>
  (object.status?.conditions ?? []).some(
    (condition: any) => condition.type === type && condition.status === 'True',
  )

/** Looks again and again until it holds; the runner's deadline for a test ends it otherwise. */
export async function until(look: () => Promise<boolean>): Promise<void> {
  while (!(await look())) await new Promise((resolve) => setTimeout(resolve, 20))
}

/** A namespace of the test file's own; `prefix` keeps the names of files apart. */
export async function makeNamespace(server: ApiServer, prefix: string): Promise<string> {
  const { status, body } = await server.send('POST', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { generateName: `${prefix}-` },
  })
  if (status !== 201) throw new Error(`no namespace: ${JSON.stringify(body)}`)
  return body.metadata.name
}

/** What the API server objects to, field by field; empty when it accepted. */
export const causes = ({ status, body }: Answer): readonly Cause[] =>
  status < 300 ? [] : (body.details?.causes ?? [{ field: '', message: String(body.message) }])
