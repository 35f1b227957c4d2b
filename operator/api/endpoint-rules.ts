/**
 * Immutability of an endpoint, as rules at the root of the object: a field cannot be added, changed or
 * removed while `status.privateEndpointId` is set, that is, from before the first PUT until Azure has
 * proved the endpoint absent. Before that a mistake that Azure refused can be mended in place. Messages
 * name Azure's own refusal, which would otherwise come minutes later.
 */
import type { Rule } from './schema.ts'

const instead =
  'Delete this object and create it anew, or create another one beside it and move over'
const made = 'has(oldSelf.status) && has(oldSelf.status.privateEndpointId)'

interface Frozen {
  readonly field: string
  readonly required?: true
  /** Compared without case. */
  readonly id?: true
  readonly because: string
}

const connection = "Azure's answer would be CannotChangePrivateLinkConnectionOnPrivateEndpoint"
const onlyAtCreation = (what: string): string =>
  `Azure sets ${what} when it creates a private endpoint and never after`

export const frozen: readonly Frozen[] = [
  { field: 'serverId', required: true, id: true, because: connection },
  {
    field: 'subnetId',
    required: true,
    id: true,
    because:
      "Azure's answer would be CannotChangeSubnetOnExistingPrivateEndpoint (for another virtual network CannotChangePrivateLinkConnectionOnPrivateEndpoint)",
  },
  {
    field: 'resourceGroup',
    required: true,
    because:
      "the resource group is part of the endpoint's id, and Azure would make a second endpoint",
  },
  {
    field: 'endpointName',
    because: "the name is part of the endpoint's id, and Azure would make a second endpoint",
  },
  { field: 'connectionName', because: connection },
  { field: 'location', because: "Azure's answer would be InvalidResourceLocation" },
  { field: 'networkInterfaceName', because: onlyAtCreation("the network interface's name") },
  { field: 'privateIPAddress', because: onlyAtCreation('the address') },
  { field: 'approval', required: true, because: connection },
  { field: 'requestMessage', because: connection },
]

function unchanged({ field, required, id }: Frozen): string {
  const now = `self.spec.${field}`
  const before = `oldSelf.spec.${field}`
  const same = id ? `${now}.lowerAscii() == ${before}.lowerAscii()` : `${now} == ${before}`
  return required ? same : `has(${now}) == has(${before}) && (!has(${now}) || ${same})`
}

const immutable = (row: Frozen): Rule => ({
  rule: `!(${made}) || ${unchanged(row)}`,
  message: `${row.field} cannot be added, changed or removed while the private endpoint exists: ${row.because}. ${instead}`,
  fieldPath: `.spec.${row.field}`,
  reason: 'FieldValueForbidden',
})

export const rules: readonly Rule[] = [
  ...frozen.map(immutable),
  {
    rule: 'has(self.spec.endpointName) || self.metadata.name.size() <= 80',
    message:
      "metadata.name is longer than the 80 characters that Azure allows for a private endpoint's name: choose a shorter one, or set spec.endpointName",
    fieldPath: '.spec',
  },
]
