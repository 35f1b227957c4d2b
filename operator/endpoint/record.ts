/**
 * The server's address record in the zone: what it should hold, what it holds, and who made it. Azure
 * writes it for a zone group, and two endpoints to one server in one zone overwrite each other's. Pure.
 */
import { formatId, lastName, sameText } from '../azure/id.ts'
import type { PrivateEndpoint, RecordSet, ZoneGroup } from '../azure/model.ts'
import { tagOf } from './tags.ts'
import type { AzureSeen, DnsSeen, Observation } from './observation.ts'
import type { Target } from './target.ts'

/** Addresses of the endpoint's network interface; where that can't be read, those that it shows itself. */
export function addressesOf(
  { interfaces }: Pick<AzureSeen, 'interfaces'>,
  endpoint: PrivateEndpoint,
): readonly string[] {
  const id = formatId(endpoint.id)
  const mine =
    interfaces.is === 'present'
      ? interfaces.value.filter(
          (nic) =>
            sameText(nic.privateEndpointId, id) ||
            endpoint.networkInterfaceIds.some((of) => sameText(of, formatId(nic.id))),
        )
      : []
  const found = mine.flatMap((nic) => nic.addresses.map(({ ip }) => ip))
  const shown = endpoint.customDnsConfigs.flatMap(({ ipAddresses }) => ipAddresses)
  const fixed = endpoint.ipConfigurations.map(({ privateIPAddress }) => privateIPAddress)
  const all = found.length > 0 ? found : shown.length > 0 ? shown : fixed
  return [...new Set(all)]
}

/** The record's name in the zone is the server's (recorded by Azure Service Operator and others). */
export function recordOf(
  { records }: Pick<DnsSeen, 'records'>,
  { serverId }: Target,
): RecordSet | undefined {
  if (records.is !== 'present') return undefined
  return records.value.find(({ name }) => sameText(name, lastName(serverId)))
}

/** Every address of the endpoint is among those of the record. */
export const holds = (held: readonly string[], addresses: readonly string[]): boolean =>
  addresses.length > 0 && addresses.every((address) => held.includes(address))

/** What the zone group says that it wrote: serves where the zone can't be read. */
export const heldByGroup = (group: ZoneGroup): readonly string[] =>
  group.configs.flatMap(({ recordSets }) => recordSets.flatMap(({ ipAddresses }) => ipAddresses))

export interface Creator {
  readonly endpointName: string
  readonly resourceGuid: string
}

/** Azure's own mark on a record that a zone group wrote (microsoft/AzureTRE issue 3767). */
const mark = /^created by private endpoint (\S+) with resource guid ([0-9a-f-]{36})/i

export function creatorOf(record: RecordSet): Creator | undefined {
  const [, endpointName, resourceGuid] = mark.exec(tagOf(record.metadata, 'creator') ?? '') ?? []
  return endpointName === undefined || resourceGuid === undefined
    ? undefined
    : { endpointName, resourceGuid }
}

export type Origin =
  /** It may be written: there is none, or it is ours, or its creator is gone. */
  | 'free'
  /** Another endpoint's that lives, or is not proven gone. */
  | 'other'
  /** Nobody's mark, another address. */
  | 'unmarked'

/** Whose the record is, before a zone group of ours would overwrite it. */
export function originOf(
  { object }: Observation,
  dns: DnsSeen,
  endpoint: PrivateEndpoint,
  record: RecordSet | undefined,
  addresses: readonly string[],
): Origin {
  if (record === undefined || record.ipAddresses.length === 0) return 'free'
  const creator = creatorOf(record)
  if (creator === undefined) return holds(record.ipAddresses, addresses) ? 'free' : 'unmarked'
  const ours = [endpoint.resourceGuid, object.status?.resourceGuid]
  if (ours.some((guid) => sameText(guid, creator.resourceGuid))) return 'free'
  if (dns.creatorFate === 'gone') return 'free'
  // An endpoint's name is unique in its group only, so a namesake must be proven gone.
  const former = sameText(creator.endpointName, endpoint.name)
  return former && dns.creator.is === 'absent' ? 'free' : 'other'
}
