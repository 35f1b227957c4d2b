/** What a flexible server offers to private endpoints: one group with one member and one zone. */
import type { Answer } from '../answer.ts'
import type { Call } from '../call.ts'
import { name } from '../call.ts'
import { requiredMember, requiredZone, serverGroup } from '../network/target.ts'
import { sameId } from '../path.ts'
import type { Server } from '../records.ts'
import type { Body } from '../store.ts'
import { childNotFound, serverOf, serverType } from './operations.ts'

export const resources = `${serverType}/privateLinkResources`

/** A server with VNet integration offers nothing. */
export function offered(of: Server): readonly Body[] {
  const { delegatedSubnetResourceId } = (of.properties['network'] ?? {}) as Body
  if (delegatedSubnetResourceId !== undefined) return []
  return [
    {
      properties: {
        groupId: serverGroup,
        requiredMembers: [requiredMember],
        requiredZoneNames: [requiredZone],
      },
      id: `${of.id}/privateLinkResources/${serverGroup}`,
      name: serverGroup,
      type: resources,
    },
  ]
}

export function offer(call: Call): Answer {
  const body = offered(serverOf(call, 'read')).find((each) =>
    sameId(String(each['name']), name(call, 'name')),
  )
  if (body === undefined) throw childNotFound(resources, name(call, 'name'))
  return { status: 200, body }
}
