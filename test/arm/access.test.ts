/** Who may do what: roles decide, automatic approval included; tenants are apart; roles come late. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Azure, Loose } from './kit.ts'
import { endpointBody, inAzure, makeWorld, pathsIn } from './kit.ts'

type Paths = ReturnType<typeof pathsIn>

const allowed = suite('an identity')

/** What each identity may do in the first subscription; ARM's refusals are told apart. */
interface Attempt {
  readonly as: string
  readonly what: (paths: Paths) => readonly [method: string, path: string, body?: unknown]
  readonly code?: string
}
const approved = { properties: { privateLinkServiceConnectionState: { status: 'Approved' } } }
const attempts: Readonly<Record<string, Attempt>> = {
  'owner reads': { as: 'owner', what: (paths) => ['GET', paths.endpoint('one')] },
  'network reads endpoints': { as: 'network', what: (paths) => ['GET', paths.endpoint('one')] },
  'network reads servers': { as: 'network', what: (paths) => ['GET', paths.server('orders')] },
  'network makes a manual endpoint': {
    as: 'network',
    what: (paths) => [
      'PUT',
      paths.endpoint('new'),
      endpointBody(paths.subnet, paths.server('orders'), { manual: true }),
    ],
  },
  'network makes no automatic endpoint': {
    as: 'network',
    what: (paths) => [
      'PUT',
      paths.endpoint('new'),
      endpointBody(paths.subnet, paths.server('orders')),
    ],
    code: 'LinkedAuthorizationFailed',
  },
  'network stops no server': {
    as: 'network',
    what: (paths) => ['POST', `${paths.server('orders')}/stop`],
    code: 'AuthorizationFailed',
  },
  'network approves nothing': {
    as: 'network',
    what: (paths) => [
      'PUT',
      `${paths.server('orders')}/privateEndpointConnections/one.x`,
      approved,
    ],
    code: 'AuthorizationFailed',
  },
  'database reads servers': { as: 'database', what: (paths) => ['GET', paths.server('orders')] },
  'database reads no endpoints': {
    as: 'database',
    what: (paths) => ['GET', paths.endpoint('one')],
    code: 'AuthorizationFailed',
  },
  'database makes no endpoints': {
    as: 'database',
    what: (paths) => [
      'PUT',
      paths.endpoint('new'),
      endpointBody(paths.subnet, paths.server('orders')),
    ],
    code: 'AuthorizationFailed',
  },
  'reader reads': { as: 'reader', what: (paths) => ['GET', paths.endpoint('one')] },
  'reader writes nothing': {
    as: 'reader',
    what: (paths) => ['DELETE', paths.endpoint('one')],
    code: 'AuthorizationFailed',
  },
  'unprivileged reads nothing': {
    as: 'unprivileged',
    what: (paths) => ['GET', paths.server('orders')],
    code: 'AuthorizationFailed',
  },
  'unprivileged is not told what does not exist': {
    as: 'unprivileged',
    what: (paths) => ['GET', paths.endpoint('absent')],
    code: 'AuthorizationFailed',
  },
  'vendor cannot read the server': {
    as: 'vendor',
    what: (paths) => ['GET', paths.server('orders')],
    code: 'InvalidAuthenticationTokenTenant',
  },
}
for (const [sentence, { as, what, code }] of Object.entries(attempts)) {
  allowed(sentence, () =>
    inAzure({}, async (azure) => {
      const paths = await makeWorld(azure)
      await azure.owner.done(
        'PUT',
        paths.endpoint('one'),
        endpointBody(paths.subnet, paths.server('orders')),
      )
      const [method, path, body] = what(paths)
      const reply = await (await azure.as(as)).send(method, path, body)
      assert.is(reply.code, code, JSON.stringify(reply.body))
      if (code === 'InvalidAuthenticationTokenTenant') assert.is(reply.status, 401)
      else assert.is(reply.status >= 300, code !== undefined)
    }),
  )
}

allowed('that lacks a role is told the action and the scope', () =>
  inAzure({}, async (azure) => {
    const paths = await makeWorld(azure)
    const { clientId, objectId } = azure.simulator.identity('unprivileged')
    const reply = await (await azure.as('unprivileged')).get(paths.endpoint('one'))
    assert.is(reply.status, 403)
    assert.is(
      reply.body.error.message,
      `The client '${clientId}' with object id '${objectId}' does not have authorization to perform action 'Microsoft.Network/privateEndpoints/read' over scope '${paths.endpoint('one')}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    )
  }),
)

allowed('that may not approve is told so when it asks for automatic approval', () =>
  inAzure({}, async (azure) => {
    const paths = await makeWorld(azure)
    const { clientId, objectId } = azure.simulator.identity('network')
    const body = endpointBody(paths.subnet, paths.server('orders'))
    const reply = await (await azure.as('network')).put(paths.endpoint('one'), body)
    assert.is(
      reply.body.error.message,
      `The client '${clientId}' with object id '${objectId}' has permission to perform action 'Microsoft.Network/privateEndpoints/write' on scope '${paths.endpoint('one')}'; however, it does not have permission to perform action(s) 'PrivateEndpointConnectionsApproval/action' on the linked scope(s) '${paths.server('orders')}' (respectively) or the linked scope(s) are invalid.`,
    )
    const list = await azure.owner.get(`${paths.server('orders')}/privateEndpointConnections`)
    assert.equal(list.body.value, [])
  }),
)

allowed('that administers databases approves what the network administrator asked for', () =>
  inAzure({}, async (azure) => {
    const paths = await makeWorld(azure)
    const [network, database] = [await azure.as('network'), await azure.as('database')]
    await network.done(
      'PUT',
      paths.endpoint('one'),
      endpointBody(paths.subnet, paths.server('orders'), { manual: true }),
    )
    const [found] = (await database.get(`${paths.server('orders')}/privateEndpointConnections`))
      .body.value
    assert.is((await database.done('PUT', found.id, approved)).body.status, 'Succeeded')
    azure.simulator.advance(10)
    const [connection] = (await network.get(paths.endpoint('one'))).body.properties
      .manualPrivateLinkServiceConnections
    assert.is(connection.properties.privateLinkServiceConnectionState.status, 'Approved')
  }),
)
allowed.run()

const tenants = suite('another tenant')

async function vendorAsks(azure: Azure, manual: boolean) {
  const paths = await makeWorld(azure)
  const vendor = await azure.as('vendor')
  const theirs = pathsIn(azure.vendor, 'theirs')
  await vendor.put(theirs.group, { location: 'westeurope' })
  await vendor.done('PUT', theirs.network, {
    location: 'westeurope',
    properties: {
      addressSpace: { addressPrefixes: ['10.9.0.0/16'] },
      subnets: [{ name: 'apps', properties: { addressPrefix: '10.9.0.0/24' } }],
    },
  })
  const body = endpointBody(theirs.subnet, paths.server('orders'), { manual })
  return { paths, theirs, vendor, reply: await vendor.put(theirs.endpoint('dbt'), body) }
}

tenants('asks for a connection knowing only the id, and is seen by where it asks from', () =>
  inAzure({}, async (azure) => {
    const { paths, theirs, vendor, reply } = await vendorAsks(azure, true)
    assert.is(reply.status, 201)
    azure.simulator.advance(60)
    const [found] = (await azure.owner.get(`${paths.server('orders')}/privateEndpointConnections`))
      .body.value
    assert.match(found.name, /^dbt\./)
    assert.is(found.properties.privateEndpoint.id, theirs.endpoint('dbt'))
    assert.is(
      (await azure.owner.get(theirs.endpoint('dbt'))).code,
      'InvalidAuthenticationTokenTenant',
    )
    await azure.owner.done('PUT', found.id, approved)
    azure.simulator.advance(10)
    const [connection] = (await vendor.get(theirs.endpoint('dbt'))).body.properties
      .manualPrivateLinkServiceConnections
    assert.is(connection.properties.privateLinkServiceConnectionState.status, 'Approved')
  }),
)

tenants('cannot approve its own request', () =>
  inAzure({}, async (azure) => {
    assert.is((await vendorAsks(azure, false)).reply.code, 'LinkedAuthorizationFailed')
  }),
)

tenants('sees its own subscriptions only', () =>
  inAzure({}, async (azure) => {
    const ids = async (name: string): Promise<readonly string[]> => {
      const list: readonly Loose[] = (await (await azure.as(name)).get('/subscriptions')).body.value
      return list.map(({ id }) => id)
    }
    assert.equal(await ids('owner'), [azure.production, azure.shared])
    assert.equal(await ids('network'), [azure.production])
    assert.equal(await ids('vendor'), [azure.vendor])
    assert.equal(await ids('unprivileged'), [])
  }),
)
tenants.run()

const roles = suite('roles')

const assignmentAt = (scope: string, name = '11111111-1111-4111-8111-111111111111') =>
  `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`

async function definitionOf(azure: Azure, roleName: string): Promise<string> {
  const filter = encodeURIComponent(`roleName eq '${roleName}'`)
  const path = `${azure.production}/providers/Microsoft.Authorization/roleDefinitions?$filter=${filter}`
  const [found] = (await azure.owner.get(path)).body.value
  return found.id
}

roles('take effect after a while, and end after a while', () =>
  inAzure({ lag: { get: 0, list: 0, role: 300 } }, async (azure) => {
    const paths = await makeWorld(azure)
    const unprivileged = await azure.as('unprivileged')
    const properties = {
      roleDefinitionId: await definitionOf(azure, 'Reader'),
      principalId: azure.simulator.identity('unprivileged').objectId,
      principalType: 'ServicePrincipal',
    }
    const assignment = assignmentAt(paths.group)
    assert.is((await azure.owner.put(assignment, { properties })).status, 201)
    assert.is((await azure.owner.put(assignment, { properties })).code, 'RoleAssignmentExists')
    assert.is((await unprivileged.get(paths.server('orders'))).status, 403)
    azure.simulator.advance(301)
    assert.is((await unprivileged.get(paths.server('orders'))).status, 200)
    assert.is(
      (await unprivileged.get(`${azure.production}/providers/Microsoft.Network/virtualNetworks`))
        .status,
      403,
      'not above its scope',
    )
    const groups = (await unprivileged.get(`${azure.production}/resourceGroups`)).body.value
    assert.is(groups.length, 1)
    assert.is((await azure.owner.remove(assignment)).status, 200)
    assert.is((await unprivileged.get(paths.server('orders'))).status, 200)
    azure.simulator.advance(301)
    assert.is((await unprivileged.get(paths.server('orders'))).status, 403)
  }),
)

roles("are a tenant's own as well, with actions taken away from actions", () =>
  inAzure({}, async (azure) => {
    const paths = await makeWorld(azure)
    const name = '22222222-2222-4222-8222-222222222222'
    const definition = `${azure.production}/providers/Microsoft.Authorization/roleDefinitions/${name}`
    const permissions = [
      {
        actions: [
          'Microsoft.Network/*',
          'Microsoft.DBforPostgreSQL/flexibleServers/privateEndpointConnectionsApproval/action',
        ],
        notActions: ['Microsoft.Network/privateEndpoints/delete'],
      },
    ]
    const role = { roleName: 'Endpoints', assignableScopes: [azure.production], permissions }
    assert.is((await azure.owner.put(definition, { properties: role })).status, 201)
    const principalId = azure.simulator.identity('unprivileged').objectId
    await azure.owner.put(assignmentAt(azure.production), {
      properties: { roleDefinitionId: definition, principalId },
    })
    const endpoints = await azure.as('unprivileged')
    const body = endpointBody(paths.subnet, paths.server('orders'))
    assert.is((await endpoints.done('PUT', paths.endpoint('one'), body)).body.status, 'Succeeded')
    assert.is((await endpoints.remove(paths.endpoint('one'))).code, 'AuthorizationFailed')
    assert.is((await azure.owner.remove(definition)).code, 'RoleDefinitionHasAssignments')
  }),
)

roles('are given by owners only, and to principals of the tenant', () =>
  inAzure({}, async (azure) => {
    const properties = {
      roleDefinitionId: await definitionOf(azure, 'Owner'),
      principalId: azure.simulator.identity('network').objectId,
    }
    const network = await azure.as('network')
    assert.is(
      (await network.put(assignmentAt(azure.production), { properties })).code,
      'AuthorizationFailed',
    )
    const stranger = { ...properties, principalId: azure.simulator.identity('vendor').objectId }
    assert.is(
      (await azure.owner.put(assignmentAt(azure.production), { properties: stranger })).code,
      'PrincipalNotFound',
    )
  }),
)

roles('of approval are asked for beside the right to write a connection', () =>
  inAzure({}, async (azure) => {
    const paths = await makeWorld(azure)
    const body = endpointBody(paths.subnet, paths.server('orders'), { manual: true })
    await azure.owner.done('PUT', paths.endpoint('one'), body)
    const name = '44444444-4444-4444-8444-444444444444'
    const definition = `${azure.production}/providers/Microsoft.Authorization/roleDefinitions/${name}`
    const actions = [
      '*/read',
      'Microsoft.DBforPostgreSQL/flexibleServers/privateEndpointConnections/write',
    ]
    const role = {
      roleName: 'No approval',
      assignableScopes: [azure.production],
      permissions: [{ actions }],
    }
    await azure.owner.put(definition, { properties: role })
    const principalId = azure.simulator.identity('unprivileged').objectId
    await azure.owner.put(assignmentAt(azure.production), {
      properties: { roleDefinitionId: definition, principalId },
    })
    const writer = await azure.as('unprivileged')
    const [found] = (await writer.get(`${paths.server('orders')}/privateEndpointConnections`)).body
      .value
    assert.is((await writer.put(found.id, approved)).code, 'LinkedAuthorizationFailed')
    const rejected = { properties: { privateLinkServiceConnectionState: { status: 'Rejected' } } }
    assert.is((await writer.put(found.id, rejected)).status, 202)
  }),
)

roles('of linked resources are asked for: subnet, zone, network', () =>
  inAzure({}, async (azure) => {
    const paths = await makeWorld(azure)
    const name = '33333333-3333-4333-8333-333333333333'
    const definition = `${azure.production}/providers/Microsoft.Authorization/roleDefinitions/${name}`
    const actions = [
      '*/read',
      'Microsoft.Network/privateEndpoints/*',
      'Microsoft.Network/privateDnsZones/virtualNetworkLinks/write',
    ]
    const role = {
      roleName: 'No joins',
      assignableScopes: [azure.production],
      permissions: [{ actions }],
    }
    await azure.owner.put(definition, { properties: role })
    const principalId = azure.simulator.identity('unprivileged').objectId
    await azure.owner.put(assignmentAt(azure.production), {
      properties: { roleDefinitionId: definition, principalId },
    })
    await azure.owner.done('PUT', paths.zone, { location: 'global' })
    await azure.owner.done(
      'PUT',
      paths.endpoint('one'),
      endpointBody(paths.subnet, paths.server('orders')),
    )
    const joiner = await azure.as('unprivileged')
    const zones = {
      privateDnsZoneConfigs: [{ name: 'c', properties: { privateDnsZoneId: paths.zone } }],
    }
    const link = { registrationEnabled: false, virtualNetwork: { id: paths.network } }
    const manual = endpointBody(paths.subnet, paths.server('orders'), { manual: true })
    const tries = [
      [paths.endpoint('two'), manual, 'Microsoft.Network/virtualNetworks/subnets/join/action'],
      [
        paths.zoneGroup('one'),
        { properties: zones },
        'Microsoft.Network/privateDnsZones/join/action',
      ],
      [
        paths.link('vnet'),
        { location: 'global', properties: link },
        'Microsoft.Network/virtualNetworks/join/action',
      ],
    ] as const
    for (const [path, body, action] of tries) {
      const reply = await joiner.put(path, body)
      assert.is(reply.code, 'LinkedAuthorizationFailed')
      assert.ok(reply.body.error.message.includes(`'${action}'`), reply.body.error.message)
    }
  }),
)
roles.run()
