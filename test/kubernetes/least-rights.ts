/** An operator with no more rights than the table of permissions grants. */
import type { JsonObject } from '../../operator/api/schema.ts'
import { policyRules, type Served } from '../../operator/permissions.ts'
import { connectControlPlane } from '../control-plane/access.ts'
import type { ApiServer } from './api-server.ts'

export interface Rights {
  /** Where it serves one kind only: its rights, under an account of its own. */
  readonly kind?: Served
  readonly lease?: string
}

/** A kubeconfig that may do what the table of permissions says, in these namespaces, or in all. */
export async function least(
  server: ApiServer,
  own: string,
  namespaces: readonly string[],
  everywhere = false,
  { kind: served, lease }: Rights = {},
) {
  const account = lease ?? (served === undefined ? 'pgpe-operator' : `pgpe-operator-${served}`)
  const user = `system:serviceaccount:${own}:${account}`
  const given = { lease: account, ...(served === undefined ? {} : { kinds: [served] }) }
  const api = 'rbac.authorization.k8s.io'
  const grant = async (
    scope: string,
    kind: 'Role' | 'ClusterRole',
    name: string,
    rules: unknown,
  ) => {
    const metadata = { name }
    const subjects = [{ kind: 'ServiceAccount', name: account, namespace: own }]
    const roleRef = { apiGroup: api, kind, name }
    const base = `/apis/${api}/v1${scope}/${kind.toLowerCase()}`
    const common = { apiVersion: `${api}/v1`, metadata }
    await server.send('POST', `${base}s`, { ...common, kind, rules } as JsonObject)
    const binding = { ...common, kind: `${kind}Binding`, subjects, roleRef }
    await server.send('POST', `${base}bindings`, binding as JsonObject)
  }
  const wide = everywhere ? (['cluster', 'watched'] as const) : (['cluster'] as const)
  await grant('', 'ClusterRole', `${own}-${account}`, policyRules(wide, given))
  await grant(`/namespaces/${own}`, 'Role', `${account}-own`, policyRules(['own'], given))
  for (const namespace of everywhere ? [] : namespaces) {
    const rules = policyRules(['watched'], given)
    await grant(`/namespaces/${namespace}`, 'Role', `${account}-watched`, rules)
  }
  const plane = connectControlPlane(process.env['PGPE_TEST_CONTROL_PLANE'] ?? '')
  return (await plane.kubeconfigFor(user)).path
}
