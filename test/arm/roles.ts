/**
 * Who may do what: role definitions, their assignments, and the check of an action on a scope.
 * Assignments are inherited downwards and take effect after the role lag, as does their removal.
 */
import type { Clock } from './clock.ts'
import type { Directory } from './directory.ts'
import type { Dice } from './dice.ts'
import { keyOf } from './path.ts'
import type { Lag, SimulatedIdentity } from './simulator.ts'

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

export interface RoleAssignment {
  /** GUID. */
  readonly name: string
  readonly scope: string
  /** GUID of the definition. */
  readonly definition: string
  readonly principalId: string
  readonly principalType: string
  readonly createdOn: string
}

interface Held extends RoleAssignment {
  readonly effectiveFrom: number
  effectiveUntil: number
}

const permits = (actions: readonly string[], notActions: readonly string[] = []): readonly Permission[] => [
  { actions, notActions, dataActions: [], notDataActions: [] },
]

/** The connection approver's role: the database administrator's half of the separation of duties. */
const approver = [
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
const definitions = [
  { name: '8e3af657-a8ff-443c-a75c-2fe8c4bcb635', roleName: 'Owner', description: 'Grants full access to manage all resources, including the ability to assign roles in Azure RBAC.', permissions: permits(['*']) },
  { name: 'b24988ac-6180-42a0-ab88-20f7382dd24c', roleName: 'Contributor', description: 'Grants full access to manage all resources, but does not allow you to assign roles in Azure RBAC.', permissions: permits(['*'], ['Microsoft.Authorization/*/Delete', 'Microsoft.Authorization/*/Write', 'Microsoft.Authorization/elevateAccess/Action']) },
  { name: 'acdd72a7-3385-48ef-bd42-f606fba81ae7', roleName: 'Reader', description: 'View all resources, but does not allow you to make any changes.', permissions: permits(['*/read']) },
  { name: '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9', roleName: 'User Access Administrator', description: 'Lets you manage user access to Azure resources.', permissions: permits(['*/read', 'Microsoft.Authorization/*', 'Microsoft.Support/*']) },
  { name: '4d97b98b-1d4f-4787-a291-c67834d212e7', roleName: 'Network Contributor', description: 'Lets you manage networks, but not access to them.', permissions: permits(['Microsoft.Authorization/*/read', 'Microsoft.Insights/alertRules/*', 'Microsoft.Network/*', 'Microsoft.ResourceHealth/availabilityStatuses/read', 'Microsoft.Resources/deployments/*', 'Microsoft.Resources/subscriptions/resourceGroups/read', 'Microsoft.Support/*']) },
  { name: 'b12aa53e-6015-4669-85d0-8515ebb3ae7f', roleName: 'Private DNS Zone Contributor', description: 'Lets you manage private DNS zone resources, but not the virtual networks they are linked to.', permissions: permits(['Microsoft.Insights/alertRules/*', 'Microsoft.Resources/deployments/*', 'Microsoft.Resources/subscriptions/resourceGroups/read', 'Microsoft.Support/*', 'Microsoft.Authorization/*/read', 'Microsoft.Network/privateDnsZones/*', 'Microsoft.Network/privateDnsOperationResults/*', 'Microsoft.Network/privateDnsOperationStatuses/*', 'Microsoft.Network/virtualNetworks/read', 'Microsoft.Network/virtualNetworks/join/action']) },
] as const

/** Whether an action matches a pattern with `*`, without case. */
export function matches(pattern: string, action: string): boolean {
  const source = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')
  return new RegExp(`^${source}$`, 'i').test(action)
}

const covers = (scope: string, target: string): boolean =>
  scope === '/' || target === scope || target.startsWith(`${scope}/`)

export class Roles {
  readonly #clock: Clock
  readonly #lag: Lag
  readonly #definitions = new Map<string, RoleDefinition>()
  readonly #assignments = new Map<string, Held>()
  readonly #byPrincipal = new Map<string, Set<Held>>()
  /** Answers of definitions, dropped when one changes. */
  readonly #allows = new Map<string, boolean>()

  constructor(directory: Directory, clock: Clock, lag: Lag, dice: Dice) {
    this.#clock = clock
    this.#lag = lag
    for (const each of definitions) {
      this.define({ ...each, tenantId: undefined, type: 'BuiltInRole', assignableScopes: ['/'] })
    }
    this.define({
      name: dice.guid('role approver'),
      tenantId: directory.identities[0]?.tenantId,
      roleName: 'PG Connection Approver',
      description: 'Approves, rejects and removes private endpoint connections of flexible servers.',
      type: 'CustomRole',
      permissions: permits(approver),
      assignableScopes: directory.identities[0]?.roles.map(({ scope }) => scope) ?? [],
    })
    for (const identity of directory.identities) this.#assignAtStart(identity, dice)
  }

  #assignAtStart(identity: SimulatedIdentity, dice: Dice): void {
    for (const { name, scope } of identity.roles) {
      const definition = [...this.#definitions.values()].find(({ roleName }) => roleName === name)
      if (definition === undefined) throw new Error(`there is no role ${name}`)
      this.assign(
        {
          name: dice.guid(`assignment ${identity.name} ${name} ${scope}`),
          scope,
          definition: definition.name,
          principalId: identity.objectId,
          principalType: 'ServicePrincipal',
          createdOn: this.#clock.iso(),
        },
        0,
      )
    }
  }

  define(definition: RoleDefinition): void {
    this.#definitions.set(definition.name.toLowerCase(), definition)
    this.#allows.clear()
  }

  undefine(name: string): void {
    this.#definitions.delete(name.toLowerCase())
    this.#allows.clear()
  }

  definition(name: string): RoleDefinition | undefined {
    return this.#definitions.get(name.toLowerCase())
  }

  definitions(): readonly RoleDefinition[] {
    return [...this.#definitions.values()]
  }

  assign(assignment: RoleAssignment, lagSeconds = this.#lag.role): void {
    const held = { ...assignment, effectiveFrom: this.#clock.now() + lagSeconds * 1000, effectiveUntil: Infinity }
    this.#assignments.set(assignment.name.toLowerCase(), held)
    const principal = this.#byPrincipal.get(held.principalId) ?? new Set()
    this.#byPrincipal.set(held.principalId, principal.add(held))
  }

  unassign(name: string): void {
    const held = this.#assignments.get(name.toLowerCase())
    if (held === undefined) return
    held.effectiveUntil = this.#clock.now() + this.#lag.role * 1000
    this.#assignments.delete(name.toLowerCase())
    this.#clock.after(this.#lag.role, () => this.#byPrincipal.get(held.principalId)?.delete(held))
  }

  assignment(name: string): RoleAssignment | undefined {
    return this.#assignments.get(name.toLowerCase())
  }

  assignments(): readonly RoleAssignment[] {
    return [...this.#assignments.values()]
  }

  /** Whether the identity has any role in or above the scope, or below it. */
  sees(objectId: string, scope: string): boolean {
    const target = keyOf(scope)
    return [...(this.#byPrincipal.get(objectId) ?? [])].some(
      (held) => this.#holds(held) && (covers(keyOf(held.scope), target) || covers(target, keyOf(held.scope))),
    )
  }

  allows(objectId: string, action: string, scope: string): boolean {
    const target = keyOf(scope)
    for (const held of this.#byPrincipal.get(objectId) ?? []) {
      if (this.#holds(held) && covers(keyOf(held.scope), target) && this.#permits(held.definition, action)) return true
    }
    return false
  }

  #holds({ effectiveFrom, effectiveUntil }: Held): boolean {
    const now = this.#clock.now()
    return effectiveFrom <= now && now < effectiveUntil
  }

  #permits(name: string, action: string): boolean {
    const key = `${name.toLowerCase()} ${action.toLowerCase()}`
    const known = this.#allows.get(key)
    if (known !== undefined) return known
    const found = (this.definition(name)?.permissions ?? []).some(
      ({ actions, notActions }) =>
        actions.some((pattern) => matches(pattern, action)) && !notActions.some((pattern) => matches(pattern, action)),
    )
    this.#allows.set(key, found)
    return found
  }
}
