/**
 * What exists before the first request: two tenants, their subscriptions, and identities with their
 * roles. Everything else is made through ARM.
 */
import type { Dice } from './dice.ts'
import type { SimulatedIdentity } from './simulator.ts'

export interface Tenant {
  readonly id: string
  readonly name: string
}

export interface Subscription {
  readonly id: string
  readonly name: string
  readonly tenantId: string
  state: 'Enabled' | 'Disabled'
  /** Namespaces that are registered, lower-case. */
  readonly registered: Set<string>
}

export interface Directory {
  readonly tenants: readonly Tenant[]
  readonly subscriptions: ReadonlyMap<string, Subscription>
  readonly identities: readonly SimulatedIdentity[]
  readonly byClientId: ReadonlyMap<string, SimulatedIdentity>
  readonly byObjectId: ReadonlyMap<string, SimulatedIdentity>
}

/** Namespaces that we serve. */
export const namespaces = [
  'Microsoft.Resources',
  'Microsoft.Authorization',
  'Microsoft.Network',
  'Microsoft.DBforPostgreSQL',
] as const

type Place = 'production' | 'shared' | 'vendor'

/** Each row is a service principal: its tenant, and its role assignments at the start. */
const rows = [
  {
    name: 'owner',
    tenant: 'contoso',
    roles: [
      ['Owner', 'production'],
      ['Owner', 'shared'],
    ],
  },
  {
    name: 'network',
    tenant: 'contoso',
    roles: [
      ['Network Contributor', 'production'],
      ['Reader', 'production'],
    ],
  },
  { name: 'database', tenant: 'contoso', roles: [['PG Connection Approver', 'production']] },
  {
    name: 'reader',
    tenant: 'contoso',
    roles: [
      ['Reader', 'production'],
      ['Reader', 'shared'],
    ],
  },
  { name: 'unprivileged', tenant: 'contoso', roles: [] },
  { name: 'vendor', tenant: 'vendor', roles: [['Owner', 'vendor']] },
] as const satisfies readonly {
  readonly name: string
  readonly tenant: 'contoso' | 'vendor'
  readonly roles: readonly (readonly [string, Place])[]
}[]

export function makeDirectory(dice: Dice): Directory {
  const tenants = {
    contoso: { id: dice.guid('tenant contoso'), name: 'Contoso' },
    vendor: { id: dice.guid('tenant vendor'), name: 'Vendor' },
  }
  const subscription = (name: string, tenantId: string): Subscription => ({
    id: dice.guid(`subscription ${name}`),
    name,
    tenantId,
    state: 'Enabled',
    registered: new Set(namespaces.map((namespace) => namespace.toLowerCase())),
  })
  const places: Readonly<Record<Place, Subscription>> = {
    production: subscription('production', tenants.contoso.id),
    shared: subscription('shared', tenants.contoso.id),
    vendor: subscription('vendor', tenants.vendor.id),
  }
  const identities = rows.map(({ name, tenant, roles }): SimulatedIdentity => ({
    name,
    tenantId: tenants[tenant].id,
    clientId: dice.guid(`client ${name}`),
    clientSecret: dice.text(`secret ${name}`),
    objectId: dice.guid(`object ${name}`),
    subscriptionIds: [...new Set(roles.map(([, place]) => places[place].id))],
    roles: roles.map(([role, place]) => ({
      name: role,
      scope: `/subscriptions/${places[place].id}`,
    })),
  }))
  return {
    tenants: [tenants.contoso, tenants.vendor],
    subscriptions: new Map(Object.values(places).map((each) => [each.id, each])),
    identities,
    byClientId: new Map(identities.map((each) => [each.clientId, each])),
    byObjectId: new Map(identities.map((each) => [each.objectId, each])),
  }
}
