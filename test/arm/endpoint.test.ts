/** What Azure says to each way of asking for a private endpoint: at its creation, and when it exists. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Arm, Azure, EndpointOptions, Loose } from './kit.ts'
import { endpointBody, inAzure, makeWorld, pathsIn, serverBody } from './kit.ts'

type Paths = ReturnType<typeof pathsIn>

/** One wrong body of a PUT, and what it is told. */
interface Wrong {
  readonly body: (paths: Paths) => unknown
  readonly status?: number
  readonly code: string
  readonly says?: string | ((paths: Paths) => string)
  /** Made before. */
  readonly before?: (owner: Arm, paths: Paths, azure: Azure) => Promise<unknown>
}

const to = (paths: Paths, options: EndpointOptions = {}): Loose =>
  endpointBody(paths.subnet, paths.server('orders'), options)
const alike = (paths: Paths) => endpointBody(paths.subnet, paths.server('orders'))
const make = (owner: Arm, paths: Paths, name: string, options: EndpointOptions = {}) =>
  owner.done('PUT', paths.endpoint(name), to(paths, options))

async function refused({ body, status = 400, code, says = '', before }: Wrong, name: string) {
  await inAzure({}, async (azure) => {
    const paths = await makeWorld(azure)
    await before?.(azure.owner, paths, azure)
    const reply = await azure.owner.put(paths.endpoint(name), body(paths))
    assert.is(reply.code, code, JSON.stringify(reply.body))
    assert.is(reply.status, status)
    const { message } = reply.body.error
    const text = typeof says === 'string' ? says : says(paths)
    assert.ok(message.includes(text), `'${text}' is in: ${message}`)
    if (code === 'InvalidRequestContent') return
    const seen = await azure.owner.get(paths.endpoint(name))
    if (before === undefined) assert.is(seen.status, 404, 'and nothing was made')
  })
}

const creating = suite('a new private endpoint')
const wrongs: Readonly<Record<string, Wrong>> = {
  'is refused in a virtual network that does not exist, by the name of the network': {
    body: (paths) => endpointBody(`${paths.network}x/subnets/apps`, paths.server('orders')),
    code: 'InvalidResourceReference',
    says: (paths) =>
      `Resource ${paths.network}x referenced by resource ${paths.endpoint('new')} was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.`,
  },
  'is refused in a subnet that does not exist, by the name of the subnet': {
    body: (paths) => endpointBody(`${paths.network}/subnets/absent`, paths.server('orders')),
    code: 'InvalidResourceReference',
    says: (paths) => `Resource ${paths.network}/subnets/absent referenced by`,
  },
  'is refused in another region than its network': {
    body: (paths) => ({ ...alike(paths), location: 'eastus' }),
    code: 'InvalidResourceReference',
  },
  'is refused in a region that does not exist': {
    body: (paths) => ({ ...alike(paths), location: 'atlantis' }),
    code: 'LocationNotAvailableForResourceType',
  },
  'is refused without a region': {
    body: (paths) => ({ properties: alike(paths).properties }),
    code: 'LocationRequired',
  },
  'is refused without a connection': {
    body: (paths) => ({ location: 'westeurope', properties: { subnet: { id: paths.subnet } } }),
    code: 'InvalidPrivateLinkServiceConnectionCount',
  },
  'is refused without a group id': {
    body: (paths) => to(paths, { connection: { groupIds: [] } }),
    code: 'MissingParameterOnPrivateLinkServiceConnection',
    says: "is missing required parameter 'group Id'.",
  },
  'is refused with two group ids': {
    body: (paths) => to(paths, { connection: { groupIds: ['postgresqlServer', 'sites'] } }),
    code: 'OnlyOneGroupIdPermitted',
    says: 'has the following group Ids: postgresqlServer, sites.',
  },
  'is refused with a group id that PostgreSQL does not have': {
    body: (paths) => to(paths, { connection: { groupIds: ['sites'] } }),
    code: 'InvalidGroupId',
    says: "Call to Microsoft.DBforPostgreSQL/flexibleServers failed. Error message: Invalid groupId 'sites'",
  },
  'is refused towards a server that does not exist': {
    body: (paths) => endpointBody(paths.subnet, paths.server('absent')),
    code: 'InvalidPrivateLinkServiceId',
  },
  'is refused towards something that is no server': {
    body: (paths) => endpointBody(paths.subnet, paths.network),
    code: 'InvalidPrivateLinkServiceId',
  },
  'is refused with a request message of 141 characters': {
    body: (paths) => to(paths, { manual: true, connection: { requestMessage: 'x'.repeat(141) } }),
    code: 'InvalidRequestMessage',
  },
  'is refused with an address that another interface has': {
    before: (owner, paths) => make(owner, paths, 'first', { ip: '10.1.0.100' }),
    body: (paths) => to(paths, { ip: '10.1.0.100' }),
    code: 'PrivateIPAddressIsAllocated',
    says: 'is using the private IP address 10.1.0.100 which is already allocated to resource',
  },
  'is refused with an address outside the subnet': {
    body: (paths) => to(paths, { ip: '10.1.1.100' }),
    code: 'PrivateIPAddressNotInSubnet',
  },
  "is refused with one of the subnet's first four addresses": {
    body: (paths) => to(paths, { ip: '10.1.0.3' }),
    code: 'PrivateIPAddressInReservedRange',
  },
  "is refused with the subnet's last address": {
    body: (paths) => to(paths, { ip: '10.1.0.255' }),
    code: 'PrivateIPAddressInReservedRange',
  },
  'is refused with a static address of another member': {
    body: (paths) => {
      const properties = { groupId: 'sites', memberName: 'sites', privateIPAddress: '10.1.0.9' }
      return to(paths, { more: { ipConfigurations: [{ name: 'ip', properties }] } })
    },
    code: 'PrivateEndpointIpConfigurationMissingMemberNamesRequiredByFps',
    says: '[GroupId: postgresqlServer, MemberName: postgresqlServer]',
  },
  'is refused in a delegated subnet': {
    before: (owner, paths) => {
      const delegations = [{ name: 'd', properties: { serviceName: 'Microsoft.Web/serverFarms' } }]
      return owner.done('PUT', `${paths.network}/subnets/other`, {
        properties: { addressPrefix: '10.1.1.0/24', delegations },
      })
    },
    body: (paths) => endpointBody(`${paths.network}/subnets/other`, paths.server('orders')),
    code: 'PrivateEndpointCreationNotAllowedAsSubnetIsDelegated',
  },
  'is refused with an application security group that does not exist': {
    body: (paths) =>
      to(paths, { more: { applicationSecurityGroups: [{ id: paths.securityGroup('absent') }] } }),
    code: 'InvalidResourceReference',
  },
  'is refused towards a server with VNet integration': {
    before: async (owner, paths) => {
      const delegations = [
        { name: 'd', properties: { serviceName: 'Microsoft.DBforPostgreSQL/flexibleServers' } },
      ]
      const properties = { addressPrefix: '10.1.1.0/24', delegations }
      await owner.done('PUT', `${paths.network}/subnets/other`, { properties })
      const network = { delegatedSubnetResourceId: `${paths.network}/subnets/other` }
      await owner.done('PUT', paths.server('inside'), {
        ...serverBody,
        properties: { ...serverBody.properties, network },
      })
    },
    body: (paths) => endpointBody(paths.subnet, paths.server('inside')),
    code: 'PrivateEndpointFeatureNotSupportedOnServer',
    says: 'Call to Microsoft.DBforPostgreSQL/flexibleServers failed.',
  },
  'is refused in a subnet without a free address': {
    before: async (owner, paths) => {
      const properties = { addressPrefix: '10.1.2.0/29' }
      await owner.done('PUT', `${paths.network}/subnets/small`, { properties })
      for (const name of ['a', 'b', 'c']) {
        const body = endpointBody(`${paths.network}/subnets/small`, paths.server('orders'))
        await owner.done('PUT', paths.endpoint(name), body)
      }
    },
    body: (paths) => endpointBody(`${paths.network}/subnets/small`, paths.server('orders')),
    code: 'SubnetIsFull',
  },
  'is refused with a member that the type does not have': {
    body: (paths) => to(paths, { more: { colour: 'blue' } }),
    code: 'InvalidRequestContent',
    says: "Could not find member 'colour' on object. Path 'properties.colour'.",
  },
  'is refused with a value of the wrong type': {
    body: (paths) => to(paths, { more: { customNetworkInterfaceName: 7 } }),
    code: 'InvalidRequestContent',
    says: "Error converting value of type number to type string. Path 'properties.customNetworkInterfaceName'.",
  },
  'is refused when its body is no JSON': {
    body: () => '{"location": ',
    code: 'InvalidRequestContent',
  },
}
for (const [sentence, wrong] of Object.entries(wrongs)) {
  creating(sentence, () => refused(wrong, 'new'))
}

creating('is refused in another subscription than its network', () =>
  inAzure({}, async (azure) => {
    const paths = await makeWorld(azure)
    const elsewhere = pathsIn(azure.shared)
    await azure.owner.put(elsewhere.group, { location: 'westeurope' })
    const reply = await azure.owner.put(elsewhere.endpoint('one'), alike(paths))
    assert.is(reply.code, 'InvalidResourceReference')
  }),
)

creating('is refused after the thousandth of a network, unless the network allows more', () =>
  inAzure({}, async (azure) => {
    const { owner, simulator } = azure
    const paths = await makeWorld(azure)
    const properties = { addressPrefix: '10.1.16.0/20' }
    await owner.done('PUT', `${paths.network}/subnets/large`, { properties })
    const body = endpointBody(`${paths.network}/subnets/large`, paths.server('orders'))
    for (let count = 0; count < 1000; count++) {
      assert.is((await owner.put(paths.endpoint(`e${count}`), body)).status, 201)
      simulator.advance(60)
    }
    const refusal = await owner.put(paths.endpoint('more'), body)
    assert.is(refusal.code, 'PrivateEndpointQuotaExceeded')
    const network = (await owner.get(paths.network)).body
    network.properties.privateEndpointVNetPolicies = 'Basic'
    await owner.done('PUT', paths.network, network)
    assert.is((await owner.put(paths.endpoint('more'), body)).status, 201)
  }),
)

creating('is refused under a name that no endpoint has', () =>
  inAzure({}, async (azure) => {
    const paths = await makeWorld(azure)
    for (const name of ['-x', 'x-', 'a'.repeat(81), 'x y']) {
      const reply = await azure.owner.put(paths.endpoint(encodeURIComponent(name)), alike(paths))
      assert.is(reply.code, 'InvalidResourceName', name)
    }
  }),
)
creating.run()

const changing = suite('a private endpoint that exists')
const changes: Readonly<Record<string, Wrong>> = {
  'keeps its connection name': {
    body: (paths) => {
      const body = alike(paths) as Loose
      body.properties.privateLinkServiceConnections[0].name = 'another'
      return body
    },
    code: 'CannotChangePrivateLinkConnectionOnPrivateEndpoint',
    says: (paths) =>
      `Cannot change the private link connection on private endpoint ${paths.endpoint('one')}. Please ensure you are not updating the details of existing private link connection: '${paths.endpoint('one')}/privateLinkServiceConnections/connection'. That is not allowed.`,
  },
  'stays with its server': {
    before: (owner, paths) => owner.done('PUT', paths.server('other'), serverBody),
    body: (paths) => endpointBody(paths.subnet, paths.server('other')),
    code: 'CannotChangePrivateLinkConnectionOnPrivateEndpoint',
  },
  'stays automatic': {
    body: (paths) => to(paths, { manual: true }),
    code: 'CannotChangePrivateLinkConnectionOnPrivateEndpoint',
  },
  'stays in its virtual network': {
    body: (paths) => endpointBody(`${paths.network}2/subnets/apps`, paths.server('orders')),
    code: 'CannotChangePrivateLinkConnectionOnPrivateEndpoint',
  },
  'stays in its subnet': {
    body: (paths) => endpointBody(`${paths.network}/subnets/other`, paths.server('orders')),
    code: 'CannotChangeSubnetOnExistingPrivateEndpoint',
    says: (paths) =>
      `Current subnet: '${paths.subnet}.' Requested subnet: '${paths.network}/subnets/other.'`,
  },
  'stays in its region': {
    body: (paths) => ({ ...alike(paths), location: 'East US' }),
    status: 409,
    code: 'InvalidResourceLocation',
    says: "The resource 'one' already exists in location 'westeurope' in resource group 'rg'. A resource with the same name cannot be created in location 'eastus'. Please select a new resource name.",
  },
  'keeps its kind of address': {
    body: (paths) => to(paths, { ip: '10.1.0.50' }),
    code: 'PropertyChangeNotAllowed',
    says: 'ipConfigurations',
  },
  "keeps its interface's name": {
    body: (paths) => to(paths, { more: { customNetworkInterfaceName: 'nic' } }),
    code: 'PropertyChangeNotAllowed',
    says: 'customNetworkInterfaceName',
  },
}
for (const [sentence, wrong] of Object.entries(changes)) {
  const before: NonNullable<Wrong['before']> = async (owner, paths, azure) => {
    await make(owner, paths, 'one')
    await wrong.before?.(owner, paths, azure)
  }
  changing(sentence, () => refused({ ...wrong, before }, 'one'))
}

changing('takes new tags and security groups at once, and loses those left out', () =>
  inAzure({}, async (azure) => {
    const { owner } = azure
    const paths = await makeWorld(azure)
    await owner.done('PUT', paths.securityGroup('web'), { location: 'westeurope' })
    await make(owner, paths, 'one', {
      more: { applicationSecurityGroups: [{ id: paths.securityGroup('web') }] },
    })
    const before = await owner.get(paths.endpoint('one'))
    assert.is(before.body.properties.applicationSecurityGroups.length, 1)
    const reply = await owner.put(paths.endpoint('one'), { ...alike(paths), tags: { a: 'b' } })
    assert.is(reply.status, 200)
    assert.is(reply.body.properties.provisioningState, 'Succeeded')
    assert.equal(reply.body.tags, { a: 'b' })
    assert.is(reply.body.properties.applicationSecurityGroups, undefined)
    assert.not.equal(reply.body.etag, before.body.etag)
    assert.ok(reply.headers['azure-asyncoperation'])
    assert.is(reply.headers['retry-after'], undefined, 'updates have none')
    azure.simulator.advance(10)
    const without = await owner.put(paths.endpoint('one'), alike(paths))
    assert.is(without.body.tags, undefined)
  }),
)

changing('is found whatever the case of its id', () =>
  inAzure({}, async (azure) => {
    const paths = await makeWorld(azure)
    await make(azure.owner, paths, 'One')
    const reply = await azure.owner.get(paths.endpoint('oNE').toUpperCase())
    assert.is(reply.status, 200)
    assert.is(reply.body.id, paths.endpoint('One'))
  }),
)
changing.run()
