/**
 * The grants on the ring's API server: its policies, bound to namespaces of the test file alone, and
 * people who have exactly the rules that a test gives them. A policy can be installed with one of its
 * guards taken out, which shows what the guard is there for.
 */
import * as assert from 'uvu/assert'
import type { JsonObject } from '../../operator/api/schema.ts'
import { decisions } from '../../operator/grants-decision.ts'
import { endpointPolicies } from '../../operator/grants-endpoint.ts'
import { manifestsOf, operatorUser, verbsOf, type Policy } from '../../operator/grants.ts'
import { type Answer, type ApiServer, makeNamespace, until } from './api-server.ts'
import { kinds, manifest, path, type KindName } from './manifests.ts'

export const policies: readonly Policy[] = [...endpointPolicies, decisions(operatorUser)]

/** `verb resource` or `verb resource name`. */
export type Grant = string

const ruleOf = (grant: Grant): JsonObject => {
  const [verb = '', resource = '', name] = grant.split(' ')
  return {
    apiGroups: ['pgpe.dev'],
    resources: [resource],
    verbs: [verb],
    ...(name !== undefined && { resourceNames: [name] }),
  }
}

const writeKinds: JsonObject = {
  apiGroups: ['pgpe.dev'],
  resources: Object.values(kinds).map(({ plural }) => plural),
  verbs: ['get', 'list', 'create', 'update', 'patch', 'delete', 'deletecollection'],
}

async function must(server: ApiServer, method: string, where: string, body?: JsonObject) {
  const answer = await server.send(method, where, body)
  assert.ok(answer.status < 300, `${method} ${where}: ${JSON.stringify(answer.body)}`)
  return answer.body
}

const rbac = '/apis/rbac.authorization.k8s.io/v1'

export const everyVerb: readonly Grant[] = Object.entries(verbsOf).flatMap(([resource, verbs]) =>
  verbs.map((verb) => `${verb} ${resource}`),
)

let people = 0

/** Somebody new, who may write both kinds in the namespace, and has these grants there. */
export async function person(
  server: ApiServer,
  namespace: string,
  grants: readonly Grant[],
  name = `person-${people + 1}-of-${namespace}`,
): Promise<ApiServer> {
  const role = `role-${(people += 1)}`
  const rules = [writeKinds, ...grants.map(ruleOf)]
  const metadata = { name: role, namespace }
  await must(server, 'POST', `${rbac}/namespaces/${namespace}/roles`, { metadata, rules })
  await bind(server, namespace, role, name, 'Role')
  const last = grants.at(-1)?.split(' ') ?? ['create', kinds.endpoint.plural]
  await untilMay(server, namespace, name, last)
  return server.as(name)
}

export async function bind(
  server: ApiServer,
  namespace: string,
  role: string,
  user: string,
  kind: 'Role' | 'ClusterRole' = 'ClusterRole',
): Promise<void> {
  await must(server, 'POST', `${rbac}/namespaces/${namespace}/rolebindings`, {
    metadata: { generateName: `${role}-`, namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: role },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
  })
}

/** Whether RBAC says yes; roles take a moment to reach the authorizer. */
export async function may(
  server: ApiServer,
  namespace: string,
  user: string,
  [verb = '', resource = '', name]: readonly string[],
): Promise<boolean> {
  const review = await must(server, 'POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
    spec: {
      user,
      resourceAttributes: {
        ...{ namespace, group: 'pgpe.dev', verb, resource },
        ...(name !== undefined && { name }),
      },
    },
  })
  return review.status.allowed
}

export const untilMay = (
  server: ApiServer,
  namespace: string,
  user: string,
  grant: readonly string[],
): Promise<void> => until(() => may(server, namespace, user, grant))

const admission = '/apis/admissionregistration.k8s.io/v1'
const plurals: { readonly [kind: string]: string } = {
  ValidatingAdmissionPolicy: 'validatingadmissionpolicies',
  ValidatingAdmissionPolicyBinding: 'validatingadmissionpolicybindings',
  MutatingAdmissionPolicy: 'mutatingadmissionpolicies',
  MutatingAdmissionPolicyBinding: 'mutatingadmissionpolicybindings',
}

/** Refuses one object by its name, by which a test sees that the policy is in force. */
const probe = 'probe'
const withProbe = (policy: Policy): Policy => ({
  ...policy,
  validations: [
    {
      guards: probe,
      expression: `object == null || object.metadata.name != '${probe}-${policy.name}'`,
      message: `${policy.name} is in force`,
    },
    ...policy.validations,
  ],
})

export class Installed {
  readonly #server: ApiServer
  readonly #paths: string[] = []

  constructor(server: ApiServer) {
    this.#server = server
  }

  /** One object of the chart, under another name, for one namespace alone. */
  async add(object: any, suffix: string, namespace: string): Promise<string> {
    const name = `${object.metadata.name}${suffix}`
    const spec = {
      ...object.spec,
      ...(object.kind.endsWith('Binding') && {
        policyName: name,
        matchResources: {
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        },
      }),
    }
    const made = { ...object, metadata: { ...object.metadata, name }, spec }
    const where = `${admission}/${plurals[object.kind]}`
    await must(this.#server, 'POST', where, made)
    this.#paths.push(`${where}/${name}`)
    return name
  }

  /** The policy, for one namespace alone; resolves once it is in force there. */
  async policy(policy: Policy, suffix: string, namespace: string): Promise<void> {
    const named = { ...policy, name: `${policy.name}${suffix}` }
    for (const object of manifestsOf(withProbe(named))) await this.add(object, '', namespace)
    const kind: KindName = policy.plural === kinds.endpoint.plural ? 'endpoint' : 'decision'
    const object = manifest(kind, namespace, {
      metadata: { name: `${probe}-${named.name}` },
      ...(kind === 'endpoint' && { spec: { dns: { additionalVirtualNetworkIds: networks(100) } } }),
    })
    await until(async () => {
      const { body } = await this.#server.send(
        'POST',
        `${path(kind, namespace)}?dryRun=All`,
        object,
      )
      return String(body.message).includes(`${named.name} is in force`)
    })
  }

  async remove(): Promise<void> {
    for (const where of this.#paths) await this.#server.send('DELETE', where)
  }
}

export const networks = (count: number): readonly string[] =>
  Array.from(
    { length: count },
    (_, index) =>
      `/subscriptions/0f0a1b2c-3d4e-4f60-8a9b-0c1d2e3f4a5b/resourceGroups/Net/providers/Microsoft.Network/virtualNetworks/spoke-${index}`,
  )

/** The policy without one of its validations, or without one part of what makes it look at all. */
export function without(policy: Policy, guard: string): Policy {
  const validations = policy.validations.filter(({ guards }) => guards !== guard)
  const matchConditions = policy.matchConditions.map(({ name, expression }: any) => ({
    name,
    expression: expression
      .split(' && ')
      .filter((part: string) => !part.includes(guard))
      .join(' && ')
      .replace(/\)?$/, ')'),
  }))
  if (validations.length < policy.validations.length) return { ...policy, validations }
  assert.is.not(JSON.stringify(matchConditions), JSON.stringify(policy.matchConditions), guard)
  return { ...policy, matchConditions }
}

/** A namespace of its own, in which the operator's account has every grant: too much, as in a mistake. */
export async function grantsNamespace(server: ApiServer, prefix: string): Promise<string> {
  const namespace = await makeNamespace(server, prefix)
  await person(server, namespace, everyVerb, operatorUser)
  return namespace
}

export const refused = (answer: Answer, says: RegExp, what: string): void => {
  assert.is(answer.status, 403, `${what}: ${JSON.stringify(answer.body)}`)
  assert.match(String(answer.body.message), says, what)
}
export const accepted = (answer: Answer, what: string): void =>
  assert.ok(answer.status < 300, `${what}: ${JSON.stringify(answer.body)}`)
