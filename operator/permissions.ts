/**
 * Every verb of Kubernetes and every operation of Azure that the operator uses, as rows with their
 * reasons. ClusterRole and Azure role definitions are printed from them; tests compare them with what
 * is really asked for. No row holds a wildcard.
 */
import * as decision from './api/connection-decision.ts'
import { group } from './api/group.ts'
import * as endpoint from './api/private-endpoint.ts'

/** Where a rule is granted: for the whole cluster, or in each watched namespace, or beside the Lease. */
export type Reach = 'cluster' | 'watched' | 'own'

/** As the setting `kinds` names them. */
export type Served = 'endpoints' | 'decisions'

export interface KubernetesPermission {
  readonly apiGroup: string
  readonly resource: string
  readonly verbs: readonly string[]
  /** Only these objects; absent: all. */
  readonly names?: readonly string[]
  readonly reach: Reach
  /** Needed only by a process that serves this kind; absent: by each. */
  readonly kind?: Served
  /** Needed only with this setting on. */
  readonly setting?: 'connectionInfo'
  /** Not needed with this setting on. */
  readonly unless?: 'clusterId' | 'allowUngated'
  readonly because: string
}

/** The admission policy and its binding that ask who may decide. */
export const decisionPolicy = 'pgpe-decisions'
export const leaseName = 'pgpe-operator'
export const identityName = 'pgpe-azure'

export const kubernetesPermissions: readonly KubernetesPermission[] = [
  {
    apiGroup: group,
    resource: endpoint.plural,
    verbs: ['list', 'watch'],
    reach: 'watched',
    because: 'What users want; and what decisions name by spec.connections.endpointRefs.',
  },
  {
    apiGroup: group,
    resource: endpoint.plural,
    verbs: ['get'],
    reach: 'watched',
    kind: 'endpoints',
    because: 'As it is now, before something is deleted or taken over.',
  },
  {
    apiGroup: group,
    resource: endpoint.plural,
    verbs: ['patch'],
    reach: 'watched',
    kind: 'endpoints',
    because: 'The finalizer, before the first write to Azure.',
  },
  {
    apiGroup: group,
    resource: `${endpoint.plural}/status`,
    verbs: ['patch'],
    reach: 'watched',
    kind: 'endpoints',
    because: 'What was found and done.',
  },
  {
    apiGroup: group,
    resource: decision.plural,
    verbs: ['get', 'list', 'watch'],
    reach: 'watched',
    kind: 'decisions',
    because: 'What administrators decided.',
  },
  {
    apiGroup: group,
    resource: decision.plural,
    verbs: ['create', 'delete'],
    reach: 'watched',
    kind: 'decisions',
    because: 'Rows of an inbox, one for each request.',
  },
  {
    apiGroup: group,
    resource: `${decision.plural}/status`,
    verbs: ['patch'],
    reach: 'watched',
    kind: 'decisions',
    because: 'What was found and done.',
  },
  {
    apiGroup: 'events.k8s.io',
    resource: 'events',
    verbs: ['create', 'patch'],
    reach: 'watched',
    because: 'Events on transitions.',
  },
  {
    apiGroup: '',
    resource: 'secrets',
    verbs: ['get'],
    names: [identityName],
    reach: 'watched',
    because: 'Identities that objects name; never listed or watched.',
  },
  {
    apiGroup: '',
    resource: 'serviceaccounts',
    verbs: ['get'],
    names: [identityName],
    reach: 'watched',
    because: 'The Azure application that a ServiceAccount is federated with.',
  },
  {
    apiGroup: '',
    resource: 'serviceaccounts/token',
    verbs: ['create'],
    names: [identityName],
    reach: 'watched',
    because: 'Its token, for Azure alone.',
  },
  {
    apiGroup: '',
    resource: 'configmaps',
    verbs: ['get', 'create', 'patch', 'delete'],
    reach: 'watched',
    kind: 'endpoints',
    setting: 'connectionInfo',
    because: 'spec.connectionInfo; users choose the names, and none that is not owned is touched.',
  },
  {
    apiGroup: '',
    resource: 'namespaces',
    verbs: ['get'],
    names: ['kube-system'],
    reach: 'cluster',
    unless: 'clusterId',
    because: "Its uid is the cluster's id, unless a setting says another.",
  },
  {
    apiGroup: 'admissionregistration.k8s.io',
    resource: 'validatingadmissionpolicies',
    verbs: ['get'],
    names: [decisionPolicy],
    reach: 'cluster',
    kind: 'decisions',
    unless: 'allowUngated',
    because: 'Whether somebody checks who decides.',
  },
  {
    apiGroup: 'admissionregistration.k8s.io',
    resource: 'validatingadmissionpolicybindings',
    verbs: ['get'],
    names: [decisionPolicy],
    reach: 'cluster',
    kind: 'decisions',
    unless: 'allowUngated',
    because: 'Whether that policy is in force.',
  },
  {
    apiGroup: 'coordination.k8s.io',
    resource: 'leases',
    verbs: ['create'],
    reach: 'own',
    because: 'The Lease, the first time. A name cannot be granted for a creation.',
  },
  {
    apiGroup: 'coordination.k8s.io',
    resource: 'leases',
    verbs: ['get', 'update'],
    names: [leaseName],
    reach: 'own',
    because: 'One of several processes leads.',
  },
]

export interface PolicyRule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
  readonly resourceNames?: readonly string[]
}

/** The rules of a Role or ClusterRole; `names` replaces the default names of identities and Lease. */
export const policyRules = (
  reach: readonly Reach[],
  names: {
    readonly identities?: readonly string[]
    readonly lease?: string
    /** Whether the setting is on. */
    readonly connectionInfo?: boolean
    /** As the setting has them; absent: both. */
    readonly kinds?: readonly Served[]
    /** Settings that spare a right. */
    readonly clusterId?: boolean
    readonly allowUngated?: boolean
  } = {},
): readonly PolicyRule[] =>
  kubernetesPermissions
    .filter((row) => reach.includes(row.reach))
    .filter(({ kind }) => kind === undefined || (names.kinds?.includes(kind) ?? true))
    .filter(({ setting }) => setting === undefined || names[setting] === true)
    .filter(({ unless }) => unless === undefined || names[unless] !== true)
    .map((row) => {
      const resourceNames = row.names?.flatMap((each) => {
        if (each === identityName) return names.identities ?? [each]
        return each === leaseName ? [names.lease ?? each] : [each]
      })
      const { apiGroup, resource, verbs } = row
      const rule = { apiGroups: [apiGroup], resources: [resource], verbs }
      return resourceNames === undefined ? rule : { ...rule, resourceNames }
    })

/** `network` and `database` are two people's; `subnetPolicies` and `resourceGroups` are optional. */
export type AzureRole = 'network' | 'database' | 'subnetPolicies' | 'resourceGroups'

export interface AzurePermission {
  readonly action: string
  readonly roles: readonly AzureRole[]
  readonly because: string
}

const both: readonly AzureRole[] = ['network', 'database']
const inNetwork = (what: string): string => `Microsoft.Network/${what}`
const onServers = (what: string): string => `Microsoft.DBforPostgreSQL/flexibleServers/${what}`

const azure = (
  action: string,
  because: string,
  roles: readonly AzureRole[] = ['network'],
): AzurePermission => ({ action, because, roles })

export const azurePermissions: readonly AzurePermission[] = [
  azure(onServers('read'), 'Whether the server is ready, and exists.', both),
  azure(onServers('privateLinkResources/read'), 'Its sub-resource and the name of its zone.', both),
  azure(onServers('privateEndpointConnections/read'), 'The connections that are requested.', [
    'database',
  ]),
  azure(onServers('privateEndpointConnections/write'), 'Approve and Reject.', ['database']),
  azure(onServers('privateEndpointConnections/delete'), 'Delete.', ['database']),
  azure(
    onServers('privateEndpointConnectionsApproval/action'),
    'Approve. For an identity of the network side it means that its endpoints are approved at once.',
    ['database'],
  ),
  azure('Microsoft.Resources/subscriptions/resourceGroups/read', 'Whether the group exists.'),
  azure('Microsoft.Resources/subscriptions/resourceGroups/write', 'spec.createResourceGroup.', [
    'resourceGroups',
  ]),
  azure(inNetwork('privateEndpoints/read'), 'What is there.'),
  azure(inNetwork('privateEndpoints/write'), 'The endpoint.'),
  azure(inNetwork('privateEndpoints/delete'), 'The endpoint, when its object goes.'),
  azure(inNetwork('privateEndpoints/privateDnsZoneGroups/read'), 'What is there.'),
  azure(inNetwork('privateEndpoints/privateDnsZoneGroups/write'), 'The zone group.'),
  azure(inNetwork('privateEndpoints/privateDnsZoneGroups/delete'), 'The zone group.'),
  azure(inNetwork('locations/operations/read'), 'Why Azure ended an endpoint Failed.'),
  azure(inNetwork('networkInterfaces/read'), 'The private address.'),
  azure(inNetwork('virtualNetworks/read'), 'Region, subnets and their policies.'),
  azure(inNetwork('virtualNetworks/subnets/read'), 'Address ranges and policies.'),
  azure(inNetwork('virtualNetworks/subnets/join/action'), 'The endpoint lives in the subnet.'),
  azure(inNetwork('virtualNetworks/checkIpAddressAvailability/read'), 'A static address.'),
  azure(inNetwork('virtualNetworks/join/action'), 'Links of a zone to the network.'),
  azure(
    inNetwork('applicationSecurityGroups/joinIpConfiguration/action'),
    'spec.applicationSecurityGroupIds.',
  ),
  azure(inNetwork('virtualNetworks/subnets/write'), 'spec.subnetNetworkPolicies.', [
    'subnetPolicies',
  ]),
  azure(inNetwork('privateDnsZones/read'), 'Which zone fits.'),
  azure(inNetwork('privateDnsZones/write'), 'A zone, where there is none.'),
  azure(inNetwork('privateDnsZones/join/action'), 'The zone group writes records into it.'),
  azure(inNetwork('privateDnsZones/A/read'), 'Whether the record holds the address.'),
  azure(inNetwork('privateDnsZones/ALL/read'), 'The records of a zone, by one list.'),
  azure(inNetwork('privateDnsZones/virtualNetworkLinks/read'), 'What is there.'),
  azure(inNetwork('privateDnsZones/virtualNetworkLinks/write'), 'Links.'),
  azure(inNetwork('privateDnsZones/virtualNetworkLinks/delete'), 'spec.dns.deleteUnusedLinks.'),
]

export interface RoleDefinition {
  readonly Name: string
  readonly IsCustom: true
  readonly Description: string
  readonly Actions: readonly string[]
  readonly NotActions: readonly string[]
  readonly AssignableScopes: readonly string[]
}

/** As `az role definition create --role-definition` takes it. */
export const roleDefinition = (
  name: string,
  description: string,
  roles: readonly AzureRole[],
  scopes: readonly string[],
): RoleDefinition => ({
  Name: name,
  IsCustom: true,
  Description: description,
  Actions: azurePermissions
    .filter((row) => row.roles.some((role) => roles.includes(role)))
    .map(({ action }) => action),
  NotActions: [],
  AssignableScopes: scopes,
})

const places: Readonly<Record<Reach, string>> = {
  cluster: 'cluster',
  watched: 'each watched namespace',
  own: "the release's namespace",
}

/** Both tables for the reference, as Markdown. */
export const permissionsPage = (): string =>
  [
    '| API group | resource | names | verbs | where | serving | because |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...kubernetesPermissions.map(
      ({ apiGroup, resource, names, verbs, reach, kind, setting, unless, because }) =>
        `| ${apiGroup} | ${resource} | ${names?.join(', ') ?? ''} | ${verbs.join(', ')} | ${places[reach]} | ${kind ?? 'either'} | ${setting === undefined ? '' : `With ${setting}: `}${unless === undefined ? '' : `Without ${unless}: `}${because} |`,
    ),
    '',
    '| action | role | because |',
    '| --- | --- | --- |',
    ...azurePermissions.map(
      ({ action, roles, because }) => `| ${action} | ${roles.join(', ')} | ${because} |`,
    ),
    '',
  ].join('\n')
