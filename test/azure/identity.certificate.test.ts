/** Certificates in Secrets: they sign in, are rotated, and what is wrong with one is said without quoting it. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Certified, newCertificate } from './certified.ts'
import { IdentityWorld, secretOf, secretRef } from './identity.world.ts'

const test = suite<{ world: IdentityWorld }>('certificates in Secrets')
const hour = 3_600_000
const shop = secretRef('shop')

const [first, second] = await Promise.all([newCertificate(), newCertificate()])

test.before.each(async (context) => {
  const world = await IdentityWorld.start()
  context.world = world
  world.arm.simulator.credentials('reader', { certificates: [first.certificate] })
})
test.after.each(({ world }) => world?.stop())

function put(world: IdentityWorld, pem: string): void {
  const { AZURE_CLIENT_SECRET: _, ...rest } = secretOf(world.arm.simulator.identity('reader'))
  world.put('shop/pgpe-azure', { ...rest, AZURE_CLIENT_CERTIFICATE: pem })
}

const orders: readonly (readonly [string, (certified: Certified) => string])[] = [
  ['certificate first', ({ certificate, key }) => certificate + key],
  ['key first', ({ certificate, key }) => key + certificate],
  ['lines of Windows', ({ certificate, key }) => (key + certificate).replaceAll('\n', '\r\n')],
]
for (const [what, pem] of orders) {
  test(`signs in by its certificate: ${what}`, async ({ world }) => {
    put(world, pem(first))
    assert.is(await world.read(shop), 'present')
  })
}

test('a rotated certificate is taken at the next token, and the old one serves nobody', async ({
  world,
}) => {
  put(world, first.certificate + first.key)
  assert.is(await world.read(shop), 'present')
  world.arm.simulator.credentials('reader', { certificates: [second.certificate] })
  world.clock.pass(hour)
  assert.match(await world.read(shop), /^CredentialsUnavailable: .*AADSTS700027/)
  put(world, second.certificate + second.key)
  world.clock.pass(hour)
  assert.is(await world.read(shop), 'present')
})

const wrong: readonly (readonly [string, string, RegExp])[] = [
  ['no key', first.certificate, /holds no private key/],
  ['no certificate', first.key, /holds no certificate/],
  ['the key of another', first.certificate + second.key, /not that of its first certificate/],
  [
    'a damaged key',
    first.certificate + first.key.replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA'),
    /is damaged/,
  ],
  ['a damaged certificate', first.certificate.slice(0, 200) + first.key, /is damaged/],
  ['no PEM at all', 'C:\\certificate.pfx', /holds no private key/],
]
for (const [what, pem, says] of wrong) {
  test(`${what}: said plainly, without a word of it, and nobody is asked`, async ({ world }) => {
    put(world, pem)
    const said = await world.read(shop)
    assert.match(
      said,
      /^CredentialsUnavailable: Secret shop\/pgpe-azure: AZURE_CLIENT_CERTIFICATE /,
    )
    assert.match(said, says)
    for (const line of pem.split('\n').filter((each) => /^[A-Za-z0-9+/=]{16,}$/.test(each))) {
      assert.not.ok(said.includes(line), said)
    }
    assert.is(world.signIns(), 0)
  })
}

test.run()
