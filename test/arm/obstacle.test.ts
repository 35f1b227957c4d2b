/** What stands around resources and forbids their writes: locks, policies, a canceled subscription, old names. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { endpointBody, inAzure, makeWorld, networkBody, pathsIn, serverBody } from './kit.ts'
import type { Loose } from './kit.ts'

const lockOf = (scope: string, name = 'keep'): string =>
  `${scope}/providers/Microsoft.Authorization/locks/${name}`
const locked = (level: string) => ({ properties: { level, notes: 'Ask Ada.' } })

const locks = suite('a lock')

locks('ReadOnly holds back writes and deletions at its scope and below, until it goes', () =>
  inAzure({}, async (azure) => {
    const paths = await makeWorld(azure)
    const { owner } = azure
    const body = endpointBody(paths.subnet, paths.server('orders'))
    assert.is((await owner.put(lockOf(paths.group), locked('ReadOnly'))).status, 201)
    const refused = await owner.put(paths.endpoint('one'), body)
    assert.is(refused.status, 409)
    assert.is(refused.code, 'ScopeLocked')
    assert.is(
      refused.body.error.message,
      `The scope '${paths.endpoint('one')}' cannot perform write operation because following scope(s) are locked: ` +
        `'${paths.group}'. Please remove the lock and try again.`,
    )
    assert.is((await owner.remove(paths.network)).code, 'ScopeLocked')
    assert.is((await owner.post(`${paths.server('orders')}/stop`)).code, 'ScopeLocked')
    assert.is((await owner.get(paths.network)).status, 200)
    assert.is((await owner.remove(lockOf(paths.group))).status, 200)
    assert.is((await owner.remove(lockOf(paths.group))).status, 204)
    assert.is((await owner.put(paths.endpoint('one'), body)).status, 201)
  }),
)

locks('CanNotDelete holds back the deletion of what it is on, below and above, and no write', () =>
  inAzure({}, async (azure) => {
    const paths = await makeWorld(azure)
    const { owner } = azure
    await owner.done(
      'PUT',
      paths.endpoint('one'),
      endpointBody(paths.subnet, paths.server('orders')),
    )
    await owner.put(lockOf(paths.endpoint('one')), locked('CanNotDelete'))
    const refused = await owner.remove(paths.endpoint('one'))
    assert.is(refused.code, 'ScopeLocked')
    assert.match(refused.body.error.message, 'cannot perform delete operation')
    assert.is((await owner.remove(paths.group)).code, 'ScopeLocked')
    const body = { ...endpointBody(paths.subnet, paths.server('orders')), tags: { a: 'b' } }
    assert.is((await owner.put(paths.endpoint('one'), body)).status, 200)
    const longer = pathsIn(azure.production, 'rg').endpoint('one-more')
    assert.is((await owner.remove(longer)).status, 204, 'a longer name is not below')
  }),
)

locks('is read, listed, and made by those whose role allows it', () =>
  inAzure({}, async (azure) => {
    const paths = await makeWorld(azure)
    const network = await azure.as('network')
    const { owner } = azure
    assert.is(
      (await network.put(lockOf(paths.group), locked('ReadOnly'))).code,
      'AuthorizationFailed',
    )
    assert.is((await owner.put(lockOf(paths.group), { properties: {} })).status, 400)
    await owner.put(lockOf(paths.group), locked('ReadOnly'))
    assert.is((await owner.put(lockOf(paths.group), locked('CanNotDelete'))).status, 200)
    const { body } = await owner.get(lockOf(paths.group))
    assert.equal(body.properties, { level: 'CanNotDelete', notes: 'Ask Ada.' })
    const all = await owner.get(`${azure.production}/providers/Microsoft.Authorization/locks`)
    assert.equal(
      all.body.value.map(({ id }: Loose) => id),
      [lockOf(paths.group)],
    )
    assert.is((await owner.get(lockOf(paths.group, 'other'))).code, 'LockNotFound')
  }),
)
locks.run()

const policies = suite('a policy')
const assignment = (scope: string): string =>
  `${scope}/providers/Microsoft.Authorization/policyAssignments/no-endpoints`
const notAllowed = (type: string, enforcementMode = 'Default') => ({
  properties: {
    displayName: 'No endpoints',
    enforcementMode,
    policyDefinitionId:
      '/providers/Microsoft.Authorization/policyDefinitions/6c112d4e-5bc7-47ae-a041-ea2d9dccd749',
    parameters: { listOfResourceTypesNotAllowed: { value: [type] } },
  },
})
const endpointType = 'Microsoft.Network/privateEndpoints'

policies('forbids what it names at its scope and below, from when it takes effect to its end', () =>
  inAzure({ lag: { get: 0, list: 0, role: 300 } }, async (azure) => {
    const { owner, simulator } = azure
    const paths = await makeWorld(azure)
    const put = (name: string) =>
      owner.put(
        paths.endpoint(name),
        endpointBody(paths.subnet, paths.server('orders'), { manual: true }),
      )
    assert.is((await owner.put(assignment(paths.group), notAllowed(endpointType))).status, 201)
    assert.is((await put('early')).status, 201)
    simulator.advance(301)
    const refused = await put('one')
    assert.is(refused.status, 403)
    assert.is(refused.code, 'RequestDisallowedByPolicy')
    assert.match(refused.body.error.message, "Resource 'one' was disallowed by policy.")
    assert.match(refused.body.error.message, assignment(paths.group))
    assert.is((await owner.put(paths.network, networkBody)).status, 200, 'other types may')
    assert.is((await owner.remove(assignment(paths.group))).status, 200)
    assert.is((await put('one')).code, 'RequestDisallowedByPolicy')
    simulator.advance(301)
    assert.is((await put('one')).status, 201)
  }),
)

policies(
  'that is not enforced forbids nothing; one that nobody has defined cannot be assigned',
  () =>
    inAzure({}, async (azure) => {
      const { owner } = azure
      const paths = await makeWorld(azure)
      const path = assignment(paths.group)
      await owner.put(path, notAllowed(endpointType, 'DoNotEnforce'))
      assert.is((await owner.get(path)).body.properties.enforcementMode, 'DoNotEnforce')
      const body = endpointBody(paths.subnet, paths.server('orders'))
      assert.is((await owner.put(paths.endpoint('one'), body)).status, 201)
      const unknown = { properties: { policyDefinitionId: '/providers/x/policyDefinitions/y' } }
      assert.is((await owner.put(path, unknown)).code, 'PolicyDefinitionNotFound')
      assert.is((await owner.remove(path)).status, 200)
      assert.is((await owner.get(path)).code, 'PolicyAssignmentNotFound')
    }),
)
policies.run()

const around = suite('an endpoint')

around('is not written in a subscription that was canceled, until that is enabled again', () =>
  inAzure({}, async (azure) => {
    const { owner, production } = azure
    const paths = await makeWorld(azure)
    const body = endpointBody(paths.subnet, paths.server('orders'))
    const turn = (to: string) => owner.post(`${production}/providers/Microsoft.Subscription/${to}`)
    assert.is((await turn('cancel')).status, 200)
    assert.is((await owner.get(production)).body.state, 'Disabled')
    const refused = await owner.put(paths.endpoint('one'), body)
    assert.is(refused.status, 409)
    assert.is(refused.code, 'ReadOnlyDisabledSubscription')
    assert.is((await owner.put(paths.server('more'), serverBody)).code, refused.code)
    assert.is((await owner.remove(paths.endpoint('one'))).status, 204, 'deletions may')
    const reader = await azure.as('reader')
    const denied = await reader.post(`${production}/providers/Microsoft.Subscription/enable`)
    assert.is(denied.code, 'AuthorizationFailed')
    assert.is((await turn('enable')).status, 200)
    assert.is((await owner.put(paths.endpoint('one'), body)).status, 201)
  }),
)

around('is not made in a US Government subnet whose policies are enabled', () =>
  inAzure({}, async (azure) => {
    const { owner } = azure
    const paths = await makeWorld(azure)
    const network = paths.network.replace('/vnet', '/far')
    const subnet = (privateEndpointNetworkPolicies: string) => ({
      properties: { addressPrefix: '10.1.0.0/24', privateEndpointNetworkPolicies },
    })
    await owner.done('PUT', network, { ...networkBody, location: 'usgovvirginia' })
    await owner.done('PUT', `${network}/subnets/apps`, subnet('Enabled'))
    const body = {
      ...endpointBody(`${network}/subnets/apps`, paths.server('orders')),
      location: 'usgovvirginia',
    }
    const refused = await owner.put(paths.endpoint('far'), body)
    assert.is(refused.code, 'PrivateEndpointCannotBeCreatedInSubnetThatHasNetworkPoliciesEnabled')
    await owner.done('PUT', `${network}/subnets/apps`, subnet('Disabled'))
    assert.is((await owner.put(paths.endpoint('far'), body)).status, 201)
  }),
)

around('leaves its name taken for a while, where that is asked for', () =>
  inAzure({ lag: { name: 1200 } }, async (azure) => {
    const { owner, simulator } = azure
    const paths = await makeWorld(azure)
    const body = endpointBody(paths.subnet, paths.server('orders'))
    await owner.done('PUT', paths.endpoint('one'), body)
    await owner.done('DELETE', paths.endpoint('one'))
    simulator.advance(10)
    assert.is((await owner.get(paths.endpoint('one'))).code, 'ResourceNotFound')
    assert.is((await owner.put(paths.endpoint('one'), body)).code, 'PrivateEndpointAlreadyExists')
    simulator.advance(1200)
    assert.is((await owner.put(paths.endpoint('one'), body)).status, 201)
  }),
)
around.run()
