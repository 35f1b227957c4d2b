/** Why Azure ended an endpoint Failed or Canceled: asked of the operation that this process began. */
import type { ArmError } from '../azure/error.ts'
import type { PrivateEndpoint } from '../azure/model.ts'
import type { Observed } from '../azure/observed.ts'
import type { AzureView } from '../azure/port.ts'
import type { Memory } from './memory.ts'

/** The latest write of the endpoint, as its failure is that one's. What can't be read stays unknown. */
export async function failureOf(
  view: AzureView,
  memory: Memory,
  key: string,
  endpoint: Observed<PrivateEndpoint>,
): Promise<{ readonly failure?: ArmError }> {
  if (endpoint.is !== 'present') return {}
  const { id, provisioningState } = endpoint.value
  if (provisioningState === 'Succeeded') memory.succeeded(key)
  if (provisioningState !== 'Failed' && provisioningState !== 'Canceled') return {}
  const operation = memory.operationOn(key, id)
  if (operation === undefined) return {}
  const why = await view.whyEnded(id, operation)
  return why.is === 'present' ? { failure: why.value } : {}
}
