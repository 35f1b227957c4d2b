/** The gate on a real API server: the policy as it is shipped opens it, and whatever weakens it closes it. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Gate, type PolicyState } from '../../operator/gate.ts'
import type { Transport } from '../../operator/kubernetes/call.ts'
import { findCredentials } from '../../operator/kubernetes/credentials.ts'
import { createTransport } from '../../operator/kubernetes/transport.ts'
import { decisionPolicy } from '../../operator/permissions.ts'
import { systemClock } from '../../operator/runtime/clock.ts'
import { harmlessChanges, policyChanges, type PolicyObjects } from '../kit/policy-changes.ts'
import { World } from '../kit/virtual-time.ts'
import { type ApiServer, connect, install, kubeconfigPath, until } from './api-server.ts'
import { kinds } from './manifests.ts'

interface Context {
  server: ApiServer
  transport: Transport
}

const test = suite<Context>('the gate')
const file = fileURLToPath(
  new URL('../../charts/pgpe-operator/grants/decisions.yaml', import.meta.url),
)
const admission = '/apis/admissionregistration.k8s.io/v1'
const paths = {
  policy: `${admission}/validatingadmissionpolicies/${decisionPolicy}`,
  binding: `${admission}/validatingadmissionpolicybindings/${decisionPolicy}`,
}

const kubectl = (...args: readonly string[]): string =>
  execFileSync(
    process.env['PGPE_TEST_KUBECTL'] ?? '',
    ['--kubeconfig', kubeconfigPath(), ...args, '-f', file],
    { encoding: 'utf8' },
  )

test.before(async (context) => {
  context.server = connect()
  await install(context.server, [kinds.endpoint.crd, kinds.decision.crd])
  const time = systemClock
  const environment = { KUBECONFIG: kubeconfigPath() }
  const credentials = await findCredentials({ environment, monotonic: () => time.monotonic() })
  const wire = { credentials, time, random: () => 0.5 }
  context.transport = createTransport({
    ...wire,
    userAgent: 'pgpe-operator/test',
    onAnswer: () => undefined,
  })
})
test.before.each(() => void kubectl('apply', '--server-side', '--force-conflicts'))
test.after.each(() => void kubectl('delete', '--ignore-not-found'))
test.after(async ({ transport, server }) => {
  await transport?.close()
  await server?.close()
})

/** What the gate sees at its first look. */
async function look({ transport }: Context): Promise<PolicyState & { readonly open: boolean }> {
  const seen: PolicyState[] = []
  const gate = new Gate({
    ...{ transport, clock: new World().clock(), allowUngated: false },
    onChange: (state) => void seen.push(state),
    onTrouble: (error) => assert.unreachable(String(error)),
  })
  await gate.start()
  const { open } = gate
  await gate.stop()
  const [state = { is: 'missing' }] = seen
  return { ...state, open }
}

/** Stores both objects as somebody changed them. */
async function change({ server }: Context, make: (objects: PolicyObjects) => void) {
  const read = async (where: string) => (await server.send('GET', where)).body
  const objects = { policy: await read(paths.policy), binding: await read(paths.binding) }
  make(objects)
  for (const key of ['policy', 'binding'] as const) {
    const answer = await server.send('PUT', paths[key], objects[key])
    assert.is(answer.status, 200, JSON.stringify(answer.body))
  }
}

test('opens with what is shipped, and closes when either object goes', async (context) => {
  assert.equal(await look(context), { is: 'in place', open: true })
  await context.server.send('DELETE', paths.binding)
  assert.equal(await look(context), { is: 'missing', open: false })
  kubectl('apply', '--server-side', '--force-conflicts')
  await context.server.send('DELETE', paths.policy)
  assert.equal(await look(context), { is: 'missing', open: false })
})

for (const [what, { make, says }] of Object.entries(policyChanges)) {
  test(`is closed by ${what}`, async (context) => {
    await change(context, make)
    const seen = await look(context)
    assert.is(seen.open, false)
    assert.match(seen.is === 'changed' ? seen.why : seen.is, says)
  })
}

for (const [what, make] of Object.entries(harmlessChanges)) {
  test(`is open with ${what}`, async (context) => {
    await change(context, make)
    assert.equal(await look(context), { is: 'in place', open: true })
  })
}

test('closes within a minute of the change, and opens with what mends it', async (context) => {
  const world = new World()
  const said: string[] = []
  const gate = new Gate({
    ...{ transport: context.transport, clock: world.clock(), allowUngated: false },
    onChange: ({ is }) => void said.push(is),
    onTrouble: (error) => assert.unreachable(String(error)),
  })
  await gate.start()
  const narrow = policyChanges['a binding for some namespaces']
  assert.ok(narrow)
  await change(context, narrow.make)
  await until(async () => {
    await world.pass(60_000)
    return !gate.open
  })
  kubectl('apply', '--server-side', '--force-conflicts')
  await change(context, ({ binding }) => delete binding.spec.matchResources)
  await until(async () => {
    await world.pass(60_000)
    return gate.open
  })
  await gate.stop()
  assert.equal(said, ['in place', 'changed', 'in place'])
})

test.run()
