/** Sentences about what the plan decides, and the world in which each must be true. */
import { absent, present, unreadable } from '../operator/azure/observed.ts'
import { formatId, makeId } from '../operator/azure/id.ts'
import { keyOf } from '../operator/endpoint/deed.ts'
import { unasked } from '../operator/endpoint/observation.ts'
import {
  at,
  begunStatus,
  broken,
  connection,
  endpoint,
  error,
  forbidden,
  guid,
  ids,
  link,
  madeBy,
  nothingYet,
  record,
  server,
  settledStatus,
  subnet,
  subscription,
  throttled,
  uid,
  zone,
  zoneGroup,
  type Changes,
} from './endpoint.make.ts'

export interface Row {
  readonly given: Changes
  /** Names of the deeds. */
  readonly does?: readonly string[]
  /** Reasons of the findings, in their order. */
  readonly says?: readonly string[]
  readonly finalizer?: 'add' | 'keep' | 'remove'
  /** Types of the conditions beside Ready. */
  readonly beside?: readonly string[]
  readonly drift?: readonly string[]
}

export const begun = { status: begunStatus, azure: nothingYet }
export const deleted = { deletionTimestamp: '2026-11-21T12:00:00Z' }
const zoneBegun = { id: formatId(ids.zone), at: '2026-11-21T11:59:00Z' }
const noZone = {
  choice: { is: 'make', id: ids.zone },
  links: unasked,
  records: unasked,
} as const
const stopped = present(server({ state: 'Stopped' }))
const pending = present(endpoint({ connection: connection({ state: 'Pending' }) }))
const rejected = present(endpoint({ connection: connection({ state: 'Rejected' }) }))
const updating = present(endpoint({ provisioningState: 'Updating' }))
const untagged = { tags: new Map<string, string>() }
const stranger = { resourceGuid: 'cccccccc-0000-0000-0000-000000000009' }
const theirs = (by: string, object = 'other/pe') =>
  new Map([
    ['pgpeOwner', by],
    ['pgpeObject', object],
  ])
const manual = { approval: 'Manual' } as const
const network2 = makeId('virtualNetwork', subscription, 'rg', 'net2')
export const asg = `/subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.Network/applicationSecurityGroups/a`

export const tables: { readonly [about: string]: { readonly [sentence: string]: Row } } = {
  'an endpoint at rest': {
    'is left alone': { given: {} },
    'is left alone while its zone group is not looked at': {
      given: { dns: { zoneGroups: unasked } },
    },
    'is left alone when its server is stopped later, and says so': {
      given: { azure: { server: stopped } },
      beside: ['ServerNotReady'],
    },
    "keeps other people's tags": {
      given: {
        azure: {
          endpoint: present(endpoint({ tags: new Map([...endpoint().tags, ['team', 'x']]) })),
        },
      },
    },
  },
  'before the first write': {
    'takes hold before it touches Azure': {
      given: { metadata: { finalizers: [] }, seen: { azure: undefined as never } },
      finalizer: 'add',
    },
    'notes what it begins before it begins it': {
      given: { ...begun, status: {} },
      says: ['Creating'],
    },
    'then makes the endpoint': { given: begun, does: ['CreateEndpoint'], says: ['Creating'] },
    'takes a name in no ARM id for no id, and holds nothing': {
      given: { metadata: { finalizers: [] }, spec: { serverId: '/subscriptions/../x' } },
      says: ['InvalidSpec'],
    },
    'does nothing for a policy that it does not know': {
      given: { spec: { driftPolicy: 'Sometimes' as never } },
      says: ['UnknownPolicy'],
    },
    'refuses to become another endpoint': {
      given: { spec: { endpointName: 'other' } },
      says: ['ImmutableChanged'],
    },
    'waits for a stopped server, and makes the zone meanwhile': {
      given: {
        ...begun,
        status: { ...begunStatus, memory: { zoneBegun } },
        azure: { ...nothingYet, server: stopped },
        dns: { choice: { is: 'make', id: ids.zone } },
      },
      does: ['CreateZone'],
      says: ['ServerNotReady', 'PreparingDNS'],
      beside: ['ServerNotReady'],
    },
    'waits for high availability to settle': {
      given: {
        ...begun,
        azure: { ...nothingYet, server: present(server({ highAvailability: 'CreatingStandby' })) },
      },
      says: ['ServerNotReady'],
      beside: ['ServerNotReady'],
    },
    'never writes for a VNet-integrated server': {
      given: {
        ...begun,
        azure: { ...nothingYet, server: present(server({ delegatedSubnetId: '/x' })) },
        dns: { choice: { is: 'make', id: ids.zone } },
      },
      says: ['VNetIntegrated'],
    },
    'names a server that does not exist': {
      given: { ...begun, azure: { ...nothingYet, server: absent } },
      says: ['ServerNotFound'],
      beside: ['ServerNotReady'],
    },
    'says what automatic approval needs of a hidden server': {
      given: { ...begun, azure: { ...nothingYet, server: forbidden } },
      says: ['ServerUnreadable'],
    },
    'asks a hidden server for a manual approval all the same': {
      given: { ...begun, spec: manual, azure: { ...nothingYet, server: forbidden } },
      does: ['CreateEndpoint'],
      says: ['Creating'],
    },
    'does not take a busy Azure for a hidden server': {
      given: { ...begun, spec: manual, azure: { ...nothingYet, server: throttled } },
      says: ['AzureUnreadable'],
    },
    'checks the region before any write': {
      given: { ...begun, spec: { location: 'northeurope' } },
      says: ['LocationMismatch'],
    },
    'misses the virtual network': {
      given: { ...begun, azure: { ...nothingYet, network: absent, subnet: absent } },
      says: ['VirtualNetworkNotFound'],
    },
    'misses the subnet': {
      given: { ...begun, azure: { ...nothingYet, subnet: absent } },
      says: ['SubnetNotFound'],
    },
    'leaves a delegated subnet alone': {
      given: {
        ...begun,
        azure: { ...nothingYet, subnet: present(subnet({ delegations: ['X/y'] })) },
      },
      says: ['SubnetDelegated'],
    },
    'refuses an address outside the subnet': {
      given: { ...begun, spec: { privateIPAddress: '10.0.2.9' } },
      says: ['AddressNotInSubnet'],
    },
    'refuses an address that Azure keeps': {
      given: { ...begun, spec: { privateIPAddress: '10.0.1.3' } },
      says: ['AddressReserved'],
    },
    'refuses an address in use': {
      given: {
        ...begun,
        spec: { privateIPAddress: '10.0.1.9' },
        azure: {
          ...nothingYet,
          address: present({ available: false, alternatives: ['10.0.1.10'] }),
        },
      },
      says: ['AddressTaken'],
    },
    'takes a free address': {
      given: {
        ...begun,
        spec: { privateIPAddress: '10.0.1.9' },
        azure: { ...nothingYet, address: present({ available: true, alternatives: [] }) },
      },
      does: ['CreateEndpoint'],
      says: ['Creating'],
    },
    'misses the resource group': {
      given: { ...begun, azure: { ...nothingYet, group: absent } },
      says: ['ResourceGroupNotFound'],
    },
    'makes the resource group when asked, and only it': {
      given: {
        ...begun,
        spec: { createResourceGroup: true },
        azure: { ...nothingYet, group: absent },
        dns: { choice: { is: 'make', id: ids.zone } },
      },
      does: ['CreateResourceGroup'],
      says: ['Preparing'],
    },
    'waits for a resource group that it has just made': {
      given: {
        ...begun,
        spec: { createResourceGroup: true },
        azure: { ...nothingYet, group: unreadable(error('NotYetVisible', 'fast')) },
      },
      says: ['Preparing'],
    },
    'sets the subnet policies first': {
      given: { ...begun, spec: { subnetNetworkPolicies: 'Disabled' } },
      does: ['SetSubnetPolicies'],
      says: ['Preparing'],
    },
    'sets the subnet policies once per generation': {
      given: {
        ...begun,
        spec: { subnetNetworkPolicies: 'Disabled' },
        status: { ...begunStatus, memory: { subnetPolicyGeneration: 1 } },
      },
      does: ['CreateEndpoint'],
      says: ['Creating'],
    },
    'gives way to the object that came first': {
      given: { ...begun, seen: { rival: 'other/pe' } },
      says: ['Conflicted'],
      beside: ['Conflicted'],
    },
    'never makes an endpoint twice that was moved': {
      given: { ...begun, azure: { ...nothingYet, elsewhere: '/elsewhere' } },
      says: ['Moved'],
    },
    'never mistakes silence for absence': {
      given: { ...begun, azure: { ...nothingYet, endpoint: throttled } },
      says: ['AzureUnreadable'],
    },
    'waits for its own write to show': {
      given: {
        ...begun,
        azure: { ...nothingYet, endpoint: unreadable(error('NotYetVisible', 'fast')) },
      },
      says: ['Provisioning'],
    },
    'does not repeat a write that Azure has just taken': {
      given: {
        ...begun,
        seen: {
          past: {
            setbacks: new Map(),
            accepted: new Map([
              [
                keyOf('CreateEndpoint', ids.endpoint),
                { atMs: at.getTime() - 5_000, generation: 1 },
              ],
            ]),
          },
        },
      },
      says: ['Creating'],
    },
    'waits after a refusal, and says it': {
      given: {
        ...begun,
        seen: {
          past: {
            setbacks: new Map([
              [
                keyOf('CreateEndpoint', ids.endpoint),
                {
                  error: error('InvalidResourceReference', 'user-fix', 400),
                  generation: 1,
                  sinceMs: at.getTime() - 1_000,
                  untilMs: at.getTime() + 1_000,
                  times: 1,
                },
              ],
            ]),
            accepted: new Map(),
          },
        },
      },
      says: ['Refused'],
    },
    'is suspended': {
      given: { ...begun, spec: { suspend: true } },
      says: ['Suspended'],
      drift: ['privateEndpoint'],
    },
    'only observes': {
      given: { ...begun, spec: { managementPolicy: 'Observe' }, metadata: { finalizers: [] } },
      drift: ['privateEndpoint'],
    },
    'lets go of what it shall only observe': {
      given: { spec: { managementPolicy: 'Observe' } },
      finalizer: 'remove',
    },
  },
  'an endpoint in Azure': {
    'is waited for while Azure works, and nothing is built on it': {
      given: { azure: { endpoint: updating }, dns: { zoneGroups: absent } },
      says: ['Provisioning'],
    },
    'counts as running in a state that nobody knows': {
      given: { azure: { endpoint: present(endpoint({ provisioningState: 'Pondering' })) } },
      says: ['Provisioning'],
    },
    'is deleted when it failed before it ever succeeded': {
      given: {
        status: begunStatus,
        azure: { endpoint: present(endpoint({ provisioningState: 'Failed' })) },
      },
      does: ['DeleteFailedEndpoint'],
      says: ['Replacing'],
    },
    'is mended when it failed after it had succeeded': {
      given: { azure: { endpoint: present(endpoint({ provisioningState: 'Failed' })) } },
      does: ['RepairEndpoint'],
      says: ['Updating'],
    },
    'gets its tags back': {
      given: {
        spec: { tags: { team: 'a' } },
        status: { ...settledStatus, appliedTagKeys: ['team'] },
      },
      does: ['UpdateEndpoint'],
      says: ['Updating'],
    },
    'notes new tag keys before it writes them': {
      given: { spec: { tags: { team: 'a' } } },
      says: ['Updating'],
    },
    'loses the tags that the spec dropped': {
      given: {
        status: { ...settledStatus, appliedTagKeys: ['old'] },
        azure: {
          endpoint: present(endpoint({ tags: new Map([...endpoint().tags, ['Old', 'x']]) })),
        },
      },
      does: ['UpdateEndpoint'],
      says: ['Updating'],
    },
    'gets exactly the security groups of the spec': {
      given: { spec: { applicationSecurityGroupIds: [asg] } },
      does: ['UpdateEndpoint'],
      says: ['Updating'],
    },
    'keeps security groups that the spec is silent about': {
      given: { azure: { endpoint: present(endpoint({ applicationSecurityGroupIds: [asg] })) } },
    },
    'is not changed while the server is stopped': {
      given: {
        spec: { tags: { team: 'a' } },
        status: { ...settledStatus, appliedTagKeys: ['team'] },
        azure: { server: stopped },
      },
      says: ['ServerNotReady'],
      beside: ['ServerNotReady'],
    },
    'is left as it is, and reported, under driftPolicy Report': {
      given: { spec: { tags: { team: 'a' }, driftPolicy: 'Report' } },
      drift: ['tags.team'],
    },
    'is left alone where somebody has changed it back three times': {
      given: {
        spec: { tags: { team: 'a' } },
        status: {
          ...settledStatus,
          appliedTagKeys: ['team'],
          memory: {
            appliedGeneration: 1,
            succeeded: true,
            corrections: [{ path: 'tags.team', times: 3 }],
          },
        },
      },
      drift: ['tags.team'],
    },
    'is not ready when what it needs is gone under driftPolicy Report': {
      given: { spec: { driftPolicy: 'Report' }, dns: { zoneGroups: present([]) } },
      says: ['Drifted'],
      drift: ['dns.zoneGroup'],
    },
    'is written once for a new generation under driftPolicy Report': {
      given: {
        spec: { tags: { team: 'a' }, driftPolicy: 'Report' },
        metadata: { generation: 2 },
        status: { ...settledStatus, appliedTagKeys: ['team'] },
      },
      does: ['UpdateEndpoint'],
      says: ['Updating'],
    },
    'is left as it is while suspended': {
      given: { spec: { tags: { team: 'a' }, suspend: true } },
      drift: ['tags.team'],
    },
    'has an address that nobody can change': {
      given: { spec: { privateIPAddress: '10.0.1.9' } },
      drift: ['privateIPAddress'],
    },
    'is made again when it vanished': {
      given: { azure: nothingYet },
      does: ['CreateEndpoint'],
      says: ['Creating'],
    },
    'is not made again under driftPolicy Report': {
      given: { azure: nothingYet, spec: { driftPolicy: 'Report' } },
      says: ['Vanished'],
      beside: ['Drifted'],
      drift: ['privateEndpoint'],
    },
    'leads elsewhere although it carries our tag': {
      given: {
        azure: { endpoint: present(endpoint({ connection: connection({ serverId: '/other' }) })) },
      },
      says: ['ImmutableChanged'],
      drift: ['serverId'],
    },
    'gets no zone group when it leads elsewhere': {
      given: {
        azure: { endpoint: present(endpoint({ connection: connection({ serverId: '/other' }) })) },
        dns: { zoneGroups: present([]), records: present([]) },
      },
      says: ['ImmutableChanged'],
      drift: ['serverId'],
    },
    'was made anew by somebody with our tags, and other names': {
      given: {
        spec: {
          approval: 'Manual',
          requestMessage: 'please',
          networkInterfaceName: 'ours',
          location: 'westeurope',
        },
        azure: {
          endpoint: present(
            endpoint({
              location: 'northeurope',
              connection: connection({ name: 'theirs', requestMessage: 'let me' }),
            }),
          ),
        },
      },
      drift: ['connectionName', 'approval', 'requestMessage', 'networkInterfaceName', 'location'],
    },
    'keeps the names that it had when it was taken over': {
      given: {
        spec: { adoptionPolicy: 'IfMatching', approval: 'Manual', networkInterfaceName: 'ours' },
        azure: { endpoint: present(endpoint({ connection: connection({ name: 'theirs' }) })) },
      },
    },
    'is not held to our defaults when it is only observed': {
      given: {
        spec: { managementPolicy: 'Observe' },
        metadata: { finalizers: [] },
        azure: {
          endpoint: present(endpoint({ connection: connection({ name: 'theirs', manual: true }) })),
        },
      },
    },
  },
  'an endpoint of somebody': {
    'is refused when it is not ours': {
      given: { status: begunStatus, azure: { endpoint: present(endpoint(untagged)) } },
      says: ['AdoptionRefused'],
    },
    'is taken over when the spec says so and it matches': {
      given: {
        status: begunStatus,
        spec: { adoptionPolicy: 'IfMatching' },
        azure: { endpoint: present(endpoint(untagged)) },
      },
      does: ['AdoptEndpoint'],
      says: ['Updating'],
    },
    'is not taken over when it leads to another server': {
      given: {
        status: begunStatus,
        spec: { adoptionPolicy: 'IfMatching' },
        azure: {
          endpoint: present(
            endpoint({ ...untagged, connection: connection({ serverId: '/other' }) }),
          ),
        },
      },
      says: ['AdoptionRefused'],
    },
    'stays with the living object that has it': {
      given: {
        status: begunStatus,
        spec: { adoptionPolicy: 'IfMatching' },
        azure: { endpoint: present(endpoint({ tags: theirs(`cluster-1.${guid}`) })) },
      },
      says: ['Conflicted'],
      beside: ['Conflicted'],
    },
    'is taken over from an object that is gone': {
      given: {
        status: begunStatus,
        spec: { adoptionPolicy: 'IfMatching' },
        azure: { endpoint: present(endpoint({ tags: theirs(`cluster-1.${guid}`) })) },
        seen: { ownerGone: true },
      },
      does: ['AdoptEndpoint'],
      says: ['Updating'],
    },
    'stays with another cluster': {
      given: {
        status: begunStatus,
        spec: { adoptionPolicy: 'IfMatching' },
        azure: { endpoint: present(endpoint({ tags: theirs(`cluster-2.${guid}`) })) },
      },
      says: ['AdoptionRefused'],
    },
    'is taken over from another cluster by name': {
      given: {
        status: begunStatus,
        spec: { adoptionPolicy: 'IfMatching' },
        metadata: { annotations: { 'pgpe.dev/adopt-from': 'cluster-2' } },
        azure: { endpoint: present(endpoint({ tags: theirs(`cluster-2.${guid}`) })) },
      },
      does: ['AdoptEndpoint'],
      says: ['Updating'],
    },
    'is ours again after a restore of the cluster': {
      given: {
        status: begunStatus,
        azure: { endpoint: present(endpoint({ tags: theirs(`cluster-1.${guid}`, 'team/pe') })) },
      },
      does: ['UpdateEndpoint'],
      says: ['Updating'],
    },
    'is ours although somebody stripped its tags': {
      given: { azure: { endpoint: present(endpoint(untagged)) } },
      does: ['UpdateEndpoint'],
      says: ['Updating'],
    },
    'is lost when it is another incarnation without our tag': {
      given: { azure: { endpoint: present(endpoint({ ...untagged, ...stranger })) } },
      says: ['OwnershipLost'],
      beside: ['OwnershipLost'],
    },
  },
  'a connection': {
    'waits for its owner, and DNS does not': {
      given: {
        azure: { endpoint: pending },
        dns: { records: present([]), zoneGroups: present([]) },
      },
      does: ['WriteZoneGroup'],
      says: ['PendingApproval', 'PreparingDNS'],
      beside: ['PendingApproval'],
    },
    'is rejected, and nothing is written on it': {
      given: {
        azure: { endpoint: rejected },
        dns: { records: present([]), zoneGroups: present([]) },
      },
      says: ['Rejected'],
      beside: ['Rejected'],
    },
    'is made anew when a person says so, zone group first': {
      given: {
        azure: { endpoint: rejected },
        metadata: { annotations: { 'pgpe.dev/recreate': 'now' } },
        status: { ...settledStatus, memory: { succeeded: true } },
      },
      does: ['RemoveZoneGroup'],
      says: ['Replacing'],
    },
    'is made anew when a person says so, then the endpoint': {
      given: {
        azure: { endpoint: rejected },
        dns: { zoneGroups: present([]) },
        metadata: { annotations: { 'pgpe.dev/recreate': 'now' } },
        status: { ...settledStatus, memory: { succeeded: true } },
      },
      does: ['DeleteEndpoint'],
      says: ['Replacing'],
    },
    'is not made anew twice by one token': {
      given: {
        azure: { endpoint: rejected },
        metadata: { annotations: { 'pgpe.dev/recreate': 'now' } },
        status: { ...settledStatus, lastHandledRecreate: 'now' },
      },
      says: ['Rejected'],
      beside: ['Rejected'],
    },
  },
  'private DNS': {
    'notes a zone before it begins it': {
      given: { dns: noZone },
      says: ['PreparingDNS'],
    },
    'makes a zone where there is none': {
      given: {
        status: { ...settledStatus, memory: { ...settledStatus.memory, zoneBegun } },
        dns: noZone,
      },
      does: ['CreateZone'],
      says: ['PreparingDNS'],
    },
    'makes no zone where another object has begun one': {
      given: {
        status: { ...settledStatus, memory: { ...settledStatus.memory, zoneBegun } },
        dns: noZone,
        seen: { zoneBegunBy: 'other/pe' },
      },
      says: ['PreparingDNS'],
    },
    'waits for a zone that it has just made': {
      given: { dns: { choice: { is: 'unreadable', error: error('NotYetVisible', 'fast') } } },
      says: ['PreparingDNS'],
    },
    'misses a zone that it may not make': {
      given: { dns: { choice: { is: 'missing', name: 'z' } } },
      says: ['ZoneNotFound'],
    },
    'asks which of several zones': {
      given: { dns: { choice: { is: 'ambiguous', ids: ['/a', '/b'] } } },
      says: ['ZoneAmbiguous'],
    },
    'refuses a zone of another name than the server needs': {
      given: { dns: { zoneName: { name: 'privatelink.other', certain: true } } },
      says: ['ZoneNameMismatch'],
    },
    'refuses a zone of another name before anybody makes it': {
      given: {
        spec: { dns: { zoneId: formatId(ids.zone) } },
        dns: {
          choice: { is: 'missing', name: 'z' },
          zoneName: { name: 'privatelink.other', certain: true },
        },
      },
      says: ['ZoneNameMismatch'],
    },
    'refuses a zone of another name that may not be read': {
      given: {
        dns: {
          choice: { is: 'hidden', id: ids.zone, error: error('AuthorizationFailed', 'slow', 403) },
          zoneName: { name: 'privatelink.other', certain: true },
        },
      },
      says: ['ZoneNameMismatch'],
    },
    'waits for a zone that is being made': {
      given: { dns: { choice: { is: 'zone', zone: zone({ provisioningState: 'Creating' }) } } },
      says: ['PreparingDNS'],
    },
    'links its own network': {
      given: { dns: { links: present([]) } },
      does: ['CreateLink'],
      says: ['PreparingDNS'],
    },
    'links further networks': {
      given: { spec: { dns: { additionalVirtualNetworkIds: [formatId(network2)] } } },
      does: ['CreateLink'],
      says: ['PreparingDNS'],
    },
    'links nothing when it shall not': {
      given: { spec: { dns: { linkOwnVirtualNetwork: false } }, dns: { links: present([]) } },
    },
    'says that a link of somebody failed': {
      given: { dns: { links: present([link({ provisioningState: 'Failed' })]) } },
      says: ['LinkFailed'],
    },
    'mends the tags of a zone that this cluster made': {
      given: {
        spec: { dns: { tags: { a: 'b' } } },
        status: { ...settledStatus, appliedTagKeys: ['dns/a'] },
        dns: { choice: { is: 'zone', zone: zone({ tags: theirs(`cluster-1.${uid}`) }) } },
      },
      does: ['UpdateZone'],
      says: ['PreparingDNS'],
    },
    'drops a tag of a zone that the spec has dropped': {
      given: {
        status: { ...settledStatus, appliedTagKeys: ['dns/a'] },
        dns: {
          choice: {
            is: 'zone',
            zone: zone({ tags: new Map([...theirs(`cluster-1.${uid}`), ['a', 'b']]) }),
          },
        },
      },
      does: ['UpdateZone'],
      says: ['PreparingDNS'],
    },
    "leaves the tags of somebody's zone": {
      given: { spec: { dns: { tags: { a: 'b' } } } },
    },
    'changes how a link of its own resolves': {
      given: {
        spec: { dns: { resolutionPolicy: 'NxDomainRedirect' } },
        dns: { links: present([link({ tags: theirs(`cluster-1.${uid}`) })]) },
      },
      does: ['UpdateLink'],
      says: ['PreparingDNS'],
    },
    'leaves shared settings to an older object, and stays ready': {
      given: {
        spec: { dns: { tags: { a: 'b' } } },
        dns: { choice: { is: 'zone', zone: zone({ tags: theirs(`cluster-1.${uid}`) }) } },
        seen: { seniors: { zone: 'other/pe' } },
      },
      beside: ['Conflicted'],
    },
    'leaves the subnet to an older object': {
      given: {
        spec: { subnetNetworkPolicies: 'Disabled' },
        seen: { seniors: { subnet: 'other/pe' } },
      },
      beside: ['Conflicted'],
    },
    'writes the zone group': {
      given: { dns: { zoneGroups: present([]), records: present([]) } },
      does: ['WriteZoneGroup'],
      says: ['PreparingDNS'],
    },
    'writes the zone group although it may not read the zone': {
      given: {
        dns: {
          choice: { is: 'hidden', id: ids.zone, error: error('AuthorizationFailed', 'slow', 403) },
          links: unasked,
          records: forbidden,
          zoneGroups: present([]),
        },
      },
      does: ['WriteZoneGroup'],
      says: ['PreparingDNS'],
    },
    'never writes over the record of another endpoint': {
      given: {
        dns: {
          zoneGroups: present([]),
          records: present([record({ ipAddresses: ['10.9.9.9'], metadata: madeBy('other', uid) })]),
          creator: present(endpoint({ resourceGuid: uid })),
        },
      },
      says: ['DNSConflict'],
      beside: ['DNSConflict'],
    },
    'never writes over a record that no endpoint made': {
      given: {
        dns: {
          zoneGroups: present([]),
          records: present([record({ ipAddresses: ['10.9.9.9'], metadata: new Map() })]),
        },
      },
      says: ['DNSConflict'],
      beside: ['DNSConflict'],
    },
    'takes over the record of its own former incarnation': {
      given: {
        dns: {
          zoneGroups: present([]),
          records: present([record({ ipAddresses: ['10.9.9.9'], metadata: madeBy('pe', uid) })]),
          creator: absent,
        },
      },
      does: ['WriteZoneGroup'],
      says: ['PreparingDNS'],
    },
    'does not know whose a record is while it cannot look': {
      given: {
        dns: {
          zoneGroups: present([]),
          records: present([record({ metadata: madeBy('other', uid) })]),
          creator: broken,
        },
      },
      says: ['AzureUnreadable'],
    },
    'waits for the record after the approval': {
      given: { dns: { records: present([]) } },
      says: ['WaitingForRecord'],
    },
    'writes the group again when the record was wiped': {
      given: {
        dns: { records: present([]) },
        seen: {
          past: {
            setbacks: new Map(),
            accepted: new Map(),
            unrecordedSinceMs: at.getTime() - 60_000,
          },
        },
      },
      does: ['WriteZoneGroup'],
      says: ['WaitingForRecord', 'PreparingDNS'],
    },
    'removes a group that leads to another zone first': {
      given: {
        dns: {
          zoneGroups: present([
            zoneGroup({ configs: [{ name: 'x', zoneId: '/z', recordSets: [] }] }),
          ]),
        },
      },
      does: ['RemoveZoneGroup'],
      says: ['PreparingDNS'],
    },
    'removes its own group of a former name first': {
      given: { spec: { dns: { zoneGroupName: 'new' } } },
      does: ['RemoveZoneGroup'],
      says: ['PreparingDNS'],
    },
    "leaves a stranger's group to another zone": {
      given: {
        status: { ...settledStatus, dns: {} },
        spec: { dns: { zoneGroupName: 'new' } },
        dns: {
          zoneGroups: present([
            zoneGroup({ configs: [{ name: 'x', zoneId: '/z', recordSets: [] }] }),
          ]),
        },
      },
      says: ['ZoneGroupTaken'],
    },
    "is content with a stranger's group to the right zone": {
      given: { status: { ...settledStatus, dns: {} }, spec: { dns: { zoneGroupName: 'new' } } },
    },
    'waits for the group that somebody else makes': {
      given: {
        spec: { dns: { mode: 'External' } },
        dns: { choice: { is: 'none' }, zoneGroups: present([]) },
      },
      says: ['WaitingForZoneGroup'],
    },
    'removes its own group when there shall be none': {
      given: { spec: { dns: { mode: 'None' } }, dns: { choice: { is: 'none' } } },
      does: ['RemoveZoneGroup'],
      says: ['PreparingDNS'],
    },
    "leaves a stranger's group when there shall be none": {
      given: {
        status: { ...settledStatus, dns: {} },
        spec: { dns: { mode: 'None' } },
        dns: { choice: { is: 'none' } },
      },
    },
    'is content without DNS': {
      given: {
        spec: { dns: { mode: 'None' } },
        dns: { choice: { is: 'none' }, zoneGroups: unasked },
      },
    },
    'waits for the address of the interface': {
      given: { azure: { interfaces: present([]) }, dns: { records: present([]) } },
      says: ['WaitingForAddress'],
    },
  },
  'a deletion': {
    'removes the zone group first': {
      given: { metadata: deleted },
      does: ['RemoveZoneGroup'],
      says: ['Deleting'],
    },
    'then the endpoint': {
      given: { metadata: deleted, dns: { zoneGroups: present([]) } },
      does: ['DeleteEndpoint'],
      says: ['Deleting'],
    },
    'deletes under driftPolicy Report as well': {
      given: {
        metadata: deleted,
        spec: { driftPolicy: 'Report' },
        dns: { zoneGroups: present([]) },
      },
      does: ['DeleteEndpoint'],
      says: ['Deleting'],
    },
    'waits for a server in transition': {
      given: {
        metadata: deleted,
        azure: { server: present(server({ state: 'Updating' })) },
        dns: { zoneGroups: present([]) },
      },
      says: ['ServerNotReady'],
    },
    'does not wait for a stopped server': {
      given: { metadata: deleted, azure: { server: stopped }, dns: { zoneGroups: present([]) } },
      does: ['DeleteEndpoint'],
      says: ['Deleting'],
    },
    'does not wait for a server that is gone': {
      given: { metadata: deleted, azure: { server: absent }, dns: { zoneGroups: present([]) } },
      does: ['DeleteEndpoint'],
      says: ['Deleting'],
    },
    'waits while Azure deletes': {
      given: {
        metadata: deleted,
        azure: { endpoint: present(endpoint({ provisioningState: 'Deleting' })) },
      },
      says: ['Deleting'],
    },
    'lets go once Azure has forgotten': {
      given: { metadata: deleted, azure: { endpoint: absent } },
      finalizer: 'remove',
    },
    'looks twice for what it began and never saw': {
      given: { metadata: deleted, status: begunStatus, azure: { endpoint: absent } },
      says: ['Deleting'],
    },
    'lets go of what it began and never saw, once absence has lasted': {
      given: {
        metadata: deleted,
        status: begunStatus,
        azure: { endpoint: absent },
        seen: {
          past: {
            setbacks: new Map(),
            accepted: new Map(),
            absentSinceMs: at.getTime() - 20_000,
          },
        },
      },
      finalizer: 'remove',
    },
    'holds on while it cannot look': {
      given: { metadata: deleted, azure: { endpoint: throttled } },
      says: ['AzureUnreadable'],
    },
    'holds on to what it began while it may not look': {
      given: { metadata: deleted, azure: { endpoint: forbidden } },
      says: ['Denied'],
    },
    'lets go of what it never began and may not look at': {
      given: { metadata: deleted, status: {}, azure: { endpoint: forbidden } },
      finalizer: 'remove',
    },
    'lets go of what was never asked of Azure': {
      given: {
        metadata: deleted,
        status: {},
        spec: { serverId: 'nonsense' },
        seen: { azure: undefined as never },
      },
      finalizer: 'remove',
    },
    'holds on to what it began when the spec makes no sense any more': {
      given: {
        metadata: deleted,
        spec: { serverId: 'nonsense' },
        seen: { azure: undefined as never },
      },
      says: ['InvalidSpec'],
    },
    "leaves somebody else's endpoint": {
      given: {
        metadata: deleted,
        azure: { endpoint: present(endpoint({ ...untagged, ...stranger })) },
      },
      finalizer: 'remove',
    },
    'deletes nothing while suspended': {
      given: { metadata: deleted, spec: { suspend: true } },
      says: ['DeletionSuspended'],
    },
    'takes its tags off what shall stay': {
      given: { metadata: deleted, spec: { deletionPolicy: 'Retain' } },
      does: ['ReleaseEndpoint'],
      finalizer: 'remove',
    },
    'needs no look at what shall stay': {
      given: {
        metadata: deleted,
        spec: { deletionPolicy: 'Retain' },
        azure: { endpoint: forbidden },
      },
      finalizer: 'remove',
    },
    'removes its links when asked and nobody needs the zone': {
      given: {
        metadata: deleted,
        spec: { dns: { deleteUnusedLinks: true } },
        azure: { endpoint: absent },
        dns: {
          records: present([]),
          links: present([link({ tags: theirs(`cluster-1.${uid}`) }), link()]),
        },
      },
      does: ['RemoveLink'],
      says: ['Deleting'],
    },
    'keeps its links while the zone serves others': {
      given: {
        metadata: deleted,
        spec: { dns: { deleteUnusedLinks: true } },
        azure: { endpoint: absent },
        dns: {
          records: present([record({ name: 'other' })]),
          links: present([link({ tags: theirs(`cluster-1.${uid}`) })]),
        },
      },
      finalizer: 'remove',
    },
    'belongs to others once we have let go': {
      given: { metadata: { ...deleted, finalizers: ['somebody/else'] } },
    },
  },
}
