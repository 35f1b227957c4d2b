/**
 * Who may do what in the demo's cluster: the grants of the chart, the people of people.yaml, and the
 * operator, which runs by its own account with nothing but what its table of permissions lists.
 */
import { operatorUser } from '../../operator/grants.ts'
import { policyRules } from '../../operator/permissions.ts'
import type { Kubectl } from './kubectl.ts'

const directory = 'charts/pgpe-operator/grants'

const operatorRole = (): string => {
  const metadata = { name: 'pgpe-operator' }
  const apiVersion = 'rbac.authorization.k8s.io/v1'
  const rules = policyRules(['cluster', 'watched', 'own'])
  const apiGroup = 'rbac.authorization.k8s.io'
  const items = [
    { apiVersion, kind: 'ClusterRole', metadata, rules },
    {
      ...{ apiVersion, kind: 'ClusterRoleBinding', metadata },
      roleRef: { apiGroup, kind: 'ClusterRole', name: metadata.name },
      subjects: [{ apiGroup, kind: 'User', name: operatorUser }],
    },
  ]
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
}

async function must(kubectl: Kubectl, args: readonly string[], input?: string): Promise<string> {
  const { code, output } = await kubectl.run(args, input)
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${output.trim()}`)
  return output
}

export async function installPermissions(kubectl: Kubectl): Promise<void> {
  for (const file of ['roles', 'endpoints', 'decisions']) {
    await must(kubectl, ['apply', '--server-side', '-f', `${directory}/${file}.yaml`])
  }
  // Kubernetes before 1.36 does not know this kind; decisions are not signed then.
  const kinds = await must(kubectl, ['api-resources', '--output=name', '--cached=false'])
  if (kinds.includes('mutatingadmissionpolicies.')) {
    await must(kubectl, ['apply', '--server-side', '-f', `${directory}/decided-by.yaml`])
  }
  await must(kubectl, ['apply', '-f', '-'], operatorRole())
  await must(kubectl, ['apply', '-f', 'test/demo/people.yaml'])
}
