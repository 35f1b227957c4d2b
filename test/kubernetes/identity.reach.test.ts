/** Whom an identity of a namespace serves: its own objects to the end, nobody else, by whatever name. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeNamespace, until } from './api-server.ts'
import {
  armStatus,
  type Context,
  federate,
  identityName,
  isGone,
  isReady,
  nothingForbidden,
  prepare,
  put,
  putAccount,
  putSecret,
  ref,
  start,
  unavailable,
} from './identity.world.ts'
import { manifest, path } from './manifests.ts'

const test = suite<Context>('identities of namespaces')
prepare(test)

test('a Secret of the namespace: an endpoint comes and goes', async (context) => {
  const { server, azure } = context
  const namespace = await makeNamespace(server, 'identity')
  await putSecret(server, namespace, azure.simulator.identity('owner'))
  const operator = await start(context, [namespace])
  await put(context, namespace, 'by-secret', ref('Secret'))
  await until(() => isReady(context, namespace, 'by-secret'))
  await server.send('DELETE', path('endpoint', namespace, 'by-secret'))
  await until(() => isGone(context, namespace, 'by-secret'))
  assert.is(await armStatus(context, 'by-secret'), 404)
  nothingForbidden(operator)
})

test('a ServiceAccount that Azure trusts: an endpoint comes and goes, and nobody else is that account', async (context) => {
  const { server, azure } = context
  const [mine, theirs] = [
    await makeNamespace(server, 'identity'),
    await makeNamespace(server, 'identity'),
  ]
  const owner = azure.simulator.identity('owner')
  await federate(context, mine)
  await putAccount(server, mine, owner)
  await putAccount(server, theirs, owner)
  const operator = await start(context, [mine, theirs])
  await put(context, theirs, 'stolen', ref('ServiceAccount'))
  assert.match(await unavailable(context, theirs, 'stolen'), /AADSTS700213/)
  await put(context, mine, 'by-account', ref('ServiceAccount'))
  await until(() => isReady(context, mine, 'by-account'))
  assert.is(await armStatus(context, 'stolen'), 404)
  const identities = operator.log.filter(({ msg }) => msg === 'azure-request')
  assert.equal(
    new Set(identities.map(({ identity }) => identity)),
    new Set([`ServiceAccount ${mine}/${identityName}`]),
  )
  await server.send('DELETE', path('endpoint', mine, 'by-account'))
  await until(() => isGone(context, mine, 'by-account'))
  // Azure was never asked for it: nothing keeps it.
  await server.send('DELETE', path('endpoint', theirs, 'stolen'))
  await until(() => isGone(context, theirs, 'stolen'))
  nothingForbidden(operator)
})

test("another namespace's identity is out of reach, by whatever name", async (context) => {
  const { server, azure } = context
  const [mine, theirs] = [
    await makeNamespace(server, 'identity'),
    await makeNamespace(server, 'identity'),
  ]
  await putSecret(server, mine, azure.simulator.identity('owner'))
  await putAccount(server, mine, azure.simulator.identity('owner'))
  const operator = await start(
    context,
    [theirs, mine],
    [...['--operator-identity-namespaces', mine]],
  )
  await put(context, theirs, 'a', ref('Secret'))
  await put(context, theirs, 'b', ref('ServiceAccount'))
  await put(context, theirs, 'c', ref('Secret', 'other'))
  await put(context, theirs, 'd', ref('ServiceAccount', `${mine}.${identityName}`))
  await put(context, theirs, 'e')
  const says = async (name: string, pattern: RegExp) =>
    assert.match(await unavailable(context, theirs, name), pattern)
  await says('a', new RegExp(`Secret ${theirs}/pgpe-azure does not exist`))
  await says('b', new RegExp(`ServiceAccount ${theirs}/pgpe-azure does not exist`))
  await says('c', /--identity-names allows only pgpe-azure: use such a name/)
  await says('d', /--identity-names allows only pgpe-azure: use such a name/)
  await says('e', /does not serve namespace .* spec\.identityRef.*--operator-identity-namespaces/)
  for (const name of [`../${mine}/secrets/${identityName}`, `${mine}/${identityName}`, '..', '']) {
    const { paths } = context
    const common = { serverId: paths.server('orders'), subnetId: paths.subnet, resourceGroup: 'rg' }
    const spec = { ...common, identityRef: { kind: 'Secret', name } }
    const object = manifest('endpoint', theirs, { metadata: { name: 'f' }, spec })
    assert.is((await server.send('POST', path('endpoint', theirs), object)).status, 422, name)
  }
  const elsewhere = { kind: 'Secret', name: identityName, namespace: mine }
  const object = manifest('endpoint', theirs, { spec: { identityRef: elsewhere } })
  const strict = `${path('endpoint', theirs)}?fieldValidation=Strict`
  assert.is((await server.send('POST', strict, object)).status, 400)
  assert.equal(
    operator.log.filter(({ msg }) => msg === 'azure-request'),
    [],
  )
  assert.not.ok(azure.simulator.requests().some(({ type }) => type === 'token'))
  nothingForbidden(operator)
})

test.run()
