/** Identities from Secrets, against the simulator: when a Secret is read, what a change of it does, whom it serves. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeId } from '../../operator/azure/id.ts'
import { IdentityWorld, secretOf, secretRef } from './identity.world.ts'

const test = suite<{ world: IdentityWorld }>('identities from Secrets')
const minute = 60_000
const hour = 60 * minute
const shop = secretRef('shop')
const leaving = secretRef('shop', { leaving: true })

test.before.each(async (context) => {
  context.world = await IdentityWorld.start()
})
test.after.each(({ world }) => world?.stop())

const values = (world: IdentityWorld, name: string) => secretOf(world.arm.simulator.identity(name))
const put = (world: IdentityWorld, name: string, namespace = 'shop'): void =>
  world.put(`${namespace}/pgpe-azure`, values(world, name))

test('a Secret is read for a token, by its name, and not again while the token lives', async ({
  world,
}) => {
  put(world, 'reader')
  assert.is(await world.read(shop), 'present')
  assert.is(await world.read(shop), 'present')
  assert.equal(world.reads, ['shop/pgpe-azure'])
  assert.is(world.signIns(), 1)
})

test('a rotated secret is taken at the next token; a wrong one is said in the words of Entra, and mended within half a minute', async ({
  world,
}) => {
  put(world, 'reader')
  assert.is(await world.read(shop), 'present')
  world.arm.simulator.credentials('reader', { secrets: ['the-next-one'] })
  assert.is(await world.read(shop), 'present', 'the token lives on')
  world.clock.pass(hour)
  assert.match(await world.read(shop), /^CredentialsUnavailable: .*AADSTS7000215/)
  world.put('shop/pgpe-azure', {
    ...values(world, 'reader'),
    AZURE_CLIENT_SECRET: 'the-next-one',
  })
  world.clock.pass(minute / 2)
  assert.is(await world.read(shop), 'present')
})

test('Azure refuses a token: the Secret is read again, once, and the read goes again', async ({
  world,
}) => {
  put(world, 'reader')
  assert.is(await world.read(shop), 'present')
  world.arm.simulator.faults([
    {
      match: { method: 'GET', type: 'Microsoft.DBforPostgreSQL/flexibleServers' },
      times: 1,
      effect: { kind: 'error', status: 401, code: 'ExpiredAuthenticationToken' },
    },
  ])
  world.clock.pass(minute)
  assert.is(await world.read(shop), 'present')
  assert.is(world.reads.length, 2)
  assert.is(world.signIns(), 2)
})

test('a token that is refused again and again is asked for anew only so often', async ({
  world,
}) => {
  put(world, 'reader')
  await world.read(shop)
  world.arm.simulator.faults([
    {
      match: { method: 'GET', type: 'Microsoft.DBforPostgreSQL/flexibleServers' },
      rate: 1,
      effect: { kind: 'error', status: 401, code: 'InvalidAuthenticationToken' },
    },
  ])
  world.clock.pass(minute)
  for (let n = 0; n < 10; n += 1) {
    assert.match(await world.read(shop), /^InvalidAuthenticationToken: /)
  }
  assert.is(world.signIns(), 2)
})

test('a Secret that named the wrong application is mended within minutes, not when its token ends', async ({
  world,
}) => {
  put(world, 'unprivileged')
  assert.match(await world.read(shop), /^AuthorizationFailed: /)
  assert.match(await world.read(shop), /^AuthorizationFailed: /)
  assert.is(world.signIns(), 1, 'a young token is not doubted')
  put(world, 'reader')
  world.clock.pass(2 * minute)
  assert.is(await world.read(shop), 'present')
})

test('a refusal of one object does not cost the others their token while the directory is away', async ({
  world,
}) => {
  put(world, 'network')
  assert.is(await world.read(shop), 'present')
  world.secrets.set('shop/pgpe-azure', { is: 'unreadable', message: 'the API server is away' })
  world.arm.simulator.faults([
    {
      match: { method: 'GET', type: 'Microsoft.DBforPostgreSQL/flexibleServers' },
      times: 1,
      effect: { kind: 'error', status: 403, code: 'AuthorizationFailed' },
    },
  ])
  world.clock.pass(5 * minute)
  assert.is(await world.read(shop), 'present', 'it went again, with the token that there is')
  assert.is(await world.read(shop), 'present')
})

test('Secrets of one name in two namespaces are two identities: neither sees what the other sees', async ({
  world,
}) => {
  put(world, 'reader', 'shop')
  put(world, 'unprivileged', 'other')
  assert.is(await world.read(shop, hour), 'present')
  assert.match(await world.read(secretRef('other'), hour), /^AuthorizationFailed: /)
  assert.match(
    await world.read(secretRef('third'), hour),
    /Secret third\/pgpe-azure does not exist/,
  )
  assert.is(await world.read(shop, hour), 'present')
  assert.equal(
    new Set(world.observed.map(({ identity }) => identity)),
    new Set(['Secret shop/pgpe-azure', 'Secret other/pgpe-azure']),
  )
})

/** An hour in which what was seen is looked at again and again. */
async function livelyHour(world: IdentityWorld): Promise<void> {
  for (let minutes = 0; minutes < 60; minutes += 10) {
    world.clock.pass(10 * minute)
    assert.is(await world.read(shop, 3 * hour), 'present')
  }
}

test('another application behind the same Secret sees nothing of what the first saw', async ({
  world,
}) => {
  put(world, 'reader')
  assert.is(await world.read(shop), 'present')
  put(world, 'unprivileged')
  await livelyHour(world)
  assert.match(await world.read(shop), /^AuthorizationFailed: /)
  assert.match(await world.read(shop, 3 * hour), /^AuthorizationFailed: /)
})

test('the same application with another secret keeps what it saw', async ({ world }) => {
  put(world, 'reader')
  assert.is(await world.read(shop), 'present')
  world.arm.simulator.credentials('reader', { secrets: ['the-next-one'] })
  world.put('shop/pgpe-azure', {
    ...values(world, 'reader'),
    AZURE_CLIENT_SECRET: 'the-next-one',
  })
  await livelyHour(world)
  const other = makeId('server', world.serverId.subscriptionId, 'rg', 'billing')
  world.clock.pass(1)
  assert.is((await world.azure().as(shop).get(other, 0)).is, 'absent')
  assert.is(world.signIns(), 2)
  const before = world.observed.length
  assert.is(await world.read(shop, 3 * hour), 'present')
  assert.is(world.observed.length, before)
})

test('a Secret that goes before its objects: those that stay are told, those that leave are served', async ({
  world,
}) => {
  put(world, 'reader')
  assert.is(await world.read(shop), 'present')
  world.secrets.clear()
  world.clock.pass(hour)
  const gone = /^CredentialsUnavailable: Secret shop\/pgpe-azure does not exist\.$/
  assert.match(await world.read(shop), gone)
  assert.is(await world.read(leaving), 'present')
  world.clock.pass(3 * hour)
  assert.is(await world.read(leaving), 'present', 'it signs in anew for as long as it takes')
  assert.match(await world.read(shop, 9 * hour), gone, 'nobody else lives on it')
})

test('a Secret that may not be read any more serves those that leave as well', async ({
  world,
}) => {
  put(world, 'reader')
  assert.is(await world.read(shop), 'present')
  world.secrets.set('shop/pgpe-azure', { is: 'unreadable', message: 'secrets is forbidden' })
  world.clock.pass(hour)
  assert.match(await world.read(shop), /can't be read: secrets is forbidden/)
  assert.is(await world.read(leaving), 'present')
})

test('a Secret that says something else is what counts, for those that leave too', async ({
  world,
}) => {
  put(world, 'reader')
  assert.is(await world.read(shop), 'present')
  world.put('shop/pgpe-azure', { ...values(world, 'reader'), AZURE_CLIENT_SECRET: 'revoked' })
  world.clock.pass(hour)
  assert.match(await world.read(leaving), /AADSTS7000215/)
  world.put('shop/pgpe-azure', { AZURE_CLIENT_SECRET: 'alone' })
  world.clock.pass(minute)
  assert.match(await world.read(leaving), /lacks AZURE_CLIENT_ID/)
})

test('who never signed in has no last credential', async ({ world }) => {
  assert.match(await world.read(leaving), /does not exist/)
  assert.is(world.signIns(), 0)
})

test('what nobody names any more is forgotten: a namespace made again inherits no token', async ({
  world,
}) => {
  put(world, 'reader')
  assert.is(await world.read(shop), 'present')
  world.secrets.clear()
  assert.is(await world.read(shop), 'present', 'its token lives')
  world.azure().forget(shop)
  assert.match(await world.read(shop, hour), /does not exist/)
  assert.match(await world.read(leaving), /does not exist/)
})

test("the operator's own identity serves the namespaces that it is for, and asks nobody for others", async ({
  world,
}) => {
  world.azure({ operatorNamespaces: ['shop'] })
  assert.is(await world.read({ kind: 'operator', namespace: 'shop' }, hour), 'present')
  const signIns = world.signIns()
  for (const namespace of ['other', 'sho', 'shop2', '']) {
    const said = await world.read({ kind: 'operator', namespace }, hour)
    assert.match(said, /^CredentialsUnavailable: .* does not serve namespace /)
    assert.match(said, /spec\.identityRef.*--operator-identity-namespaces/)
  }
  assert.match(await world.read({ kind: 'operator' }, hour), /does not serve/)
  assert.is(world.signIns(), signIns)
})

test('without that setting it serves all', async ({ world }) => {
  assert.is(await world.read({ kind: 'operator', namespace: 'any' }), 'present')
})

test.run()
