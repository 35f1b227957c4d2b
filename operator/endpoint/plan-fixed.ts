/**
 * What Azure sets when it makes an endpoint and never after. It differs only where somebody has deleted
 * ours and made another one under its name, with our tags: that is reported and never written. Another
 * server or subnet is more than a difference: such an endpoint is not the one that the spec speaks of. Pure.
 */
import { groupId } from '../azure/bodies.ts'
import { formatId, lastName, parseId, sameId, sameText } from '../azure/id.ts'
import type { PrivateEndpoint } from '../azure/model.ts'
import type { AzureSeen, Observation } from './observation.ts'
import { addressesOf } from './record.ts'
import { unmet, type Step } from './step.ts'
import type { Difference } from './tags.ts'
import type { Target } from './target.ts'

/** Ours by tag, but another server or subnet: Azure changes neither. */
export function immutable(target: Target, endpoint: PrivateEndpoint): Step {
  const { connection, subnetId, name } = endpoint
  const [server, subnet] = [formatId(target.serverId), formatId(target.subnetId)]
  const step = unmet(
    'ImmutableChanged',
    `Private endpoint ${name} leads to ${connection?.serverId ?? 'no server'} from subnet ${formatId(subnetId)}, and the spec wants ${server} from ${subnet}; Azure's answer would be CannotChangePrivateLinkConnectionOnPrivateEndpoint or CannotChangeSubnetOnExistingPrivateEndpoint.`,
  )
  return {
    ...step,
    drift: [
      ...differs('serverId', server, connection?.serverId),
      ...(sameId(subnetId, target.subnetId)
        ? []
        : [{ path: 'subnetId', desired: subnet, observed: formatId(subnetId) }]),
      ...differs('groupIds', groupId, connection?.groupIds.join(', ')),
    ],
  }
}

/** What Azure would say to a PUT of what it never changes; of the others it takes no notice. */
const answers: Readonly<Record<string, string>> = {
  connectionName: 'CannotChangePrivateLinkConnectionOnPrivateEndpoint',
  approval: 'CannotChangePrivateLinkConnectionOnPrivateEndpoint',
  requestMessage: 'CannotChangePrivateLinkConnectionOnPrivateEndpoint',
  location: 'InvalidResourceLocation',
}

/** A sentence for whoever wonders why a difference stays; empty where Azure would refuse nothing. */
export function answerTo(drift: readonly Difference[]): string {
  const codes = new Set(drift.flatMap(({ path }) => answers[path] ?? []))
  return codes.size === 0 ? '' : `Azure's answer would be ${[...codes].join(' or ')}.`
}

/** What differs and is never written: reported. */
export function unchangeable(
  { object }: Observation,
  azure: AzureSeen,
  target: Target,
  endpoint: PrivateEndpoint,
): readonly Difference[] {
  const { spec } = object
  const { connection, location } = endpoint
  // Whatever is taken over keeps its names and its list of connections.
  const adopting = spec.adoptionPolicy === 'IfMatching'
  // Somebody else's endpoint is held to what the spec says itself, not to our defaults.
  const observing = spec.managementPolicy === 'Observe'
  const name = observing ? spec.connectionName : target.connectionName
  const approval = observing && spec.approval === 'Automatic' ? undefined : spec.approval
  const own =
    adopting || connection === undefined
      ? []
      : [
          ...differs('connectionName', name, connection.name),
          ...differs('approval', approval, connection.manual ? 'Manual' : 'Automatic'),
          ...differs('requestMessage', spec.requestMessage, connection.requestMessage),
          ...differs('networkInterfaceName', spec.networkInterfaceName, interfaceName(endpoint)),
        ]
  return [
    ...own,
    ...differs('location', spec.location, location),
    ...address(spec, azure, endpoint),
  ]
}

/** Of the interface itself; Azure tells of a name only where one was asked for. */
function interfaceName({
  networkInterfaceIds: [id],
  customNetworkInterfaceName,
}: PrivateEndpoint): string | undefined {
  const parsed = id === undefined ? undefined : parseId('networkInterface', id)
  return parsed === undefined ? customNetworkInterfaceName : lastName(parsed)
}

function address(
  { privateIPAddress: wanted }: Observation['object']['spec'],
  azure: AzureSeen,
  endpoint: PrivateEndpoint,
): readonly Difference[] {
  if (wanted === undefined || azure.interfaces.is !== 'present') return []
  const addresses = addressesOf(azure, endpoint)
  if (addresses.length === 0 || addresses.includes(wanted)) return []
  return [{ path: 'privateIPAddress', desired: wanted, observed: addresses.join(', ') }]
}

/** Without case, as Azure compares names; what the spec or Azure is silent about does not differ. */
function differs(
  path: string,
  desired: string | undefined,
  observed: string | undefined,
): readonly Difference[] {
  const silent = desired === undefined || observed === undefined || observed === ''
  return silent || sameText(desired, observed) ? [] : [{ path, desired, observed }]
}
