/**
 * What an administrator types today, from the documentation pages that this product replaces, and the
 * result that those pages show. One row is one `az` command; rows run in order, on one simulated Azure.
 * The pages are Microsoft's "Add / Approve / Reject / Delete private endpoint connections" for Azure
 * Database for PostgreSQL flexible servers (2025-01-29), plus what they take for granted.
 */
import * as assert from 'uvu/assert'

/** What a command gave: its standard output parsed as JSON (or as text), or ARM's complaint. */
export interface Result {
  readonly json: any
  readonly text: string
  readonly errors: string
  readonly exitCode: number
}

/** Values that later rows need and only earlier rows know. */
export type Memory = Map<string, string>

export interface Command {
  /** What the page says the command is for. */
  readonly title: string
  readonly az: (memory: Memory) => readonly string[]
  readonly shows: (result: Result, memory: Memory) => void
  /** Azure gets there by itself, after the command before has answered. */
  readonly eventually?: true
}

export const group = 'rg-net'
export const server = 'orders'
const zone = 'privatelink.postgres.database.azure.com'
const inGroup = ['--resource-group', group] as const
const serverType = 'Microsoft.DBforPostgreSQL/flexibleServers'
const onServer = ['--resource-name', server, '--type', serverType] as const

const succeeds = ({ exitCode, errors }: Result) => assert.is(exitCode, 0, errors)
const fails =
  (code: string, ...texts: readonly string[]) =>
  ({ exitCode, errors }: Result) => {
    assert.is.not(exitCode, 0, 'the command must fail')
    for (const text of [code, ...texts])
      assert.ok(errors.includes(text), `${text} is in: ${errors}`)
  }
const remembered = (memory: Memory, name: string): string => {
  const value = memory.get(name)
  if (value === undefined) throw new Error(`no earlier command found ${name}`)
  return value
}

const createEndpoint = (name: string, memory: Memory, ...more: readonly string[]) => [
  ...['network', 'private-endpoint', 'create', '--connection-name', `${name}-connection`],
  ...['--name', name, '--private-connection-resource-id', remembered(memory, 'server_id')],
  ...inGroup,
  ...more,
]
const inSubnet = (subnet: string, network = 'vnet') => ['--subnet', subnet, '--vnet-name', network]
const groupId = ['--group-id', 'postgresqlServer'] as const
const staticAddress = (ip: string) => [
  ...['--location', 'westeurope', '--ip-config', 'name=ip', 'group-id=postgresqlServer'],
  ...['member-name=postgresqlServer', `private-ip-address=${ip}`],
]

const endpointIs =
  (status: string, description?: string) =>
  (result: Result): void => {
    succeeds(result)
    assert.is(result.json[0].status, status)
    if (description !== undefined) assert.is(result.json[0].description, description)
  }

const showState = (name: string, list = 'privateLinkServiceConnections') => [
  ...['network', 'private-endpoint', 'show', ...inGroup, '--name', name],
  ...['--query', `${list}[?name=='${name}-connection'].privateLinkServiceConnectionState`],
]

/** Lists the server's connections and remembers the one that the endpoint asked for. */
const listConnections = (endpoint: string, status: string): Command => ({
  title: `List the server's connections: the one of ${endpoint} is ${status}`,
  az: () => [
    'network',
    'private-endpoint-connection',
    'list',
    ...inGroup,
    '--name',
    server,
    '--type',
    serverType,
  ],
  shows: (result, memory) => {
    succeeds(result)
    const found = result.json.find((each: any) => each.name.startsWith(`${endpoint}.`))
    assert.ok(found, `a connection of ${endpoint}`)
    assert.is(found.properties.privateLinkServiceConnectionState.status, status)
    memory.set(endpoint, found.name)
  },
})

const decide =
  (verb: 'approve' | 'reject' | 'delete', endpoint: string, ...more: readonly string[]) =>
  (memory: Memory) => [
    ...['network', 'private-endpoint-connection', verb, ...inGroup, ...onServer],
    ...['--name', remembered(memory, endpoint), ...more],
  ]
const manualEndpoint = (name: string): Command => ({
  title: `Ask for a connection that somebody else approves (${name})`,
  az: (memory) =>
    createEndpoint(
      name,
      memory,
      ...groupId,
      ...inSubnet('apps'),
      '--manual-request',
      'true',
      '--request-message',
      'for the orders team',
    ),
  shows: (result) => {
    succeeds(result)
    const [connection] = result.json.manualPrivateLinkServiceConnections
    assert.is(connection.privateLinkServiceConnectionState.status, 'Pending')
  },
})

const serverState = (state: string): Command => ({
  title: `Show the server: ${state}`,
  az: () => ['postgres', 'flexible-server', 'show', ...inGroup, '--name', server],
  shows: (result) => {
    succeeds(result)
    assert.is(result.json.state, state)
  },
})

const body = {
  location: 'westeurope',
  sku: { name: 'Standard_D2ds_v5', tier: 'GeneralPurpose' },
  properties: {
    version: '17',
    administratorLogin: 'pgadmin',
    administratorLoginPassword: 'Correct-Horse-9',
    storage: { storageSizeGB: 128 },
    network: { publicNetworkAccess: 'Disabled' },
    highAvailability: { mode: 'Disabled' },
  },
}

export const commands: readonly Command[] = [
  {
    title: 'Make a resource group',
    az: () => ['group', 'create', '--name', group, '--location', 'westeurope'],
    shows: (result) => {
      succeeds(result)
      assert.is(result.json.properties.provisioningState, 'Succeeded')
    },
  },
  {
    title: 'Make a virtual network with a subnet',
    az: () => [
      'network',
      'vnet',
      'create',
      ...inGroup,
      '--name',
      'vnet',
      '--address-prefixes',
      '10.1.0.0/16',
      '--subnet-name',
      'apps',
      '--subnet-prefixes',
      '10.1.0.0/24',
    ],
    shows: succeeds,
  },
  {
    title: 'Add another subnet',
    az: () => [
      'network',
      'vnet',
      'subnet',
      'create',
      ...inGroup,
      '--vnet-name',
      'vnet',
      '--name',
      'other',
      '--address-prefixes',
      '10.1.1.0/24',
    ],
    shows: succeeds,
  },
  {
    title: 'Make another virtual network, in another region',
    az: () => [
      'network',
      'vnet',
      'create',
      ...inGroup,
      '--name',
      'far',
      '--location',
      'eastus',
      '--address-prefixes',
      '10.2.0.0/16',
      '--subnet-name',
      'apps',
      '--subnet-prefixes',
      '10.2.0.0/24',
    ],
    shows: succeeds,
  },
  {
    title: 'Make a server (by its REST body)',
    az: (memory) => [
      'rest',
      '--method',
      'put',
      '--url',
      `${remembered(memory, 'endpoint')}/subscriptions/${remembered(memory, 'subscription')}/resourceGroups/${group}/providers/${serverType}/${server}?api-version=2025-08-01`,
      '--body',
      JSON.stringify(body),
    ],
    shows: succeeds,
  },
  {
    title: 'Wait until the server is there',
    az: () => [
      'resource',
      'wait',
      ...inGroup,
      '--name',
      server,
      '--resource-type',
      serverType,
      '--api-version',
      '2025-08-01',
      '--custom',
      "properties.state=='Ready'",
      '--interval',
      '2',
      '--timeout',
      '120',
    ],
    shows: succeeds,
  },
  {
    title: 'Retrieve the resource identifier of the server',
    az: () => [
      'postgres',
      'flexible-server',
      'show',
      ...inGroup,
      '--name',
      server,
      '--query',
      'id',
      '--output',
      'tsv',
    ],
    shows: (result, memory) => {
      succeeds(result)
      assert.match(result.text, /^\/subscriptions\/.*\/flexibleServers\/orders$/)
      memory.set('server_id', result.text)
    },
  },
  {
    title:
      'Create an endpoint as the page shows it, with --group-id sites: not a group of PostgreSQL, refused',
    az: (memory) =>
      createEndpoint('wrong-group', memory, '--group-id', 'sites', ...inSubnet('apps')),
    shows: ({ exitCode, errors }) => {
      assert.is.not(exitCode, 0)
      assert.match(errors, /sites|groupId|group id/i)
    },
  },
  {
    title: 'Create an endpoint with a dynamic address',
    az: (memory) => createEndpoint('dynamic', memory, ...groupId, ...inSubnet('apps')),
    shows: succeeds,
  },
  {
    title: 'It is approved by itself: status Approved, description Auto-Approved',
    az: () => showState('dynamic'),
    shows: endpointIs('Approved', 'Auto-Approved'),
  },
  {
    title: 'Create an endpoint with a static address',
    az: (memory) =>
      createEndpoint(
        'static',
        memory,
        ...groupId,
        ...inSubnet('apps'),
        ...staticAddress('10.1.0.100'),
      ),
    shows: (result) => {
      succeeds(result)
      assert.is(result.json.ipConfigurations[0].privateIPAddress, '10.1.0.100')
    },
  },
  {
    title: 'It too is approved by itself',
    az: () => showState('static'),
    shows: endpointIs('Approved', 'Auto-Approved'),
  },
  {
    title: 'A static address that is taken: PrivateIPAddressIsAllocated',
    az: (memory) =>
      createEndpoint(
        'taken',
        memory,
        ...groupId,
        ...inSubnet('apps'),
        ...staticAddress('10.1.0.100'),
      ),
    shows: fails(
      'PrivateIPAddressIsAllocated',
      'is using the private IP address 10.1.0.100 which is already allocated to resource',
    ),
  },
  {
    title: 'A virtual network that does not exist: InvalidResourceReference',
    az: (memory) =>
      createEndpoint(
        'nowhere',
        memory,
        ...groupId,
        ...inSubnet('apps', 'absent'),
        '--location',
        'westeurope',
      ),
    shows: fails(
      'InvalidResourceReference',
      'was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.',
    ),
  },
  {
    title: 'A virtual network in another region: InvalidResourceReference',
    az: (memory) =>
      createEndpoint(
        'nowhere',
        memory,
        ...groupId,
        ...inSubnet('apps', 'far'),
        '--location',
        'westeurope',
      ),
    shows: fails('InvalidResourceReference'),
  },
  {
    title:
      'The same name with another connection name: CannotChangePrivateLinkConnectionOnPrivateEndpoint',
    az: (memory) => [
      'network',
      'private-endpoint',
      'create',
      '--connection-name',
      'another',
      '--name',
      'dynamic',
      '--private-connection-resource-id',
      remembered(memory, 'server_id'),
      ...inGroup,
      ...groupId,
      ...inSubnet('apps'),
    ],
    shows: fails(
      'CannotChangePrivateLinkConnectionOnPrivateEndpoint',
      'Please ensure you are not updating the details of existing private link connection',
    ),
  },
  {
    title: 'The same name in another subnet: CannotChangeSubnetOnExistingPrivateEndpoint',
    az: (memory) => createEndpoint('dynamic', memory, ...groupId, ...inSubnet('other')),
    shows: fails(
      'CannotChangeSubnetOnExistingPrivateEndpoint',
      'Current subnet:',
      'Requested subnet:',
    ),
  },
  {
    title: 'The same name in another location: InvalidResourceLocation',
    az: (memory) =>
      createEndpoint('dynamic', memory, ...groupId, ...inSubnet('apps'), '--location', 'eastus'),
    shows: fails(
      'InvalidResourceLocation',
      "The resource 'dynamic' already exists in location 'westeurope'",
    ),
  },
  {
    title: 'Make the private DNS zone',
    az: () => ['network', 'private-dns', 'zone', 'create', ...inGroup, '--name', zone],
    shows: (result) => {
      succeeds(result)
      assert.is(result.json.name, zone)
    },
  },
  {
    title: 'Link it to the virtual network',
    az: () => [
      'network',
      'private-dns',
      'link',
      'vnet',
      'create',
      ...inGroup,
      '--zone-name',
      zone,
      '--name',
      'vnet',
      '--virtual-network',
      'vnet',
      '--registration-enabled',
      'false',
    ],
    shows: succeeds,
  },
  {
    title: 'Integrate the endpoint with the zone',
    az: () => [
      'network',
      'private-endpoint',
      'dns-zone-group',
      'create',
      ...inGroup,
      '--endpoint-name',
      'dynamic',
      '--name',
      'default',
      '--private-dns-zone',
      zone,
      '--zone-name',
      'privatelink-postgres-database-azure-com',
    ],
    shows: (result) => {
      succeeds(result)
      assert.is(result.json.privateDnsZoneConfigs[0].recordSets[0].recordSetName, server)
    },
  },
  {
    title: 'The zone holds the record of the server',
    az: () => [
      'network',
      'private-dns',
      'record-set',
      'a',
      'list',
      ...inGroup,
      '--zone-name',
      zone,
    ],
    shows: (result) => {
      succeeds(result)
      const record = result.json.find(({ name }: any) => name === server)
      assert.is(record.aRecords[0].ipv4Address, '10.1.0.4')
    },
  },
  manualEndpoint('asks'),
  listConnections('asks', 'Pending'),
  {
    title: 'Show that connection',
    az: (memory) => [
      'network',
      'private-endpoint-connection',
      'show',
      ...inGroup,
      ...onServer,
      '--name',
      remembered(memory, 'asks'),
    ],
    shows: (result) => {
      succeeds(result)
      assert.is(result.json.properties.privateLinkServiceConnectionState.status, 'Pending')
    },
  },
  {
    title: 'Approve it',
    az: decide('approve', 'asks', '--description', 'approved for the orders team'),
    shows: (result) => {
      succeeds(result)
      assert.is(result.json.properties.privateLinkServiceConnectionState.status, 'Approved')
    },
  },
  {
    title: 'The endpoint shows it',
    az: () => showState('asks', 'manualPrivateLinkServiceConnections'),
    shows: endpointIs('Approved', 'approved for the orders team'),
  },
  manualEndpoint('unwanted'),
  listConnections('unwanted', 'Pending'),
  {
    title: 'Reject it',
    az: decide('reject', 'unwanted', '--description', 'not one of ours'),
    shows: (result) => {
      succeeds(result)
      assert.is(result.json.properties.privateLinkServiceConnectionState.status, 'Rejected')
    },
  },
  listConnections('unwanted', 'Rejected'),
  {
    title: 'Delete the connection, as the page shows it',
    az: decide('delete', 'unwanted', '--yes'),
    shows: succeeds,
  },
  {
    title: 'That deletes the connection, not the endpoint, which is Disconnected now',
    az: () => showState('unwanted', 'manualPrivateLinkServiceConnections'),
    shows: endpointIs('Disconnected'),
    eventually: true,
  },
  {
    title: 'Delete an endpoint',
    az: () => ['network', 'private-endpoint', 'delete', ...inGroup, '--name', 'dynamic'],
    shows: succeeds,
  },
  {
    title: 'Its record is gone',
    az: () => [
      'network',
      'private-dns',
      'record-set',
      'a',
      'list',
      ...inGroup,
      '--zone-name',
      zone,
    ],
    shows: (result) => {
      succeeds(result)
      assert.not(result.json.some(({ name }: any) => name === server))
    },
  },
  {
    title: 'Stop the server',
    az: () => ['postgres', 'flexible-server', 'stop', ...inGroup, '--name', server],
    shows: succeeds,
  },
  serverState('Stopped'),
  {
    title: 'Start the server',
    az: () => ['postgres', 'flexible-server', 'start', ...inGroup, '--name', server],
    shows: succeeds,
  },
  serverState('Ready'),
]
