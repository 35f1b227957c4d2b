/**
 * Rotation of what the operator's own process signs in with, and of a ServiceAccount's token: whatever is
 * there when the next token is needed is used, and what was there before serves nobody.
 */
import { generateKeyPairSync, sign, type JsonWebKey, type KeyObject } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { IdentityRef } from '../../operator/azure/port.ts'
import { newCertificate } from './certified.ts'
import { IdentityWorld } from './identity.world.ts'

interface Context {
  world: IdentityWorld
  directory: string
}

const test = suite<Context>('rotation')
const hour = 3_600_000
const operator: IdentityRef = { kind: 'operator' }
const account: IdentityRef = { kind: 'ServiceAccount', namespace: 'shop', name: 'pgpe-azure' }

test.before.each(async (context) => {
  context.world = await IdentityWorld.start()
  context.directory = mkdtempSync(join(tmpdir(), 'pgpe-rotation-'))
})
test.after.each(async ({ world, directory }) => {
  await world?.stop()
  rmSync(directory, { recursive: true })
})

/** The variables of the identity `reader`, without anything to sign in with. */
function named({ arm }: IdentityWorld): Readonly<Record<string, string>> {
  const { tenantId, clientId } = arm.simulator.identity('reader')
  const rest = Object.entries(arm.simulator.env).filter(([name]) => !/_(TENANT|CLIENT)_/.test(name))
  return { ...Object.fromEntries(rest), AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId }
}

test("the operator's certificate: the file is read at the next token, the old certificate serves nobody", async ({
  world,
  directory,
}) => {
  const [first, second] = [await newCertificate(), await newCertificate()]
  const path = join(directory, 'own.pem')
  world.azure({ environment: { ...named(world), AZURE_CLIENT_CERTIFICATE_PATH: path } })
  const { simulator } = world.arm
  simulator.credentials('reader', { secrets: [], certificates: [first.certificate] })
  writeFileSync(path, first.certificate + first.key)
  assert.is(await world.read(operator), 'present')
  simulator.credentials('reader', { certificates: [second.certificate] })
  assert.is(await world.read(operator), 'present', 'the token lives on')
  world.clock.pass(hour)
  assert.match(await world.read(operator), /^CredentialsUnavailable: .*AADSTS700027/)
  writeFileSync(path, second.certificate + second.key)
  world.clock.pass(hour)
  assert.is(await world.read(operator), 'present')
  rmSync(path)
  world.clock.pass(hour)
  assert.match(await world.read(operator), /^CredentialsUnavailable: /)
})

const issuer = 'https://kubernetes.example'
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

interface Signer {
  readonly kid: string
  readonly privateKey: KeyObject
  readonly jwk: JsonWebKey
}

function signer(kid: string): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { kid, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid } }
}

/** A token as the API server makes one for the account. */
function tokenBy({ kid, privateKey }: Signer, seconds: number): string {
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    ...{ iss: issuer, sub: 'system:serviceaccount:shop:pgpe-azure' },
    ...{ aud: ['api://AzureADTokenExchange'], iat: now, nbf: now, exp: now + seconds },
  }
  const text = `${part({ alg: 'RS256', typ: 'JWT', kid })}.${part(claims)}`
  return `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`
}

function trust({ arm }: IdentityWorld, ...signers: readonly Signer[]): void {
  const subject = 'system:serviceaccount:shop:pgpe-azure'
  const keys = signers.map(({ jwk }) => jwk)
  arm.simulator.credentials('reader', { secrets: [], federated: [{ issuer, subject, keys }] })
}

test('workload identity: the token that the kubelet writes anew is read, also after the issuer changed its keys', async ({
  world,
  directory,
}) => {
  const [first, second] = [signer('1'), signer('2')]
  const path = join(directory, 'token')
  world.azure({ environment: { ...named(world), AZURE_FEDERATED_TOKEN_FILE: path } })
  trust(world, first)
  writeFileSync(path, tokenBy(first, 600))
  assert.is(await world.read(operator), 'present')
  trust(world, second)
  world.clock.pass(hour)
  assert.match(await world.read(operator), /^CredentialsUnavailable: .*AADSTS/)
  writeFileSync(path, tokenBy(second, 600))
  world.clock.pass(hour)
  assert.is(await world.read(operator), 'present')
})

test("a ServiceAccount: a token of its own is asked for each of Azure's, and none is kept", async ({
  world,
}) => {
  const [first, second] = [signer('1'), signer('2')]
  let by = first
  let asked = 0
  const { clientId, tenantId } = world.arm.simulator.identity('reader')
  const annotations = new Map([
    ['azure.workload.identity/client-id', clientId],
    ['azure.workload.identity/tenant-id', tenantId],
  ])
  world.azure({
    requestToken: () => {
      asked += 1
      return Promise.resolve({ is: 'present', value: { token: tokenBy(by, 600), annotations } })
    },
  })
  trust(world, first)
  assert.is(await world.read(account), 'present')
  assert.is(await world.read(account), 'present')
  assert.is(asked, 1)
  trust(world, second)
  by = second
  world.clock.pass(hour)
  assert.is(await world.read(account), 'present')
  assert.is(asked, 2)
})

test.run()
