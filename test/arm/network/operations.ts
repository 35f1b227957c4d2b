/** The URLs that a client polls for operations of Microsoft.Network. They are signed: no role is asked for. */
import type { Answer } from '../answer.ts'
import { Refusal } from '../answer.ts'
import type { Call } from '../call.ts'
import { name, subscription } from '../call.ts'
import type { Operation } from '../operation.ts'
import type { Route } from '../route.ts'

const found = (call: Call): Operation => {
  const guid = name(call, 'operation')
  const operation = call.world.operations.find(guid, subscription(call).id)
  if (operation?.format === 'network') return operation
  throw new Refusal(404, { code: 'OperationNotFound', message: `Operation ${guid} not found.` })
}

const at = '/subscriptions/{subscription}/providers/Microsoft.Network/locations/{location}'
const poll = (path: string, type: string, handle: (call: Call) => Answer): Route => ({
  method: 'GET',
  path: `${at}/${path}/{operation}`,
  type,
  operation: 'poll',
  action: 'none',
  handle,
})

export const networkOperationRoutes: readonly Route[] = [
  poll('operations', 'Microsoft.Network/locations/operations', (call) =>
    call.world.operations.status(found(call)),
  ),
  poll('operationResults', 'Microsoft.Network/locations/operationResults', (call) =>
    call.world.operations.result(found(call)),
  ),
]
