/** A new private endpoint as a record: its name checked, its interface beside it, its address chosen. */
import type { Refusal } from '../answer.ts'
import { keyOf } from '../path.ts'
import type { LinkState, NetworkInterface, PrivateEndpoint, Subnet, Tags } from '../records.ts'
import type { Body } from '../store.ts'
import type { World } from '../world.ts'
import { chooseAddress } from './allocation.ts'
import type { EndpointBody } from './endpoint-body.ts'
import type { Wanted } from './endpoint-request.ts'
import { macAddress } from './interface-body.ts'
import { etag, networkRefusal } from './write.ts'

/** Terraform's rule for names. */
export function checkName(called: string): void {
  if (/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,78}[A-Za-z0-9_])?$/.test(called)) return
  throw networkRefusal(400, {
    code: 'InvalidResourceName',
    message:
      `Resource name ${called} is invalid. The name can be up to 80 characters long. It must begin with a word character, ` +
      "and it must end with a word character or with '_'. The name may contain word characters or '.', '-', '_'.",
  })
}

/** Microsoft: gone from every list, and still tracked for a while. */
export const stillThere = (id: string): Refusal =>
  networkRefusal(400, {
    code: 'PrivateEndpointAlreadyExists',
    message: `Private endpoint ${id} already exists. Its deletion is still in progress.`,
  })

export function checkNameFree({ clock, takenNames }: World, id: string): void {
  const until = takenNames.get(keyOf(id))
  if (until !== undefined && clock.now() < until) throw stillThere(id)
  takenNames.delete(keyOf(id))
}

export const extrasOf = ({ properties }: EndpointBody): Body => ({
  ...(properties?.ipVersionType === undefined ? {} : { ipVersionType: properties.ipVersionType }),
  ...(properties?.billingSku === undefined ? {} : { billingSku: properties.billingSku }),
})

/** Recorded: what the first answer says of a connection, before its server was asked. */
export const atFirst = (manual: boolean): LinkState =>
  manual
    ? { status: 'Pending', description: 'Awaiting Approval', actionsRequired: 'None' }
    : { status: 'Approved', description: 'Auto Approved', actionsRequired: 'None' }

export function makeEndpoint(
  world: World,
  wanted: Wanted,
  subnet: Subnet,
  tags: Tags | undefined,
  extras: Body,
): PrivateEndpoint {
  const { id, location, customInterfaceName } = wanted
  const groupId = id.split('/').slice(0, 5).join('/')
  const called =
    customInterfaceName === ''
      ? `${id.split('/').at(-1)}.nic.${world.dice.guid(`nic ${id}`)}`
      : customInterfaceName
  const interfaceId = `${groupId}/providers/Microsoft.Network/networkInterfaces/${called}`
  const configuration = `privateEndpointIpConfig.${world.dice.guid(`ip configuration ${id}`)}`
  const configurationId = `${interfaceId}/ipConfigurations/${configuration}`
  const address = chooseAddress(subnet, wanted.addresses[0]?.address, configurationId)
  const common = { location, etag: etag(world, id), operation: undefined } as const
  const attached: NetworkInterface = {
    ...common,
    id: interfaceId,
    guid: world.dice.guid(`interface ${interfaceId}`),
    tags: undefined,
    state: 'Succeeded',
    macAddress: macAddress(world, interfaceId),
    endpoint: undefined,
    // Recorded: the method is Dynamic for both kinds of address.
    ipConfigurations: [
      {
        id: configurationId,
        name: configuration,
        subnet,
        address,
        method: 'Dynamic',
        primary: true,
      },
    ],
  }
  const made: PrivateEndpoint = {
    ...common,
    id,
    guid: world.dice.guid(`endpoint ${id}`),
    tags,
    state: 'Updating',
    subnet,
    connection: { ...wanted.connection, state: atFirst(wanted.connection.manual) },
    addresses: wanted.addresses,
    customInterfaceName,
    extras,
    securityGroupIds: wanted.securityGroupIds,
    interface: attached,
    zoneGroup: undefined,
    server: undefined,
  }
  attached.endpoint = made
  return made
}
