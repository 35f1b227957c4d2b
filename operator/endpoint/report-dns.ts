/** `status.dns`: zone, zone group, links and records as last seen. Pure. */
import type { EndpointSpec, EndpointStatus } from '../api/private-endpoint.ts'
import { formatId, sameId, sameText } from '../azure/id.ts'
import type { AzureSeen, Observation } from './observation.ts'
import { recordOf } from './record.ts'
import type { Target } from './target.ts'
import { zoneIdOf } from './zone-choice.ts'

type DnsStatus = NonNullable<EndpointStatus['dns']>

export function dnsStatus(
  seen: Observation,
  { dns, endpoint }: AzureSeen,
  before: DnsStatus | undefined,
): DnsStatus | undefined {
  const { parsed, object } = seen
  // A deletion looks only at what it needs.
  const leaving = object.metadata.deletionTimestamp !== undefined
  if (parsed.is !== 'target' || leaving) return before
  const { mode } = object.spec.dns
  const zoneId = mode === 'Managed' ? zoneIdOf(dns.choice) : undefined
  const zoneUnread = mode === 'Managed' && dns.choice.is === 'unreadable'
  const zone = zoneUnread ? before?.zoneId : zoneId && formatId(zoneId)
  const group = endpoint.is === 'absent' ? undefined : groupId(dns, mode, parsed.value, before)
  const links = mode === 'Managed' ? linkIds(dns, parsed.value, before) : []
  const records = endpoint.is === 'absent' ? [] : recordsOf(dns, parsed.value, before)
  const made: DnsStatus = {
    ...(zone === undefined ? {} : { zoneId: zone }),
    ...(group === undefined ? {} : { zoneGroupId: group }),
    ...(links.length > 0 ? { virtualNetworkLinkIds: links } : {}),
    ...(records.length > 0 ? { records } : {}),
  }
  return Object.keys(made).length > 0 ? made : undefined
}

/** The group that we made: what may be removed when the spec names another, or none. */
function groupId(
  { zoneGroups }: AzureSeen['dns'],
  mode: EndpointSpec['dns']['mode'],
  target: Target,
  before: DnsStatus | undefined,
): string | undefined {
  if (mode === 'External') return undefined
  if (zoneGroups.is === 'recorded') return formatId(target.zoneGroupId)
  if (zoneGroups.is === 'absent') return undefined
  if (zoneGroups.is !== 'present') return before?.zoneGroupId
  const wanted = zoneGroups.value.find(({ id }) => sameId(id, target.zoneGroupId))
  const noted = zoneGroups.value.find(({ id }) => sameText(formatId(id), before?.zoneGroupId))
  const shown = mode === 'Managed' ? (wanted ?? noted) : noted
  return shown && formatId(shown.id)
}

function linkIds(
  { links }: AzureSeen['dns'],
  target: Target,
  before: DnsStatus | undefined,
): readonly string[] {
  if (links.is !== 'present') return before?.virtualNetworkLinkIds ?? []
  const wanted = target.linkedNetworks.map((id) => formatId(id))
  return links.value
    .filter(({ virtualNetworkId }) => wanted.some((id) => sameText(id, virtualNetworkId)))
    .map(({ id }) => formatId(id))
    .toSorted()
}

function recordsOf(
  dns: AzureSeen['dns'],
  target: Target,
  before: DnsStatus | undefined,
): NonNullable<DnsStatus['records']> {
  const zoneId = zoneIdOf(dns.choice)
  if (dns.records.is === 'present' && zoneId !== undefined) {
    const found = recordOf(dns, target)
    if (found === undefined) return []
    return [{ fqdn: `${found.name}.${zoneId.names[0]}`, ipAddresses: found.ipAddresses }]
  }
  if (dns.zoneGroups.is === 'present') {
    return dns.zoneGroups.value.flatMap(({ configs }) =>
      configs.flatMap(({ recordSets }) =>
        recordSets.map(({ fqdn, ipAddresses }) => ({ fqdn: fqdn.replace(/\.$/, ''), ipAddresses })),
      ),
    )
  }
  return before?.records ?? []
}
