/**
 * ARM ids: parsed into typed parts, compared without case, rebuilt from their parts. Nothing that did
 * not parse here ever becomes part of a URL: no `.` or `..`, no empty, encoded or foreign segment.
 */
import type { Kind } from './model.ts'

/** Provider namespace and type of each kind, in ARM's spelling. Resource groups have neither. */
export const types = {
  resourceGroup: '',
  virtualNetwork: 'Microsoft.Network/virtualNetworks',
  subnet: 'Microsoft.Network/virtualNetworks/subnets',
  networkInterface: 'Microsoft.Network/networkInterfaces',
  applicationSecurityGroup: 'Microsoft.Network/applicationSecurityGroups',
  privateEndpoint: 'Microsoft.Network/privateEndpoints',
  zoneGroup: 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups',
  zone: 'Microsoft.Network/privateDnsZones',
  virtualNetworkLink: 'Microsoft.Network/privateDnsZones/virtualNetworkLinks',
  recordSet: 'Microsoft.Network/privateDnsZones/A',
  server: 'Microsoft.DBforPostgreSQL/flexibleServers',
  connection: 'Microsoft.DBforPostgreSQL/flexibleServers/privateEndpointConnections',
  privateLinkResource: 'Microsoft.DBforPostgreSQL/flexibleServers/privateLinkResources',
} as const satisfies { readonly [K in Kind | 'applicationSecurityGroup']: string }

export type IdKind = keyof typeof types

interface Shape {
  readonly namespace: string
  readonly segments: readonly string[]
  /** Both without case. */
  readonly lowerNamespace: string
  readonly lowerSegments: readonly string[]
}

/** Taken apart once: ids are parsed and written some hundred times in the making of one endpoint. */
const shapes = Object.fromEntries(
  Object.entries(types).map(([kind, type]): [string, Shape] => {
    const [namespace = '', ...segments] = type.split('/')
    const [lowerNamespace = '', ...lowerSegments] = type.toLowerCase().split('/')
    return [kind, { namespace, segments, lowerNamespace, lowerSegments }]
  }),
) as { readonly [K in IdKind]: Shape }

export interface Id<K extends IdKind> {
  readonly kind: K
  readonly subscriptionId: string
  readonly resourceGroup: string
  /** One name per type segment; empty for a resource group. */
  readonly names: readonly string[]
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
/** ASCII only; ARM's union of name grammars, less everything a URL could misread. */
const segment = /^[A-Za-z0-9_()-](?:[A-Za-z0-9_.()-]{0,258}[A-Za-z0-9_()-])?$/

export const isSegment = (text: string): boolean => segment.test(text)
export const isGuid = (text: string): boolean => guid.test(text)

/** Parses an id of the wanted kind; undefined when the text is anything else. */
export function parseId<K extends IdKind>(kind: K, text: string): Id<K> | undefined {
  const parts = text.split('/')
  const [empty, subscriptions, subscriptionId, groups, resourceGroup, ...rest] = parts
  if (empty !== '' || subscriptions?.toLowerCase() !== 'subscriptions') return undefined
  if (groups?.toLowerCase() !== 'resourcegroups') return undefined
  if (subscriptionId === undefined || !guid.test(subscriptionId)) return undefined
  if (resourceGroup === undefined || !segment.test(resourceGroup)) return undefined
  const names = namesOf(shapes[kind], rest)
  if (names === undefined) return undefined
  return {
    kind,
    subscriptionId: shared(subscriptionId),
    resourceGroup: shared(resourceGroup),
    names,
  }
}

/** Subscriptions and groups recur in thousands of ids. */
const recurring = new Map<string, string>()
const mostRecurring = 4_096

function shared(part: string): string {
  const known = recurring.get(part)
  if (known !== undefined) return known
  if (recurring.size >= mostRecurring) recurring.clear()
  const own = detached(part)
  recurring.set(own, own)
  return own
}

/** As a text of its own: a part that was cut out would keep the whole that it was cut from. */
const detached = (part: string): string => Buffer.from(part, 'latin1').toString('latin1')

function namesOf(
  { lowerNamespace, lowerSegments }: Shape,
  rest: readonly string[],
): readonly string[] | undefined {
  if (lowerNamespace === '') return rest.length === 0 ? [] : undefined
  if (rest.length !== 2 + 2 * lowerSegments.length) return undefined
  if (rest[0]?.toLowerCase() !== 'providers') return undefined
  if (rest[1]?.toLowerCase() !== lowerNamespace) return undefined
  const names: string[] = []
  for (const [index, lowerSegment] of lowerSegments.entries()) {
    const name = rest[3 + 2 * index]
    if (rest[2 + 2 * index]?.toLowerCase() !== lowerSegment) return undefined
    if (name === undefined || !segment.test(name)) return undefined
    names.push(detached(name))
  }
  return names
}

/** The id as ARM writes it. */
export function formatId(id: Id<IdKind>): string {
  const group = `/subscriptions/${id.subscriptionId}/resourceGroups/${id.resourceGroup}`
  const { namespace, segments } = shapes[id.kind]
  if (namespace === '') return group
  let text = `${group}/providers/${namespace}`
  for (let at = 0; at < segments.length; at += 1) text += `/${segments[at]}/${id.names[at]}`
  return text
}

/** For maps and comparison: ARM ids compare without case. */
export const idKey = (id: Id<IdKind>): string => formatId(id).toLowerCase()
export const sameText = (a: string | undefined, b: string | undefined): boolean =>
  a?.toLowerCase() === b?.toLowerCase()
export const sameId = (a: Id<IdKind>, b: Id<IdKind>): boolean => idKey(a) === idKey(b)

/** Makes an id from parts that were parsed or checked before. Throws on a name no id may hold: a bug of ours. */
export function makeId<K extends IdKind>(
  kind: K,
  subscriptionId: string,
  resourceGroup: string,
  ...names: readonly string[]
): Id<K> {
  const made = parseId(kind, formatId({ kind, subscriptionId, resourceGroup, names }))
  if (made === undefined) throw new Error(`not a name for an ARM id of a ${kind}`)
  return made
}

export const lastName = (id: Id<IdKind>): string => id.names.at(-1) ?? id.resourceGroup
export const resourceGroupOf = (id: Id<IdKind>): Id<'resourceGroup'> => ({
  kind: 'resourceGroup',
  subscriptionId: id.subscriptionId,
  resourceGroup: id.resourceGroup,
  names: [],
})
export const virtualNetworkOf = (id: Id<'subnet'>): Id<'virtualNetwork'> => ({
  ...id,
  kind: 'virtualNetwork',
  names: id.names.slice(0, 1),
})
export const endpointOf = (id: Id<'zoneGroup'>): Id<'privateEndpoint'> => ({
  ...id,
  kind: 'privateEndpoint',
  names: id.names.slice(0, 1),
})
export const serverOf = (id: Id<'connection' | 'privateLinkResource'>): Id<'server'> => ({
  ...id,
  kind: 'server',
  names: id.names.slice(0, 1),
})
export const zoneOf = (id: Id<'virtualNetworkLink' | 'recordSet'>): Id<'zone'> => ({
  ...id,
  kind: 'zone',
  names: id.names.slice(0, 1),
})
