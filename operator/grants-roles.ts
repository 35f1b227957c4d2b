/**
 * The ClusterRoles to bind to people. Two say which kind a person may write, and two on whose resources;
 * writing takes one of each. No verb is `*`: that would hold every verb which a policy asks about.
 */
import * as decision from './api/connection-decision.ts'
import { group } from './api/group.ts'
import * as endpoint from './api/private-endpoint.ts'
import type { JsonObject } from './api/schema.ts'
import { verbsOf, type Virtual } from './grants.ts'

const reading = ['get', 'list', 'watch']
const writing = [...reading, 'create', 'update', 'patch', 'delete']

const role = (name: string, rules: readonly JsonObject[], labels: JsonObject = {}): JsonObject => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name, labels: { 'app.kubernetes.io/name': 'pgpe-operator', ...labels } },
  rules,
})

const rule = (resources: readonly string[], verbs: readonly string[]): JsonObject => ({
  apiGroups: [group],
  resources,
  verbs,
})
const all = (resource: Virtual): JsonObject => rule([resource], verbsOf[resource])

export const roles: readonly JsonObject[] = [
  role('pgpe-network-admin', [
    rule([endpoint.plural], writing),
    rule([`${endpoint.plural}/status`], ['get']),
  ]),
  role('pgpe-database-admin', [
    rule([decision.plural], writing),
    rule([`${decision.plural}/status`], ['get']),
  ]),
  role(
    'pgpe-viewer',
    [
      rule([endpoint.plural, decision.plural], reading),
      rule([`${endpoint.plural}/status`, `${decision.plural}/status`], ['get']),
    ],
    // Whoever may view a namespace sees both kinds; writing them is part of no role of Kubernetes.
    { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' },
  ),
  role('pgpe-all-servers', [all('servers'), all('identities')]),
  role('pgpe-all-networks', [all('subnets'), all('zones'), all('virtualnetworks')]),
]
