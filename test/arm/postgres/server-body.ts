/** What a client may say of a server, checked; and what becomes of it. */
import { Refusal } from '../answer.ts'
import { anything, flag, object, oneOf, text, tracked } from '../body.ts'
import type { Checked } from '../body.ts'
import { isOfType } from '../path.ts'
import type { Body } from '../store.ts'

const refuse = (code: string, message: string): Refusal => new Refusal(400, { code, message })

const properties = object({
  administratorLogin: text,
  administratorLoginPassword: text,
  version: text,
  minorVersion: anything,
  state: anything,
  fullyQualifiedDomainName: anything,
  storage: anything,
  authConfig: anything,
  dataEncryption: anything,
  backup: anything,
  network: object({
    publicNetworkAccess: oneOf('Enabled', 'Disabled'),
    delegatedSubnetResourceId: text,
    privateDnsZoneArmResourceId: text,
  }),
  highAvailability: object({
    mode: oneOf('Disabled', 'SameZone', 'ZoneRedundant'),
    state: anything,
    standbyAvailabilityZone: text,
  }),
  maintenanceWindow: anything,
  sourceServerResourceId: text,
  pointInTimeUTC: text,
  availabilityZone: text,
  replicationRole: anything,
  replicaCapacity: anything,
  replica: anything,
  createMode: text,
  cluster: anything,
  privateEndpointConnections: anything,
})

export const serverBody = object({
  ...tracked,
  sku: object({ name: text, tier: oneOf('Burstable', 'GeneralPurpose', 'MemoryOptimized') }),
  identity: anything,
  properties,
})
export type ServerBody = Checked<typeof serverBody>

export const restartBody = object({ restartWithFailover: flag, failoverMode: text })

/** The client-side rule of the SDK, and Azure's: lower case, digits and inner hyphens. */
export function checkServerName(name: string): void {
  if (/^[a-z0-9]+(-[a-z0-9]+)*$/i.test(name) && name.length >= 3 && name.length <= 63) return
  throw refuse(
    'InvalidServerName',
    `Server name '${name}' is not valid. It takes 3 to 63 letters, digits and inner hyphens.`,
  )
}

/** Members that are kept as put: without secrets, and without what is rendered from elsewhere. */
export function keptProperties(wanted: ServerBody['properties'], before: Body): Body {
  const {
    administratorLoginPassword: _password,
    minorVersion: _minor,
    state: _state,
    fullyQualifiedDomainName: _name,
    highAvailability: _availability,
    replicationRole: _role,
    replicaCapacity: _capacity,
    replica: _replica,
    privateEndpointConnections: _connections,
    createMode: _mode,
    pointInTimeUTC: _time,
    ...kept
  } = wanted ?? {}
  const network = { ...(before['network'] as Body | undefined), ...kept.network }
  checkNetwork(network)
  return { ...before, ...kept, network }
}

/** Code and rule: Microsoft's page on networking with private access. */
function checkNetwork(network: Body): void {
  const subnet = network['delegatedSubnetResourceId']
  if (subnet === undefined) return
  if (
    typeof subnet !== 'string' ||
    !isOfType(subnet, 'Microsoft.Network/virtualNetworks/subnets')
  ) {
    throw refuse(
      'InvalidParameterValue',
      `Invalid value given for parameter 'delegatedSubnetResourceId'.`,
    )
  }
  if (network['publicNetworkAccess'] === 'Enabled') {
    throw refuse(
      'ConflictingPublicNetworkAccessAndVirtualNetworkConfiguration',
      'Conflicting configuration is detected between Public Network Access and Virtual Network arguments. ' +
        'Public Network Access is not supported along with Virtual Network feature.',
    )
  }
}
