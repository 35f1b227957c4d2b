/** The world at rest, for tests of the endpoint's pure half: every test changes what its sentence is about. */
import type { EndpointSpec, PostgresPrivateEndpoint } from '../operator/api/private-endpoint.ts'
import { finalizer, spec as specSchema } from '../operator/api/private-endpoint.ts'
import type { WrittenEndpointSpec } from '../operator/api/endpoint-spec.ts'
import { complete } from '../operator/api/value.ts'
import type { ArmError } from '../operator/azure/error.ts'
import { formatId, makeId, sameText, type Id } from '../operator/azure/id.ts'
import type {
  NetworkInterface,
  PrivateEndpoint,
  RecordSet,
  Server,
  Subnet,
  VirtualNetwork,
  VirtualNetworkLink,
  Zone,
  ZoneGroup,
} from '../operator/azure/model.ts'
import { absent, present, unreadable } from '../operator/azure/observed.ts'
import { makerOf } from '../operator/endpoint/identity.ts'
import {
  unasked,
  type AzureSeen,
  type DnsSeen,
  type Observation,
} from '../operator/endpoint/observation.ts'
import { newTags } from '../operator/endpoint/tags.ts'
import { parseTarget } from '../operator/endpoint/target.ts'

export const subscription = '11111111-2222-3333-4444-555555555555'
export const clusterId = 'cluster-1'
export const at = new Date('2026-11-21T12:00:00Z')
export const uid = 'aaaaaaaa-0000-0000-0000-000000000001'
export const guid = 'bbbbbbbb-0000-0000-0000-000000000001'
export const ip = '10.0.1.4'
export const zoneName = 'privatelink.postgres.database.azure.com'

const id = <K extends Parameters<typeof makeId>[0]>(kind: K, ...names: readonly string[]): Id<K> =>
  makeId(kind, subscription, 'rg', ...names) as Id<K>

export const ids = {
  server: id('server', 'db'),
  subnet: id('subnet', 'net', 'apps'),
  network: id('virtualNetwork', 'net'),
  endpoint: id('privateEndpoint', 'pe'),
  zone: id('zone', zoneName),
  zoneGroup: id('zoneGroup', 'pe', 'default'),
  link: id('virtualNetworkLink', zoneName, 'some-link'),
  nic: id('networkInterface', 'pe.nic.1'),
}

export const error = (code: string, retry: ArmError['retry'], status?: number): ArmError => ({
  code,
  message: `${code} happened.`,
  retry,
  ...(status === undefined ? {} : { status }),
})
export const throttled = unreadable(error('SubscriptionRequestsThrottled', 'throttle', 429))
export const forbidden = unreadable(error('AuthorizationFailed', 'slow', 403))
export const broken = unreadable(error('Unreachable', 'fast'))

export const specOf = (changes: Partial<WrittenEndpointSpec> = {}): EndpointSpec =>
  complete(specSchema, {
    serverId: formatId(ids.server),
    subnetId: formatId(ids.subnet),
    resourceGroup: 'rg',
    endpointName: 'pe',
    ...changes,
  })

export const settledStatus: NonNullable<PostgresPrivateEndpoint['status']> = {
  observedGeneration: 1,
  privateEndpointId: formatId(ids.endpoint),
  resourceGuid: guid,
  provisioningState: 'Succeeded',
  dns: { zoneId: formatId(ids.zone), zoneGroupId: formatId(ids.zoneGroup) },
  memory: { appliedGeneration: 1, succeeded: true, seenSince: '2026-11-01T00:00:00Z' },
}

export interface ObjectChanges {
  readonly spec?: Partial<WrittenEndpointSpec>
  readonly metadata?: Partial<PostgresPrivateEndpoint['metadata']>
  readonly status?: PostgresPrivateEndpoint['status']
}

export function object({ spec, metadata, status }: ObjectChanges = {}): PostgresPrivateEndpoint {
  return {
    apiVersion: 'pgpe.dev/v1alpha1',
    kind: 'PostgresPrivateEndpoint',
    metadata: {
      namespace: 'team',
      name: 'pe',
      uid,
      generation: 1,
      resourceVersion: '10',
      creationTimestamp: '2026-11-21T11:00:00Z',
      finalizers: [finalizer],
      ...metadata,
    },
    spec: specOf(spec),
    status: status ?? settledStatus,
  }
}

export const owner = makerOf(clusterId, object())

export const server = (changes: Partial<Server> = {}): Server => ({
  id: ids.server,
  raw: {},
  name: 'db',
  location: 'westeurope',
  state: 'Ready',
  fullyQualifiedDomainName: 'db.postgres.database.azure.com',
  ...changes,
})

export const subnet = (changes: Partial<Subnet> = {}): Subnet => ({
  id: ids.subnet,
  raw: { etag: 'W/"s"' },
  addressPrefixes: ['10.0.1.0/24'],
  delegations: [],
  provisioningState: 'Succeeded',
  ...changes,
})

export const network = (changes: Partial<VirtualNetwork> = {}): VirtualNetwork => ({
  id: ids.network,
  raw: {},
  location: 'westeurope',
  subnets: [subnet()],
  ...changes,
})

type Connection = NonNullable<PrivateEndpoint['connection']>

export const connection = (changes: Partial<Connection> = {}): Connection => ({
  name: 'pe',
  manual: false,
  serverId: formatId(ids.server),
  groupIds: ['postgresqlServer'],
  state: 'Approved',
  description: 'Auto-Approved',
  actionsRequired: 'None',
  ...changes,
})

export const endpoint = (changes: Partial<PrivateEndpoint> = {}): PrivateEndpoint => ({
  id: ids.endpoint,
  raw: { etag: 'W/"e"', location: 'westeurope', properties: {} },
  name: 'pe',
  location: 'westeurope',
  tags: newTags(undefined, owner),
  resourceGuid: guid,
  provisioningState: 'Succeeded',
  subnetId: ids.subnet,
  connection: connection(),
  ipConfigurations: [],
  applicationSecurityGroupIds: [],
  networkInterfaceIds: [formatId(ids.nic)],
  customDnsConfigs: [],
  ...changes,
})

export const nic = (address = ip): NetworkInterface => ({
  id: ids.nic,
  raw: {},
  privateEndpointId: formatId(ids.endpoint),
  addresses: [{ ip: address, fqdns: ['db.postgres.database.azure.com'] }],
})

export const zone = (changes: Partial<Zone> = {}): Zone => ({
  id: ids.zone,
  raw: {},
  name: zoneName,
  tags: new Map(),
  provisioningState: 'Succeeded',
  ...changes,
})

export const link = (changes: Partial<VirtualNetworkLink> = {}): VirtualNetworkLink => ({
  id: ids.link,
  raw: {},
  virtualNetworkId: formatId(ids.network),
  tags: new Map(),
  resolutionPolicy: 'Default',
  registrationEnabled: false,
  provisioningState: 'Succeeded',
  ...changes,
})

export const zoneGroup = (changes: Partial<ZoneGroup> = {}): ZoneGroup => ({
  id: ids.zoneGroup,
  raw: {},
  name: 'default',
  provisioningState: 'Succeeded',
  configs: [
    {
      name: 'privatelink-postgres-database-azure-com',
      zoneId: formatId(ids.zone),
      recordSets: [],
    },
  ],
  ...changes,
})

export const madeBy = (name: string, resourceGuid: string): ReadonlyMap<string, string> =>
  new Map([['creator', `created by private endpoint ${name} with resource guid ${resourceGuid}`]])

export const record = (changes: Partial<RecordSet> = {}): RecordSet => ({
  id: id('recordSet', zoneName, 'db'),
  raw: {},
  name: 'db',
  ttl: 10,
  ipAddresses: [ip],
  metadata: madeBy('pe', guid),
  ...changes,
})

export const dnsAtRest: DnsSeen = {
  zoneName: { name: zoneName, certain: true },
  choice: { is: 'zone', zone: zone() },
  links: present([link()]),
  records: present([record()]),
  zoneGroups: present([zoneGroup()]),
  creator: unasked,
}

export const azureAtRest: AzureSeen = {
  server: present(server()),
  endpoint: present(endpoint()),
  network: present(network()),
  subnet: present(subnet()),
  group: unasked,
  address: unasked,
  interfaces: present([nic()]),
  dns: dnsAtRest,
}

/** Nothing there yet; the finalizer stands, the note of what is begun too. */
export const nothingYet: Partial<AzureSeen> = {
  endpoint: absent,
  group: present({ id: id('resourceGroup'), raw: {}, location: 'westeurope' }),
  interfaces: unasked,
  dns: { ...dnsAtRest, records: present([]), zoneGroups: unasked },
}
export const begunStatus = { privateEndpointId: formatId(ids.endpoint) }

export interface Changes extends ObjectChanges {
  readonly azure?: Partial<AzureSeen>
  readonly dns?: Partial<DnsSeen>
  readonly seen?: Partial<Observation>
}

export function observation(changes: Changes = {}): Observation {
  const made = object(changes)
  const azure = { ...azureAtRest, ...changes.azure }
  return {
    key: 'team/pe',
    object: made,
    at,
    chance: 0.5,
    parsed: parseTarget(made),
    owner: makerOf(clusterId, made),
    ownerGone: false,
    seniors: {},
    past: { setbacks: new Map(), accepted: new Map() },
    azure: { ...azure, dns: { ...azure.dns, ...changes.dns } },
    ...changes.seen,
  }
}

export const same = sameText
