/**
 * The one write to Azure for a decision, guarded by the identity that was recorded before it. Must never
 * name another resource than a connection of the decision's own server.
 */
import type { Action } from '../azure/action.ts'
import { connectionBody } from '../azure/bodies.ts'
import { makeId, type Id } from '../azure/id.ts'
import type { Connection } from '../azure/model.ts'
import type { DecisionSpec } from '../api/connection-decision.ts'
import { identityOf, nameOf, type Identity } from './identity.ts'
import { identityOfIntent, type Intent } from './intent.ts'
import { plain } from './printable.ts'
import type { Act } from './transitions.ts'

export interface Decide {
  readonly do: 'decide'
  /** Revoke takes back an approval that reached another identity. */
  readonly act: Act | 'Revoke'
  readonly connection: Connection
  /** What the status must still hold right before the write. */
  readonly intent: Intent
  readonly write: Action
}

const guard = (identity: Identity, states: readonly string[]) =>
  ({
    is: 'bound',
    privateEndpointId: identity.privateEndpointId,
    groupIds: identity.groupIds,
    states,
  }) as const

/** Rebuilt from our own server's id: a write goes nowhere else, whatever an answer claims. */
const connectionId = (serverId: Id<'server'>, connection: Connection): Id<'connection'> =>
  makeId(
    'connection',
    serverId.subscriptionId,
    serverId.resourceGroup,
    ...serverId.names,
    nameOf(connection),
  )

const anyState = ['Pending', 'Approved', 'Rejected', 'Disconnected']

export function decide(
  serverId: Id<'server'>,
  spec: DecisionSpec,
  act: Act,
  connection: Connection,
  intent: Intent,
): Decide {
  const identity = identityOfIntent(intent)
  const id = connectionId(serverId, connection)
  const put = (status: 'Approved' | 'Rejected', states: readonly string[]): Action => ({
    do: 'put',
    id,
    body: connectionBody(connection, {
      status,
      description: plain(spec.description ?? `${status} by pgpe-operator`, 140),
    }),
    guard: guard(identity, states),
    cause: 'user',
  })
  const made = (write: Action): Decide => ({ do: 'decide', act, connection, intent, write })
  switch (act) {
    case 'Approve':
      return made(put('Approved', ['Pending']))
    case 'Reject':
      return made(put('Rejected', spec.connections?.states ?? ['Pending', 'Approved']))
    case 'Delete': {
      const states = [...new Set([...anyState, connection.state])]
      return made({ do: 'delete', id, guard: guard(identity, states), cause: 'user' })
    }
  }
}

/** Takes an approval back from whoever has it now. */
export const revoke = (serverId: Id<'server'>, connection: Connection, intent: Intent): Decide => ({
  do: 'decide',
  act: 'Revoke',
  connection,
  intent,
  write: {
    do: 'put',
    id: connectionId(serverId, connection),
    body: connectionBody(connection, {
      status: 'Rejected',
      description: 'Taken back: the approval was meant for another endpoint',
    }),
    guard: guard(identityOf(connection), ['Pending', 'Approved']),
    cause: 'user',
  },
})
