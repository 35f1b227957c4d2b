/** What the simulated Azure holds: one record per resource, with the facts that answers are rendered from. */
import type { Operation } from './operation.ts'
import type { Body, Stored } from './store.ts'

export type Tags = Readonly<Record<string, string>>
export type ProvisioningState =
  'Succeeded' | 'Failed' | 'Canceled' | 'Creating' | 'Updating' | 'Deleting'

export interface Group extends Stored {
  readonly name: string
  readonly subscriptionId: string
  readonly location: string
  tags: Tags | undefined
  managedBy: string | undefined
  state: 'Succeeded' | 'Deleting'
}

/** Facts of every tracked resource of Microsoft.Network. */
export interface NetworkResource extends Stored {
  readonly guid: string
  readonly location: string
  tags: Tags | undefined
  etag: string
  state: ProvisioningState
  /** The write in flight. */
  operation: Operation | undefined
}

export interface VirtualNetwork extends NetworkResource {
  /** As last put, without what is rendered from elsewhere. */
  properties: Body
  addressPrefixes: readonly string[]
  readonly subnets: Map<string, Subnet>
  readonly links: Set<VirtualNetworkLink>
}

export interface Subnet extends Stored {
  readonly network: VirtualNetwork
  etag: string
  state: ProvisioningState
  operation: Operation | undefined
  /** Until then another write that needs the subnet is refused; ms since the epoch. */
  busy: { readonly until: number; readonly operation: Operation } | undefined
  properties: Body
  prefixes: readonly string[]
  delegations: readonly string[]
  /** IPv4 address to the ip configuration that holds it. */
  readonly allocated: Map<string, IpConfiguration>
  /** Where the search for a free address begins. */
  cursor: number
  readonly endpoints: Set<PrivateEndpoint>
}

export interface IpConfiguration {
  readonly id: string
  readonly name: string
  readonly subnet: Subnet
  readonly address: string
  readonly method: 'Dynamic' | 'Static'
  readonly primary: boolean
}

export interface NetworkInterface extends NetworkResource {
  readonly macAddress: string
  ipConfigurations: readonly IpConfiguration[]
  /** The endpoint it was made for; such an interface cannot be written by anybody. */
  endpoint: PrivateEndpoint | undefined
}

export type SecurityGroup = NetworkResource

export interface LinkState {
  readonly status: 'Pending' | 'Approved' | 'Rejected' | 'Disconnected'
  /** Absent on the server's side while Pending. */
  readonly description?: string
  readonly actionsRequired: string
}

export interface EndpointConnection {
  readonly name: string
  readonly manual: boolean
  readonly targetId: string
  readonly groupIds: readonly string[]
  readonly requestMessage: string | undefined
  state: LinkState
}

export interface StaticAddress {
  readonly name: string
  readonly groupId: string
  readonly memberName: string
  readonly address: string
}

export interface PrivateEndpoint extends NetworkResource {
  readonly subnet: Subnet
  readonly connection: EndpointConnection
  readonly addresses: readonly StaticAddress[]
  readonly customInterfaceName: string
  /** `ipVersionType` and `billingSku`, where they were given. */
  extras: Body
  securityGroupIds: readonly string[]
  readonly interface: NetworkInterface
  zoneGroup: ZoneGroup | undefined
  /** The server that it reached; undefined before, and after that server is gone. */
  server: Server | undefined
}

export interface ZoneConfig {
  readonly name: string
  readonly zoneId: string
}

export interface ZoneGroup extends Stored {
  readonly endpoint: PrivateEndpoint
  etag: string
  state: ProvisioningState
  operation: Operation | undefined
  configs: readonly ZoneConfig[]
  /** Zones, by key, into which it has written its record. */
  readonly written: Set<string>
}

export interface Zone extends Stored {
  readonly name: string
  tags: Tags | undefined
  etag: string
  state: ProvisioningState
  operation: Operation | undefined
  readonly links: Set<VirtualNetworkLink>
}

export interface VirtualNetworkLink extends Stored {
  readonly zone: Zone
  readonly networkId: string
  tags: Tags | undefined
  etag: string
  state: ProvisioningState
  linkState: 'InProgress' | 'Completed'
  registrationEnabled: boolean
  resolutionPolicy: 'Default' | 'NxDomainRedirect' | undefined
  operation: Operation | undefined
}

export interface RecordSet extends Stored {
  readonly zone: Zone
  /** `A`, `AAAA`, … */
  readonly type: string
  readonly name: string
  etag: string
  ttl: number
  metadata: Tags | undefined
  /** The member that holds the records, e.g. `aRecords`, and its value. */
  records: Body
}

export type ServerState =
  | 'Ready'
  | 'Dropping'
  | 'Disabled'
  | 'Starting'
  | 'Stopping'
  | 'Stopped'
  | 'Updating'
  | 'Restarting'
  | 'Inaccessible'
  | 'Provisioning'

export type HighAvailabilityState =
  | 'NotEnabled'
  | 'CreatingStandby'
  | 'ReplicatingData'
  | 'FailingOver'
  | 'Healthy'
  | 'RemovingStandby'

export interface Server extends Stored {
  readonly name: string
  /** Short, e.g. `uksouth`. */
  readonly location: string
  readonly createdAt: string
  tags: Tags | undefined
  sku: Body
  /** As last put or patched, less secrets. */
  properties: Body
  state: ServerState
  highAvailability: { mode: string; state: HighAvailabilityState; standbyZone: string | undefined }
  /** The management operation that holds the server; one at a time. */
  operation: Operation | undefined
  readonly connections: Map<string, Connection>
  /** Endpoints that reached it. */
  readonly endpoints: Set<PrivateEndpoint>
}

/** The connection on the server's side. */
export interface Connection extends Stored {
  /** `<endpoint>.<guid>`. */
  readonly name: string
  readonly server: Server
  readonly endpointId: string
  /** The incarnation that asked. */
  readonly endpoint: PrivateEndpoint
  readonly groupIds: readonly string[]
  state: LinkState
  provisioning: 'Succeeded' | 'Creating' | 'Updating' | 'Deleting' | 'Failed'
}
