/** `spec.identityRef`: with whose rights an endpoint is made, and what becomes of it when they change. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeSite, makeStranger, Subject, type Site } from './endpoint.site.ts'
import { makeWorld, type World } from './endpoint.world.ts'

const test = suite('identityRef', {} as { world: World; site: Site })

test.before.each(async (context) => {
  // The operator's own identity may read, and no more.
  context.world = await makeWorld({ identity: 'reader' })
  context.site = await makeSite(context.world, context.world.arm)
})
test.after.each(({ world }) => world.stop())

const identityRef = { kind: 'Secret' as const, name: 'pgpe-azure' }
const dns = { mode: 'None' as const }

function put({ secrets, azure }: World, identity: string): void {
  const { tenantId, clientId, clientSecret } = azure.identity(identity)
  const value = new Map([
    ['AZURE_TENANT_ID', tenantId],
    ['AZURE_CLIENT_ID', clientId],
    ['AZURE_CLIENT_SECRET', clientSecret],
  ])
  secrets.set('pgpe-azure', { is: 'present', value })
}

test('the endpoint is made with the rights of the Secret, which the operator itself lacks', async ({
  world,
  site,
}) => {
  put(world, 'owner')
  const subject = new Subject(site, { dns, identityRef })
  await subject.settle()
  assert.is((await subject.shown()).properties.provisioningState, 'Succeeded')
})

test('without it the operator acts for itself, says what it may not, and takes the Secret once it is named', async ({
  world,
  site,
}) => {
  put(world, 'owner')
  const subject = new Subject(site, { dns })
  await subject.becomes('False/Denied')
  assert.equal(world.deeds, [])
  subject.change({ identityRef })
  await subject.settle()
  assert.equal(world.deeds, ['CreateEndpoint'])
})

test('a role that somebody takes away is said, nothing is lost, and it goes on when it is back', async ({
  world,
  site,
}) => {
  put(world, 'unprivileged')
  await makeStranger(world)
  const subject = new Subject(site, { dns, identityRef, tags: { team: 'data' } })
  await subject.settle()
  const id = subject.object.status?.privateEndpointId
  const role = `/subscriptions/${world.subscriptionId}/providers/Microsoft.Authorization/roleAssignments/11111111-1111-4111-8111-111111111111`
  await world.arm.delete(role)
  world.pass(900)
  await subject.becomes('False/Denied')
  assert.match(subject.message, 'AuthorizationFailed')
  assert.is(subject.object.status?.privateEndpointId, id)
  assert.equal(world.deeds, ['CreateEndpoint'])
  await makeStranger(world)
  await subject.becomes('True/Ready')
  await subject.rest()
  assert.equal(world.deeds, ['CreateEndpoint'])
})

test.run()
