/**
 * The spec in typed parts: every id parsed once, every name checked, before anything is asked of Azure.
 * What does not parse is worded as a problem with its remedy and never becomes part of a URL. Pure.
 */
import type { EndpointSpec, PostgresPrivateEndpoint } from '../api/private-endpoint.ts'
import {
  formatId,
  parseId,
  sameId,
  types,
  virtualNetworkOf,
  type Id,
  type IdKind,
} from '../azure/id.ts'
import { parseAddress } from './address.ts'

export interface Target {
  readonly serverId: Id<'server'>
  readonly subnetId: Id<'subnet'>
  readonly virtualNetworkId: Id<'virtualNetwork'>
  readonly groupId: Id<'resourceGroup'>
  readonly endpointId: Id<'privateEndpoint'>
  readonly connectionName: string
  /** The zone that the spec names. */
  readonly zoneId?: Id<'zone'>
  /** Where a missing zone is made. */
  readonly zoneGroup: Id<'resourceGroup'>
  readonly zoneGroupId: Id<'zoneGroup'>
  /** The networks to link: the endpoint's own if wanted, then the additional ones, each once. */
  readonly linkedNetworks: readonly Id<'virtualNetwork'>[]
}

export type Parsed =
  | { readonly is: 'target'; readonly value: Target }
  | { readonly is: 'invalid'; readonly problems: readonly string[] }

export function parseTarget({ metadata, spec }: PostgresPrivateEndpoint): Parsed {
  const problems: string[] = []
  const parse = <K extends IdKind>(field: string, kind: K, text: string): Id<K> | undefined => {
    const id = parseId(kind, text)
    if (id === undefined) problems.push(notAnId(field, kind, text))
    return id
  }
  const serverId = parse('spec.serverId', 'server', spec.serverId)
  const subnetId = parse('spec.subnetId', 'subnet', spec.subnetId)
  const zoneId =
    spec.dns.zoneId === undefined ? undefined : parse('spec.dns.zoneId', 'zone', spec.dns.zoneId)
  const additional = (spec.dns.additionalVirtualNetworkIds ?? []).map((id) =>
    parse('spec.dns.additionalVirtualNetworkIds', 'virtualNetwork', id),
  )
  for (const id of spec.applicationSecurityGroupIds ?? []) {
    parse('spec.applicationSecurityGroupIds', 'applicationSecurityGroup', id)
  }
  if (spec.privateIPAddress !== undefined && parseAddress(spec.privateIPAddress) === undefined) {
    problems.push(`spec.privateIPAddress is not an IPv4 address: ${quoted(spec.privateIPAddress)}.`)
  }
  const made = subnetId && namesOf(subnetId.subscriptionId, metadata.name, spec, problems)
  if (serverId === undefined || subnetId === undefined || made === undefined || problems.length > 0)
    return { is: 'invalid', problems }

  const own = virtualNetworkOf(subnetId)
  const wanted = [
    ...(spec.dns.linkOwnVirtualNetwork ? [own] : []),
    ...additional.filter((id) => id !== undefined),
  ]
  const linkedNetworks = wanted.filter((id, i) => wanted.findIndex((o) => sameId(o, id)) === i)
  const value = { serverId, subnetId, virtualNetworkId: own, linkedNetworks, ...made }
  return { is: 'target', value: zoneId === undefined ? value : { ...value, zoneId } }
}

type Names = Pick<Target, 'groupId' | 'endpointId' | 'connectionName' | 'zoneGroup' | 'zoneGroupId'>

function namesOf(
  subscriptionId: string,
  objectName: string,
  spec: EndpointSpec,
  problems: string[],
): Names | undefined {
  const endpointName = spec.endpointName ?? objectName
  const connectionName = spec.connectionName ?? endpointName
  for (const [field, name] of [
    ['spec.endpointName', endpointName],
    ['spec.connectionName', spec.connectionName],
    ['spec.networkInterfaceName', spec.networkInterfaceName],
    ['spec.dns.zoneGroupName', spec.dns.zoneGroupName],
    ['spec.dns.configName', spec.dns.configName],
  ] as const) {
    if (name !== undefined && !azureName.test(name)) problems.push(notAName(field, name))
  }
  const { resourceGroup } = spec
  const id = <K extends IdKind>(kind: K, group: string, ...names: readonly string[]) =>
    parseId(kind, formatId({ kind, subscriptionId, resourceGroup: group, names }))
  const groupId = id('resourceGroup', resourceGroup)
  const zoneGroup = id('resourceGroup', spec.dns.resourceGroup ?? resourceGroup)
  const endpointId = id('privateEndpoint', resourceGroup, endpointName)
  const zoneGroupId = id('zoneGroup', resourceGroup, endpointName, spec.dns.zoneGroupName)
  if (groupId === undefined) problems.push(notAName('spec.resourceGroup', resourceGroup))
  if (zoneGroup === undefined && spec.dns.resourceGroup !== undefined) {
    problems.push(notAName('spec.dns.resourceGroup', spec.dns.resourceGroup))
  }
  if (!groupId || !zoneGroup || !endpointId || !zoneGroupId) return undefined
  return { groupId, zoneGroup, endpointId, zoneGroupId, connectionName }
}

const azureName = /^[A-Za-z0-9]([A-Za-z0-9_.-]{0,78}[A-Za-z0-9_])?$/

const quoted = (text: string): string => JSON.stringify(text.slice(0, 200))

const notAnId = (field: string, kind: IdKind, text: string): string =>
  `${field} is not the ARM id of a resource of type ${types[kind]}: ${quoted(text)}. The right one is what \`--query id -o tsv\` prints behind the \`az\` command that shows the resource.`

const notAName = (field: string, text: string): string =>
  `${field} is not a name that Azure takes here: ${quoted(text)}. Use letters, digits, '_', '.' and '-', beginning with a letter or digit.`

/** Policies whose value this version does not know: nothing is done then. */
export function unknownPolicies(spec: EndpointSpec): readonly string[] {
  return Object.entries(policies).flatMap(([field, known]) => {
    const value = field.split('.').reduce<unknown>(below, spec)
    return value === undefined || known.includes(String(value))
      ? []
      : [`spec.${field} is ${quoted(String(value))}; known are ${known.join(', ')}.`]
  })
}

const below = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined

const policies: { readonly [field: string]: readonly string[] } = {
  approval: ['Automatic', 'Manual'],
  driftPolicy: ['Correct', 'Report'],
  managementPolicy: ['Manage', 'Observe'],
  adoptionPolicy: ['Never', 'IfMatching'],
  deletionPolicy: ['Delete', 'Retain'],
  recreatePolicy: ['Never', 'OnServerRecreated'],
  subnetNetworkPolicies: [
    'Disabled',
    'Enabled',
    'NetworkSecurityGroupEnabled',
    'RouteTableEnabled',
  ],
  'dns.mode': ['Managed', 'External', 'None'],
  'dns.resolutionPolicy': ['Default', 'NxDomainRedirect'],
  'identityRef.kind': ['Secret', 'ServiceAccount'],
}

/** The endpoint that was begun, whatever the spec says now. */
export function boundTarget({ status }: PostgresPrivateEndpoint, target: Target): Target {
  const bound = status?.privateEndpointId
  const id = bound === undefined ? undefined : parseId('privateEndpoint', bound)
  return id === undefined || sameId(id, target.endpointId) ? target : { ...target, endpointId: id }
}
