/** Decisions and the identities they name: each kind of identity decides, and none but those of its namespace. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { newCertificate } from '../azure/certified.ts'
import { deadline } from '../runner/deadline.ts'
import { makeNamespace } from './api-server.ts'
import {
  condition,
  connectionStates,
  type Context,
  decide,
  federate,
  identityName,
  isReady,
  nothingForbidden,
  prepare,
  put,
  putAccount,
  putSecret,
  ref,
  request,
  start,
  unavailable,
} from './identity.world.ts'
import { manifest, path } from './manifests.ts'

const test = suite<Context>('identities of decisions')
prepare(test)

const connections = 'Microsoft.DBforPostgreSQL/flexibleServers/privateEndpointConnections'

/** What makes the identity `database` usable in the namespace. */
const ways: Readonly<
  Record<
    string,
    {
      readonly kind: 'Secret' | 'ServiceAccount'
      readonly give: (context: Context, namespace: string) => Promise<unknown>
    }
  >
> = {
  'the secret of a Secret': {
    kind: 'Secret',
    give: ({ server, azure }, namespace) =>
      putSecret(server, namespace, azure.simulator.identity('database')),
  },
  'the certificate of a Secret': {
    kind: 'Secret',
    give: async ({ server, azure }, namespace) => {
      const { certificate, key } = await newCertificate()
      azure.simulator.credentials('database', { certificates: [certificate] })
      const identity = azure.simulator.identity('database')
      await putSecret(server, namespace, identity, certificate + key)
    },
  },
  'a ServiceAccount that Azure trusts': {
    kind: 'ServiceAccount',
    give: async (context, namespace) => {
      await federate(context, namespace, 'database')
      await putAccount(context.server, namespace, context.azure.simulator.identity('database'))
    },
  },
}

for (const [what, { kind, give }] of Object.entries(ways)) {
  test(
    `decides by ${what}, and with nothing else`,
    deadline(120, async (context: Context) => {
      const namespace = await makeNamespace(context.server, 'identity')
      await give(context, namespace)
      const endpoint = await request(context, 'asks')
      const operator = await start(context, [namespace])
      const by = { connections: { privateEndpointIds: [endpoint] } }
      await decide(context, namespace, 'own', by)
      await decide(context, namespace, 'named', { ...by, ...ref(kind) })
      await operator.until(() => isReady(context, namespace, 'named', 'decision'))
      assert.equal(await connectionStates(context), { asks: 'Approved' })
      const wrote = operator.log.filter(
        (line) => line.type === connections && line.method === 'PUT',
      )
      assert.equal(
        wrote.map(({ identity }) => identity),
        [`${kind} ${namespace}/${identityName}`],
      )
      // The operator's own identity may nothing here, and its decision says so.
      assert.is((await condition(context, namespace, 'own', 'Ready', 'decision')).reason, 'Denied')
      nothingForbidden(operator)
    }),
  )
}

test(
  'an endpoint is made by the certificate of a Secret',
  deadline(120, async (context: Context) => {
    const { server, azure } = context
    const namespace = await makeNamespace(server, 'identity')
    const { certificate, key } = await newCertificate()
    azure.simulator.credentials('owner', { certificates: [certificate] })
    await putSecret(server, namespace, azure.simulator.identity('owner'), certificate + key)
    const operator = await start(context, [namespace])
    await put(context, namespace, 'by-certificate', ref('Secret'))
    await operator.until(() => isReady(context, namespace, 'by-certificate'))
    nothingForbidden(operator)
  }),
)

test(
  "a decision reaches no other namespace's identity, by whatever field",
  deadline(120, async (context: Context) => {
    const { server, azure } = context
    const [mine, theirs] = [
      await makeNamespace(server, 'identity'),
      await makeNamespace(server, 'identity'),
    ]
    const database = azure.simulator.identity('database')
    await federate(context, mine, 'database')
    await putSecret(server, mine, database)
    await putAccount(server, mine, database)
    // The account of that name is theirs, and Azure does not trust it.
    await putAccount(server, theirs, database)
    const by = { connections: { privateEndpointIds: [await request(context, 'asks')] } }
    const tries = {
      a: ref('Secret'),
      b: ref('ServiceAccount'),
      c: ref('Secret', `${mine}.${identityName}`),
      d: {},
    }
    const operator = await start(context, [theirs, mine], ['--operator-identity-namespaces', mine])
    for (const [name, identity] of Object.entries(tries)) {
      await decide(context, theirs, name, { ...by, ...identity })
    }
    const says = async (name: string, pattern: RegExp) =>
      assert.match(await unavailable(context, theirs, name, 'decision'), pattern)
    await says('a', new RegExp(`Secret ${theirs}/${identityName} does not exist`))
    await says('b', /AADSTS700213/)
    await says('c', /--identity-names allows only pgpe-azure/)
    await says('d', /does not serve namespace/)
    for (const name of [
      `../${mine}/secrets/${identityName}`,
      `${mine}/${identityName}`,
      '..',
      '',
    ]) {
      const spec = { identityRef: { kind: 'Secret', name } }
      const object = manifest('decision', theirs, { metadata: { name: 'e' }, spec })
      assert.is((await server.send('POST', path('decision', theirs), object)).status, 422, name)
    }
    const elsewhere = { identityRef: { kind: 'Secret', name: identityName, namespace: mine } }
    const object = manifest('decision', theirs, { metadata: { name: 'f' }, spec: elsewhere })
    const strict = `${path('decision', theirs)}?fieldValidation=Strict`
    assert.is((await server.send('POST', strict, object)).status, 400)
    assert.equal(
      operator.log.filter(({ msg }) => msg === 'azure-request'),
      [],
    )
    assert.equal(await connectionStates(context), { asks: 'Pending' })
    nothingForbidden(operator)
  }),
)

test.run()
