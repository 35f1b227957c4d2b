/** All that private DNS can be asked, and the URLs to poll for its operations. */
import type { Answer } from '../answer.ts'
import { Refusal } from '../answer.ts'
import type { Call } from '../call.ts'
import { name, subscription } from '../call.ts'
import type { Operation } from '../operation.ts'
import { guidOfDnsToken } from '../operation.ts'
import type { Route } from '../route.ts'
import { linkRoutes } from './link.ts'
import { recordSetRoutes } from './record-set.ts'
import { zoneRoutes } from './zone.ts'

function found(call: Call): Operation {
  const operation = call.world.operations.find(
    guidOfDnsToken(name(call, 'operation')),
    subscription(call).id,
  )
  if (operation?.format === 'dns') return operation
  throw new Refusal(404, {
    code: 'NotFound',
    message: `The operation '${name(call, 'operation')}' was not found.`,
  })
}

/** These are not signed: who polls needs the role to read them. */
const poll = (called: string, handle: (call: Call) => Answer): Route => ({
  method: 'GET',
  path: `/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Network/${called}/{operation}`,
  type: `Microsoft.Network/${called}`,
  operation: 'poll',
  handle,
})

export const dnsRoutes: readonly Route[] = [
  ...zoneRoutes,
  ...linkRoutes,
  ...recordSetRoutes,
  poll('privateDnsOperationStatuses', (call) => call.world.operations.status(found(call))),
  poll('privateDnsOperationResults', (call) => call.world.operations.result(found(call))),
]
