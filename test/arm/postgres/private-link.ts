/** What a server offers to endpoints. Recorded by the Azure CLI, 2026-04. */
import type { Answer } from '../answer.ts'
import { Refusal } from '../answer.ts'
import type { Call } from '../call.ts'
import { name } from '../call.ts'
import { requiredMember, requiredZone, serverGroup, serverType } from '../network/target.ts'
import type { Server } from '../records.ts'
import type { Route } from '../route.ts'
import type { Body } from '../store.ts'
import { one as server, serverOf } from './server.ts'

const type = `${serverType}/privateLinkResources`
const all = `${server}/privateLinkResources`

const render = (of: Server): Body => ({
  properties: {
    groupId: serverGroup,
    requiredMembers: [requiredMember],
    requiredZoneNames: [requiredZone],
  },
  id: `${of.id}/privateLinkResources/${serverGroup}`,
  name: serverGroup,
  type,
})

const isIntegrated = ({ properties }: Server): boolean =>
  (properties['network'] as Body | undefined)?.['delegatedSubnetResourceId'] !== undefined

/** A server in a virtual network of its own offers nothing (a belief; no recording). */
const offers = (of: Server): readonly Body[] => (isIntegrated(of) ? [] : [render(of)])

function get(call: Call): Answer {
  const wanted = name(call, 'resource')
  const found = offers(serverOf(call, 'read')).find(
    ({ name: each }) => String(each).toLowerCase() === wanted.toLowerCase(),
  )
  if (found !== undefined) return { status: 200, body: found }
  throw new Refusal(404, {
    code: 'ResourceNotFound',
    message: `The requested resource of type '${type}' with name '${wanted}' was not found.`,
  })
}

export const privateLinkRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: all,
    type,
    operation: 'list',
    handle: (call) => ({ status: 200, body: { value: offers(serverOf(call, 'read')) } }),
  },
  { method: 'GET', path: `${all}/{resource}`, type, operation: 'get', handle: get },
  {
    method: 'POST',
    path: '/providers/Microsoft.DBforPostgreSQL/getPrivateDnsZoneSuffix',
    type: 'Microsoft.DBforPostgreSQL/getPrivateDnsZoneSuffix',
    operation: 'post',
    action: 'none',
    handle: () => ({ status: 200, body: 'private.postgres.database.azure.com' }),
  },
]
