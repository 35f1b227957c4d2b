/** Start, stop and restart of flexible servers. */
import type { Answer } from '../answer.ts'
import type { Call } from '../call.ts'
import { bodyOf } from '../call.ts'
import { restartBody } from './body.ts'
import { failOver } from './high-availability.ts'
import { settle } from './hold.ts'
import { accepted, begin, serverOf } from './operations.ts'

/** Start, stop and restart: the state on the way, and at the end. */
const turns = {
  start: {
    from: 'Stopped',
    through: 'Starting',
    to: 'Ready',
    name: 'StartServerManagementOperation',
    takes: 'serverStart',
  },
  stop: {
    from: 'Ready',
    through: 'Stopping',
    to: 'Stopped',
    name: 'StopServerManagementOperation',
    takes: 'serverStop',
  },
  restart: {
    from: 'Ready',
    through: 'Restarting',
    to: 'Ready',
    name: 'RestartServerManagementOperation',
    takes: 'serverRestart',
  },
} as const

export function turn(call: Call, which: keyof typeof turns): Answer {
  const { world } = call
  const server = serverOf(call, 'write')
  const { from, through, to, ...work } = turns[which]
  const failover =
    which === 'restart' &&
    call.text.trim() !== '' &&
    bodyOf(call, restartBody).restartWithFailover === true
  if (server.state !== from) {
    // Recorded in terraform-provider-azurerm#29219, spelling included; told by the operation.
    const what =
      which === 'start'
        ? 'Start Server can only be performed on Stopped servers.'
        : 'Restart or Stop Server can only be performed on Started servers.'
    const state = server.state
    const operation = begin(call, server, { ...work, seconds: 1 }, () => ({
      code: 'ServerIsNotReady',
      message: `${what} Sever Name = ${server.name}, Current Server State = ${state}`,
    }))
    return accepted(call, operation)
  }
  const operation = begin(call, server, work, () => settle(world, server, to))
  world.servers.touch(server)
  server.operation = operation
  server.state = through
  if (failover && server.highAvailability.state === 'Healthy') failOver(world, server)
  return accepted(call, operation)
}
