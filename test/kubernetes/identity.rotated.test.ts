/** A Secret that is rotated under a running operator: the next token is had by what it says then. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { deadline } from '../runner/deadline.ts'
import { makeNamespace } from './api-server.ts'
import {
  armStatus,
  condition,
  type Context,
  identityName,
  isGone,
  isReady,
  made,
  prepare,
  put,
  putSecret,
  ref,
  secretsPath,
  start,
} from './identity.world.ts'
import { path } from './manifests.ts'

const test = suite<Context>('a Secret that is rotated')
prepare(test)

const signIns = ({ azure }: Context, status: number): number =>
  azure.simulator
    .requests()
    .filter((row) => row.type === 'token' && row.status === status)
    .reduce((sum, { count }) => sum + count, 0)

test(
  'serves on: Azure refuses the old token, and the new secret is there',
  deadline(180, async (context: Context) => {
    const { server, azure } = context
    const namespace = await makeNamespace(server, 'identity')
    const owner = azure.simulator.identity('owner')
    await putSecret(server, namespace, owner)
    const operator = await start(context, [namespace])
    await put(context, namespace, 'rotated', ref('Secret'))
    await operator.until(() => isReady(context, namespace, 'rotated'))
    assert.is(signIns(context, 200), 1)

    azure.simulator.credentials('owner', { secrets: ['the-next-one'] })
    const stringData = { AZURE_CLIENT_SECRET: 'the-next-one' }
    const secret = `${secretsPath(namespace)}/${identityName}`
    await made(server.send('PATCH', secret, { stringData }, 'merge-patch+json'))
    // A token that is refused when young is not asked for anew: this takes half a minute.
    azure.simulator.faults([
      {
        match: { method: 'GET', type: 'Microsoft.Network/privateEndpoints' },
        rate: 1,
        effect: { kind: 'error', status: 401, code: 'ExpiredAuthenticationToken' },
      },
    ])
    await operator.until(async () => signIns(context, 200) === 2)
    azure.simulator.clearFaults()
    assert.is(signIns(context, 401), 0, 'the old secret was not tried')
    await operator.until(() => isReady(context, namespace, 'rotated'))
    assert.is(await condition(context, namespace, 'rotated', 'CredentialsUnavailable'), undefined)
    await server.send('DELETE', path('endpoint', namespace, 'rotated'))
    await operator.until(() => isGone(context, namespace, 'rotated'))
    assert.is(await armStatus(context, 'rotated'), 404)
  }),
)

test.run()
