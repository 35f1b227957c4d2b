/**
 * What we read of Azure's answers: the few fields the plans use, decoded and checked, in the spec's
 * own terms. `raw` is the body of a GET, from which a whole-object PUT starts, and of an item of a list
 * its `etag` alone; nothing decides by it. Ids are parsed; locations are short and lower-case (`uksouth`).
 */
import type { Id } from './id.ts'

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

export type Tags = ReadonlyMap<string, string>

export interface Resource<K extends Kind> {
  readonly id: Id<K>
  readonly raw: JsonObject
  /** Of an item of a list: digest of what Azure said. */
  readonly mark?: number
}

export interface ResourceGroup extends Resource<'resourceGroup'> {
  readonly location: string
}

export interface Subnet extends Resource<'subnet'> {
  /** CIDR blocks, IPv4 and IPv6. */
  readonly addressPrefixes: readonly string[]
  /** Service names of delegations, e.g. `Microsoft.DBforPostgreSQL/flexibleServers`. */
  readonly delegations: readonly string[]
  readonly privateEndpointNetworkPolicies?: string
  readonly provisioningState: string
}

export interface VirtualNetwork extends Resource<'virtualNetwork'> {
  readonly location: string
  readonly subnets: readonly Subnet[]
}

/** `Pending`, `Approved`, `Rejected`, `Disconnected`; anything else Azure may invent is kept as read. */
export type ConnectionState = string

/** The connection as the server's side shows it. */
export interface Connection extends Resource<'connection'> {
  /** `<endpoint>.<guid>`. */
  readonly name: string
  /** ARM id of the requesting endpoint as Azure asserts it; absent for some foreign requests. */
  readonly privateEndpointId?: string
  readonly groupIds: readonly string[]
  readonly state: ConnectionState
  readonly description: string
  readonly actionsRequired: string
  readonly provisioningState: string
}

export interface Server extends Resource<'server'> {
  readonly name: string
  readonly location: string
  /** `Ready`, `Stopped`, `Updating`, …; `Unknown` when the answer lacks it. */
  readonly state: string
  /** `highAvailability.state`; absent without a high availability block. */
  readonly highAvailability?: string
  /** Set for servers with VNet integration, which can never have a private endpoint. */
  readonly delegatedSubnetId?: string
  readonly fullyQualifiedDomainName?: string
  /** `systemData.createdAt` in ms since the epoch, where Azure tells. */
  readonly createdAt?: number
  /** Inline in every server answer; undefined when the answer lacks the list. */
  readonly connections?: readonly Connection[]
}

export interface IpConfiguration {
  readonly privateIPAddress: string
  readonly groupId: string
  readonly memberName: string
}

export interface PrivateEndpoint extends Resource<'privateEndpoint'> {
  readonly name: string
  readonly location: string
  readonly tags: Tags
  readonly resourceGuid?: string
  /** `Succeeded`, `Creating`, `Updating`, `Deleting`, `Failed`, `Canceled`; unknown values count as running. */
  readonly provisioningState: string
  readonly subnetId: Id<'subnet'>
  /** The one connection, from whichever of the two lists holds it. */
  readonly connection?: {
    readonly name: string
    readonly manual: boolean
    readonly serverId: string
    readonly groupIds: readonly string[]
    readonly requestMessage?: string
    readonly state: ConnectionState
    readonly description: string
    readonly actionsRequired: string
  }
  readonly ipConfigurations: readonly IpConfiguration[]
  readonly applicationSecurityGroupIds: readonly string[]
  readonly customNetworkInterfaceName?: string
  readonly networkInterfaceIds: readonly string[]
  readonly customDnsConfigs: readonly {
    readonly fqdn: string
    readonly ipAddresses: readonly string[]
  }[]
}

export interface NetworkInterface extends Resource<'networkInterface'> {
  readonly privateEndpointId?: string
  readonly addresses: readonly { readonly ip: string; readonly fqdns: readonly string[] }[]
}

export interface RecordSetOfGroup {
  readonly recordSetName: string
  readonly fqdn: string
  readonly ipAddresses: readonly string[]
  readonly provisioningState: string
}

export interface ZoneGroup extends Resource<'zoneGroup'> {
  readonly name: string
  readonly provisioningState: string
  readonly configs: readonly {
    readonly name: string
    readonly zoneId: string
    readonly recordSets: readonly RecordSetOfGroup[]
  }[]
}

export interface Zone extends Resource<'zone'> {
  /** The zone's DNS name, e.g. `privatelink.postgres.database.azure.com`. */
  readonly name: string
  readonly tags: Tags
  readonly provisioningState: string
  /** Of all types, the zone's own SOA included, where Azure tells. */
  readonly recordSetCount?: number
}

export interface VirtualNetworkLink extends Resource<'virtualNetworkLink'> {
  readonly virtualNetworkId: string
  readonly tags: Tags
  readonly resolutionPolicy: string
  readonly registrationEnabled: boolean
  readonly provisioningState: string
}

export interface RecordSet extends Resource<'recordSet'> {
  /** Relative to the zone, e.g. the server's name. */
  readonly name: string
  readonly ttl: number
  readonly ipAddresses: readonly string[]
  readonly metadata: Tags
}

export interface PrivateLinkResource extends Resource<'privateLinkResource'> {
  readonly groupId: string
  readonly requiredMembers: readonly string[]
  readonly requiredZoneNames: readonly string[]
}

/** Every kind of Azure resource that we read, with its decoded shape. */
export interface Models {
  readonly resourceGroup: ResourceGroup
  readonly virtualNetwork: VirtualNetwork
  readonly subnet: Subnet
  readonly networkInterface: NetworkInterface
  readonly privateEndpoint: PrivateEndpoint
  readonly zoneGroup: ZoneGroup
  readonly zone: Zone
  readonly virtualNetworkLink: VirtualNetworkLink
  readonly recordSet: RecordSet
  readonly server: Server
  readonly connection: Connection
  readonly privateLinkResource: PrivateLinkResource
}
export type Kind = keyof Models
