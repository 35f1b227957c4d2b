/** The roles that exist from the start: Azure's built-in ones that clients meet, and one of our tenant's own. */
export interface Permission {
  readonly actions: readonly string[]
  readonly notActions: readonly string[]
  readonly dataActions: readonly string[]
  readonly notDataActions: readonly string[]
}

export interface RoleDefinition {
  /** GUID. */
  readonly name: string
  readonly tenantId: string | undefined
  readonly roleName: string
  readonly description: string
  readonly type: 'BuiltInRole' | 'CustomRole'
  readonly permissions: readonly Permission[]
  readonly assignableScopes: readonly string[]
}

export const permits = (
  actions: readonly string[],
  notActions: readonly string[] = [],
): readonly Permission[] => [{ actions, notActions, dataActions: [], notDataActions: [] }]

/** The connection approver's role: the database administrator's half of the separation of duties. */
export const approver = [
  'Microsoft.Resources/subscriptions/resourceGroups/read',
  'Microsoft.DBforPostgreSQL/flexibleServers/read',
  'Microsoft.DBforPostgreSQL/flexibleServers/privateEndpointConnections/read',
  'Microsoft.DBforPostgreSQL/flexibleServers/privateEndpointConnections/write',
  'Microsoft.DBforPostgreSQL/flexibleServers/privateEndpointConnections/delete',
  'Microsoft.DBforPostgreSQL/flexibleServers/privateEndpointConnectionsApproval/action',
  'Microsoft.DBforPostgreSQL/flexibleServers/privateLinkResources/read',
  'Microsoft.DBforPostgreSQL/locations/azureAsyncOperation/read',
  'Microsoft.DBforPostgreSQL/locations/operationResults/read',
]

/** Actions of the built-in ones: Microsoft's role reference. GUIDs are Azure's own. */
export const builtIn = [
  {
    name: '8e3af657-a8ff-443c-a75c-2fe8c4bcb635',
    roleName: 'Owner',
    description:
      'Grants full access to manage all resources, including the ability to assign roles in Azure RBAC.',
    permissions: permits(['*']),
  },
  {
    name: 'b24988ac-6180-42a0-ab88-20f7382dd24c',
    roleName: 'Contributor',
    description:
      'Grants full access to manage all resources, but does not allow you to assign roles in Azure RBAC.',
    permissions: permits(
      ['*'],
      [
        'Microsoft.Authorization/*/Delete',
        'Microsoft.Authorization/*/Write',
        'Microsoft.Authorization/elevateAccess/Action',
      ],
    ),
  },
  {
    name: 'acdd72a7-3385-48ef-bd42-f606fba81ae7',
    roleName: 'Reader',
    description: 'View all resources, but does not allow you to make any changes.',
    permissions: permits(['*/read']),
  },
  {
    name: '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9',
    roleName: 'User Access Administrator',
    description: 'Lets you manage user access to Azure resources.',
    permissions: permits(['*/read', 'Microsoft.Authorization/*', 'Microsoft.Support/*']),
  },
  {
    name: '4d97b98b-1d4f-4787-a291-c67834d212e7',
    roleName: 'Network Contributor',
    description: 'Lets you manage networks, but not access to them.',
    permissions: permits([
      'Microsoft.Authorization/*/read',
      'Microsoft.Insights/alertRules/*',
      'Microsoft.Network/*',
      'Microsoft.ResourceHealth/availabilityStatuses/read',
      'Microsoft.Resources/deployments/*',
      'Microsoft.Resources/subscriptions/resourceGroups/read',
      'Microsoft.Support/*',
    ]),
  },
  {
    name: 'b12aa53e-6015-4669-85d0-8515ebb3ae7f',
    roleName: 'Private DNS Zone Contributor',
    description:
      'Lets you manage private DNS zone resources, but not the virtual networks they are linked to.',
    permissions: permits([
      'Microsoft.Insights/alertRules/*',
      'Microsoft.Resources/deployments/*',
      'Microsoft.Resources/subscriptions/resourceGroups/read',
      'Microsoft.Support/*',
      'Microsoft.Authorization/*/read',
      'Microsoft.Network/privateDnsZones/*',
      'Microsoft.Network/privateDnsOperationResults/*',
      'Microsoft.Network/privateDnsOperationStatuses/*',
      'Microsoft.Network/virtualNetworks/read',
      'Microsoft.Network/virtualNetworks/join/action',
    ]),
  },
] as const
