/** The simulated Azure as one value: its time, its chance, its directory, and its resources by type. */
import { Clock } from './clock.ts'
import { Dice } from './dice.ts'
import type { Directory } from './directory.ts'
import { makeDirectory } from './directory.ts'
import { renderLink } from './dns/link-body.ts'
import { renderRecordSet } from './dns/record-set-body.ts'
import { renderZone } from './dns/zone.ts'
import { noLag } from './lag.ts'
import type { Lock } from './lock.ts'
import { renderInterface } from './network/interface-body.ts'
import { renderEndpoint } from './network/endpoint-body.ts'
import { renderSecurityGroup } from './network/security-group.ts'
import { renderSubnet } from './network/subnet.ts'
import { renderNetwork } from './network/virtual-network-body.ts'
import { renderZoneGroup } from './network/zone-group-body.ts'
import { Operations } from './operation.ts'
import type { PolicyAssignment } from './policy.ts'
import { renderConnection, renderServer } from './postgres/body.ts'
import type * as records from './records.ts'
import { renderGroup } from './resource-group.ts'
import { Roles } from './roles.ts'
import type { Lag } from './simulator.ts'
import { Collection } from './store.ts'
import type { Body, Stored } from './store.ts'

export interface World {
  /** `https://localhost:<port>`. */
  readonly url: string
  readonly clock: Clock
  readonly dice: Dice
  readonly lag: Lag
  readonly directory: Directory
  readonly roles: Roles
  readonly operations: Operations
  /** By id, in lower case; as are policies. */
  readonly locks: Map<string, Lock>
  readonly policies: Map<string, PolicyAssignment>
  /** Names of deleted endpoints that stay taken, by id in lower case: until when, ms since the epoch. */
  readonly takenNames: Map<string, number>
  readonly groups: Collection<records.Group>
  readonly networks: Collection<records.VirtualNetwork>
  readonly subnets: Collection<records.Subnet>
  readonly interfaces: Collection<records.NetworkInterface>
  readonly securityGroups: Collection<records.SecurityGroup>
  readonly endpoints: Collection<records.PrivateEndpoint>
  readonly zoneGroups: Collection<records.ZoneGroup>
  readonly zones: Collection<records.Zone>
  readonly links: Collection<records.VirtualNetworkLink>
  readonly recordSets: Collection<records.RecordSet>
  readonly servers: Collection<records.Server>
  readonly connections: Collection<records.Connection>
}

export interface WorldSettings {
  readonly url: string
  readonly seed: number
  readonly timeScale: number
  readonly lag: Lag
  /** Real time in milliseconds since the epoch. */
  readonly realNow: () => number
}

export function makeWorld({ url, seed, timeScale, lag, realNow }: WorldSettings): World {
  const clock = new Clock(timeScale, realNow)
  const dice = new Dice(seed)
  const directory = makeDirectory(dice)
  const of = <R extends Stored>(type: string, render: (resource: R) => Body, lagging = lag) =>
    new Collection<R>(type, clock, lagging, render)
  // ARM itself and the record sets of private DNS answer as written.
  const groups = of('Microsoft.Resources/resourceGroups', renderGroup, noLag)
  const recordSets = of('Microsoft.Network/privateDnsZones/recordSets', renderRecordSet, noLag)
  return {
    url,
    clock,
    dice,
    lag,
    directory,
    roles: new Roles(directory, clock, lag, dice),
    operations: new Operations(url, clock, dice),
    locks: new Map(),
    policies: new Map(),
    takenNames: new Map(),
    groups,
    recordSets,
    networks: of('Microsoft.Network/virtualNetworks', renderNetwork),
    subnets: of('Microsoft.Network/virtualNetworks/subnets', renderSubnet),
    interfaces: of('Microsoft.Network/networkInterfaces', renderInterface),
    securityGroups: of('Microsoft.Network/applicationSecurityGroups', renderSecurityGroup),
    endpoints: of('Microsoft.Network/privateEndpoints', renderEndpoint),
    zoneGroups: of('Microsoft.Network/privateEndpoints/privateDnsZoneGroups', renderZoneGroup),
    zones: of('Microsoft.Network/privateDnsZones', (zone: records.Zone) =>
      renderZone(zone, recordSets.count(zone.id)),
    ),
    links: of('Microsoft.Network/privateDnsZones/virtualNetworkLinks', renderLink),
    servers: of('Microsoft.DBforPostgreSQL/flexibleServers', renderServer),
    connections: of(
      'Microsoft.DBforPostgreSQL/flexibleServers/privateEndpointConnections',
      renderConnection,
    ),
  }
}
