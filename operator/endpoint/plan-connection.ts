/** What the state of the connection means. Only the server's owner changes it; here it is only read. Pure. */
import type { PrivateEndpoint } from '../azure/model.ts'
import { say } from './conditions.ts'
import type { Observation } from './observation.ts'
import { done, unmet, type Step } from './step.ts'

export const isApproved = (endpoint: PrivateEndpoint): boolean =>
  endpoint.connection?.state === 'Approved'

/** Azure can't mend these; only a new endpoint helps. */
export const isLost = (endpoint: PrivateEndpoint): boolean =>
  endpoint.connection?.state === 'Rejected' || endpoint.connection?.state === 'Disconnected'

export function connection({ object }: Observation, endpoint: PrivateEndpoint): Step {
  const seen = endpoint.connection
  if (seen === undefined) {
    return unmet('WaitingForConnection', `Azure shows no connection of ${endpoint.name}.`)
  }
  const said =
    seen.description === '' ? '' : ` The owner says: ${JSON.stringify(seen.description)}.`
  switch (seen.state) {
    case 'Approved':
      return done
    case 'Pending': {
      const server = object.spec.serverId.split('/').at(-1)
      const message = `The request of ${endpoint.name} waits for the owner of server ${server}.`
      return {
        ...unmet('PendingApproval', message, { stalled: false }),
        abnormal: [say('PendingApproval', 'True', 'PendingApproval', message)],
      }
    }
    case 'Rejected': {
      const message = `The owner of the server has rejected the connection of ${endpoint.name}.${said}`
      return {
        ...unmet('Rejected', message),
        abnormal: [say('Rejected', 'True', 'Rejected', message)],
      }
    }
    case 'Disconnected': {
      const message = `The connection of ${endpoint.name} was removed on the server's side, or the server was deleted.${said}`
      return {
        ...unmet('Disconnected', message),
        abnormal: [say('Disconnected', 'True', 'Disconnected', message)],
      }
    }
    default:
      return unmet('WaitingForConnection', `The connection of ${endpoint.name} is ${seen.state}.`)
  }
}
