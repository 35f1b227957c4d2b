/** kubectl-pgpe in the test's own process, against the real API server: what it prints, asks and answers. */
import type { JsonObject } from '../../operator/api/schema.ts'
import { commands, type CommandName, type Need } from '../../operator/plugin/commands.ts'
import { run } from '../../operator/plugin/run.ts'
import { systemClock } from '../../operator/runtime/clock.ts'
import { connectControlPlane } from '../control-plane/access.ts'
import { kubeconfigPath, until, type ApiServer } from './api-server.ts'
import { patched, patchedStatus, store, type Context } from './stored.ts'
import type { KindName } from './manifests.ts'

export interface Said {
  readonly code: number
  readonly out: string
  readonly err: string
  readonly asked: readonly string[]
}

export interface Person {
  /** What they answer to each question; absent: there is no terminal. */
  readonly answers?: readonly string[]
  /** Happens between the question and the answer. */
  readonly onAsked?: () => unknown
  readonly kubeconfig?: string
  readonly signal?: AbortSignal
  readonly onError?: (text: string) => void
  /** Standard input, and files. */
  readonly files?: Readonly<Record<string, string>>
}

/** Runs `kubectl pgpe <words>`. */
export async function pgpe(words: readonly string[], person: Person = {}): Promise<Said> {
  let out = ''
  let err = ''
  const asked: string[] = []
  const { answers } = person
  const code = await run(words, {
    environment: { KUBECONFIG: person.kubeconfig ?? kubeconfigPath() },
    out: { write: (text) => void (out += text), isTerminal: false },
    err: {
      write: (text) => {
        err += text
        person.onError?.(text)
      },
      isTerminal: false,
    },
    ask:
      answers &&
      (async (question) => {
        asked.push(question)
        await person.onAsked?.()
        return answers[asked.length - 1]
      }),
    read: async (path) => {
      const text = person.files?.[path]
      if (text === undefined) throw new Error(`ENOENT: no such file, open '${path}'`)
      return text
    },
    clock: systemClock,
    random: () => 0.5,
    signal: person.signal ?? new AbortController().signal,
    version: 'test',
  })
  return { code, out, err, asked }
}

/** An object with a status, as the operator would have left it. */
export async function storeWith(
  context: Context,
  kind: KindName,
  name: string,
  status: object,
  patch: JsonObject = {},
) {
  await store(context, kind, name, patch)
  const { metadata } = patch
  if (metadata !== undefined) await patched(context, kind, name, { metadata })
  const answer = await patchedStatus(context, kind, name, { status } as JsonObject)
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body))
  return answer.body
}

/** Whether the API server knows of the right by now. */
export async function mayUser(
  server: ApiServer,
  user: string,
  what: { readonly namespace: string; readonly resource: string; readonly verb: string },
): Promise<boolean> {
  const { body } = await server.send('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { user, resourceAttributes: { ...what, group: 'pgpe.dev' } },
  })
  return body.status.allowed === true
}

/** A kubeconfig of somebody who may do in the namespace what the table of commands says, and no more. */
export async function personWith(
  context: Context,
  command: CommandName,
  optional: boolean,
): Promise<string> {
  const { server, namespace } = context
  const user = `${command}-${optional ? 'all' : 'least'}`
  const api = 'rbac.authorization.k8s.io'
  const needs: readonly Need[] = commands[command].needs
  const rules = needs
    .filter((need) => optional || need.optional === undefined)
    .map(({ verbs, resources }) => ({ apiGroups: ['pgpe.dev'], verbs, resources }))
  const common = { apiVersion: `${api}/v1`, metadata: { name: user } }
  const base = `/apis/${api}/v1/namespaces/${namespace}`
  await server.send('POST', `${base}/roles`, { ...common, kind: 'Role', rules } as JsonObject)
  return bound(context, user)
}

/** A kubeconfig of the user `<namespace>:<role>`, who has that role of the namespace. */
export async function bound({ server, namespace }: Context, role: string): Promise<string> {
  const api = 'rbac.authorization.k8s.io'
  const base = `/apis/${api}/v1/namespaces/${namespace}`
  const answer = await server.send('POST', `${base}/rolebindings`, {
    ...{ apiVersion: `${api}/v1`, kind: 'RoleBinding', metadata: { name: role } },
    roleRef: { apiGroup: api, kind: 'Role', name: role },
    subjects: [{ kind: 'User', name: `${namespace}:${role}`, apiGroup: api }],
  })
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body))
  const { body } = await server.send('GET', `${base}/roles/${role}`)
  const rights: readonly { resource: string; verb: string }[] = (body.rules ?? []).flatMap(
    ({ resources, verbs }: any) =>
      resources.flatMap((resource: string) => verbs.map((verb: string) => ({ resource, verb }))),
  )
  // Authorization hears of a binding a moment later.
  const user = `${namespace}:${role}`
  for (const right of rights) await until(() => mayUser(server, user, { namespace, ...right }))
  const plane = connectControlPlane(process.env['PGPE_TEST_CONTROL_PLANE'] ?? '')
  return (await plane.kubeconfigFor(user)).path
}
