/** Objects of both kinds from creation to deletion: who may change what, and when. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { causes } from './api-server.ts'
import { ids, kinds, manifest, path } from './manifests.ts'
import { at } from './rules.ts'
import { kindNames, patched, patchedStatus, prepare, store, type Context } from './stored.ts'

const test = suite<Context>('objects on an API server')

test.before((context) => prepare(context, 'crd-life'))
test.after(({ server }) => server?.close())

for (const kind of kindNames) {
  test(`${kind}: a new object is nobody's success`, async (context) => {
    const made = await store(context, kind, 'unseen')
    assert.equal(made.status, { observedGeneration: -1 })
  })

  test(`${kind}: a user's write leaves the status alone, and counts a generation only for the spec`, async (context) => {
    await store(context, kind, 'split')
    await patchedStatus(context, kind, 'split', at('status.server', 'orders'))
    const { body } = await patched(context, kind, 'split', {
      metadata: { labels: { a: 'b' } },
      status: { server: 'forged' },
    })
    assert.is(body.status.server, 'orders')
    assert.is(body.metadata.generation, 1)
    const changed = await patched(context, kind, 'split', at('spec.suspend', true))
    assert.is(changed.body.metadata.generation, 2)
  })

  test(`${kind}: conditions of several writers live side by side`, async (context) => {
    const { server, namespace } = context
    await store(context, kind, 'shared')
    const say = async (manager: string, type: string) => {
      const condition = {
        type, status: 'True', reason: 'Seen', message: '', observedGeneration: 1,
        lastTransitionTime: '2026-01-01T00:00:00Z',
      } // prettier-ignore
      const apply = {
        apiVersion: kinds[kind].apiVersion,
        kind: kinds[kind].kind,
        metadata: { name: 'shared', namespace },
        status: { conditions: [condition] },
      }
      const where = `${path(kind, namespace, 'shared')}/status?fieldManager=${manager}&force=true`
      const answer = await server.send('PATCH', where, apply, 'apply-patch+yaml')
      assert.equal(causes(answer), [])
      return answer.body
    }
    await say('one', 'Ready')
    const { status } = await say('two', 'Audited')
    assert.equal(status.conditions.map((c: any) => c.type).sort(), ['Audited', 'Ready'])
    const again = await say('two', 'Elsewhere')
    assert.equal(again.status.conditions.map((c: any) => c.type).sort(), ['Elsewhere', 'Ready'])
  })
}

test('a mistake is mended in place until the endpoint exists, and again once it is gone', async (context) => {
  await store(context, 'endpoint', 'mended')
  const change = (subnetId: string) =>
    patched(context, 'endpoint', 'mended', at('spec.subnetId', subnetId))
  const exists = (id: string | null) =>
    patchedStatus(context, 'endpoint', 'mended', at('status.privateEndpointId', id))

  assert.equal(causes(await change(ids.otherSubnet)), [])
  await exists(ids.privateEndpoint)
  const [refusal] = causes(await change(ids.subnet))
  assert.match(refusal?.message ?? '', 'CannotChangeSubnetOnExistingPrivateEndpoint')
  await exists(null)
  assert.equal(causes(await change(ids.subnet)), [])
})

test('what may change while the endpoint exists, may', async (context) => {
  await store(context, 'endpoint', 'held', at('spec.privateIPAddress', '10.0.1.10'))
  await patchedStatus(
    context,
    'endpoint',
    'held',
    at('status.privateEndpointId', ids.privateEndpoint),
  )
  const spec = {
    tags: { team: 'a' }, applicationSecurityGroupIds: [], driftPolicy: 'Report', deletionPolicy: 'Retain',
    managementPolicy: 'Observe', adoptionPolicy: 'IfMatching', recreatePolicy: 'OnServerRecreated', suspend: true,
    createResourceGroup: true, subnetNetworkPolicies: 'Disabled', dns: { mode: 'None' },
    identityRef: { kind: 'ServiceAccount', name: 'x' }, connectionInfo: { configMapName: 'x' },
  } // prettier-ignore
  assert.equal(causes(await patched(context, 'endpoint', 'held', { spec })), [])
})

test('an object whose endpoint exists can be deleted, and loses its finalizer', async (context) => {
  const held = { metadata: { name: 'let-go', finalizers: [kinds.endpoint.finalizer] } }
  const object = { ...manifest('endpoint', context.namespace), ...held }
  assert.equal(
    causes(await context.server.send('POST', path('endpoint', context.namespace), object)),
    [],
  )
  await patchedStatus(
    context,
    'endpoint',
    'let-go',
    at('status.privateEndpointId', ids.privateEndpoint),
  )
  await context.server.send('DELETE', path('endpoint', context.namespace, 'let-go'))
  const gone = await patched(context, 'endpoint', 'let-go', { metadata: { finalizers: null } })
  assert.is(gone.status, 200)
  const look = await context.server.send('GET', path('endpoint', context.namespace, 'let-go'))
  assert.is(look.status, 404)
})

test.run()
