/**
 * What becomes of the endpoint that made the server's record, where that is another one: whether it is
 * proven gone, or about to leave the name to us. Asked only where there is such a record.
 */
import { parseId, sameText } from '../azure/id.ts'
import type { AzureView } from '../azure/port.ts'
import type { DnsSeen } from './observation.ts'
import type { Sources } from './observe.ts'
import { creatorOf, recordOf } from './record.ts'
import { objectOf, ownerOf } from './tags.ts'
import type { Target } from './target.ts'
import { givesUpName } from './wake.ts'

export async function creatorFate(
  { clusterId, endpoints }: Pick<Sources, 'clusterId' | 'endpoints'>,
  view: AzureView,
  dns: Pick<DnsSeen, 'records' | 'creator'>,
  target: Target,
): Promise<DnsSeen['creatorFate']> {
  switch (dns.creator.is) {
    case 'unasked':
    case 'unreadable':
      return undefined
    case 'absent':
      return (await isGone(view, dns, target)) ? 'gone' : undefined
    case 'present': {
      const { tags } = dns.creator.value
      const maker = endpoints.get(objectOf(tags) ?? '')
      const ours = maker !== undefined && ownerOf(tags) === `${clusterId}.${maker.metadata.uid}`
      return ours && givesUpName(maker) ? 'leaving' : undefined
    }
  }
}

/**
 * A record names its creator without group and subscription. But whoever leads to the server is among the
 * server's connections, by id: those of that name are read, and nobody else can be the one.
 */
async function isGone(
  view: AzureView,
  dns: Pick<DnsSeen, 'records'>,
  target: Target,
): Promise<boolean> {
  const record = recordOf(dns, target)
  const creator = record && creatorOf(record)
  const server = await view.get(target.serverId, 0)
  if (creator === undefined || server.is !== 'present') return false
  const { connections } = server.value
  // A request from a stranger's tenant may hide its endpoint.
  const known = connections?.flatMap(({ privateEndpointId: id }) => (id === undefined ? [] : [id]))
  if (known === undefined || known.length !== connections?.length) return false
  const named = known.filter((id) => sameText(id.split('/').at(-1), creator.endpointName))
  const gone = named.map(async (text) => {
    const id = parseId('privateEndpoint', text)
    const seen = id && (await view.get(id, 0))
    if (seen === undefined || seen.is === 'unreadable') return false
    return seen.is === 'absent' || !sameText(seen.value.resourceGuid, creator.resourceGuid)
  })
  return (await Promise.all(gone)).every(Boolean)
}
