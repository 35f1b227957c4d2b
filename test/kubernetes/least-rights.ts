/** An operator with no more rights than the table of permissions grants. */
import type { JsonObject } from '../../operator/api/schema.ts'
import { policyRules } from '../../operator/permissions.ts'
import { connectControlPlane } from '../control-plane/access.ts'
import type { ApiServer } from './api-server.ts'

/** A kubeconfig that may do what the table of permissions says, in these namespaces, or in all. */
export async function least(
  server: ApiServer,
  own: string,
  namespaces: readonly string[],
  everywhere = false,
) {
  const user = `system:serviceaccount:${own}:pgpe-operator`
  const api = 'rbac.authorization.k8s.io'
  const grant = async (
    scope: string,
    kind: 'Role' | 'ClusterRole',
    name: string,
    rules: unknown,
  ) => {
    const metadata = { name }
    const subjects = [{ kind: 'ServiceAccount', name: 'pgpe-operator', namespace: own }]
    const roleRef = { apiGroup: api, kind, name }
    const base = `/apis/${api}/v1${scope}/${kind.toLowerCase()}`
    const common = { apiVersion: `${api}/v1`, metadata }
    await server.send('POST', `${base}s`, { ...common, kind, rules } as JsonObject)
    const binding = { ...common, kind: `${kind}Binding`, subjects, roleRef }
    await server.send('POST', `${base}bindings`, binding as JsonObject)
  }
  const wide = everywhere ? (['cluster', 'watched'] as const) : (['cluster'] as const)
  await grant('', 'ClusterRole', `${own}-cluster`, policyRules(wide))
  await grant(`/namespaces/${own}`, 'Role', 'own', policyRules(['own']))
  for (const namespace of everywhere ? [] : namespaces) {
    await grant(`/namespaces/${namespace}`, 'Role', 'watched', policyRules(['watched']))
  }
  const plane = connectControlPlane(process.env['PGPE_TEST_CONTROL_PLANE'] ?? '')
  return (await plane.kubeconfigFor(user)).path
}
