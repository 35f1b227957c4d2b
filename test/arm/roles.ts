/**
 * Who may do what: role definitions, their assignments, and the check of an action on a scope.
 * Assignments are inherited downwards and take effect after the role lag, as does their removal.
 */
import type { Clock } from './clock.ts'
import type { Directory } from './directory.ts'
import type { Dice } from './dice.ts'
import { keyOf } from './path.ts'
import type { RoleDefinition } from './built-in-roles.ts'
import { approver, builtIn, permits } from './built-in-roles.ts'
import type { Lag, SimulatedIdentity } from './simulator.ts'

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
    for (const each of builtIn) {
      this.define({ ...each, tenantId: undefined, type: 'BuiltInRole', assignableScopes: ['/'] })
    }
    this.define({
      name: dice.guid('role approver'),
      tenantId: directory.identities[0]?.tenantId,
      roleName: 'PG Connection Approver',
      description:
        'Approves, rejects and removes private endpoint connections of flexible servers.',
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
    const held = {
      ...assignment,
      effectiveFrom: this.#clock.now() + lagSeconds * 1000,
      effectiveUntil: Infinity,
    }
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
      (held) =>
        this.#holds(held) &&
        (covers(keyOf(held.scope), target) || covers(target, keyOf(held.scope))),
    )
  }

  allows(objectId: string, action: string, scope: string): boolean {
    const target = keyOf(scope)
    for (const held of this.#byPrincipal.get(objectId) ?? []) {
      if (
        this.#holds(held) &&
        covers(keyOf(held.scope), target) &&
        this.#permits(held.definition, action)
      )
        return true
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
        actions.some((pattern) => matches(pattern, action)) &&
        !notActions.some((pattern) => matches(pattern, action)),
    )
    this.#allows.set(key, found)
    return found
  }
}
