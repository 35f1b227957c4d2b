/**
 * Processes that share the work: one for each kind, or each for a part of the endpoints, with no more
 * rights than that takes. Each a process of its own, on a real API server and the simulated Azure.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { deadline } from '../runner/deadline.ts'
import { makeNamespace } from './api-server.ts'
import {
  armStatus,
  condition,
  type Context,
  decide,
  isReady,
  nothingForbidden,
  prepare,
  put,
  start,
} from './identity.world.ts'
import { path } from './manifests.ts'
import type { OperatorProcess } from './operator-process.ts'

const test = suite<Context>('processes that share the work')
prepare(test)

const ownerOf = ({ azure }: Context) => {
  const { tenantId, clientId, clientSecret } = azure.simulator.identity('owner')
  return {
    AZURE_TENANT_ID: tenantId,
    AZURE_CLIENT_ID: clientId,
    AZURE_CLIENT_SECRET: clientSecret,
  }
}

async function page(operator: OperatorProcess, name: string): Promise<string> {
  const { healthPort } = await operator.says('serving')
  return (await fetch(`http://127.0.0.1:${healthPort}${name}`)).text()
}

/** ARM types that it has written. */
const written = ({ log }: OperatorProcess): readonly string[] => [
  ...new Set(
    log
      .filter(({ msg, method }) => msg === 'azure-request' && method !== 'GET')
      .map(({ type }) => type),
  ),
]

const label = ({ server }: Context, namespace: string, name: string, shard: string) =>
  server.send(
    'PATCH',
    path('endpoint', namespace, name),
    { metadata: { labels: { shard } } },
    'merge-patch+json',
  )

test(
  'one process for endpoints, one for decisions: each does its part, and may do no more',
  deadline(180, async (context: Context) => {
    const { server } = context
    const namespace = await makeNamespace(server, 'kinds')
    const signIn = ownerOf(context)
    const serve = (kind: 'endpoints' | 'decisions') =>
      start(context, [namespace], ['--kinds', kind], { signIn, rights: { kind } })
    const endpoints = await serve('endpoints')
    await put(context, namespace, 'app', { approval: 'Manual' })
    const reason = async () => (await condition(context, namespace, 'app', 'Ready'))?.reason
    await endpoints.until(async () => (await reason()) === 'PendingApproval')
    await decide(context, namespace, 'app', {
      connections: { endpointRefs: [{ name: 'app', namespace }] },
    })
    assert.is(await condition(context, namespace, 'app', 'Ready', 'decision'), undefined)
    const waited = async () =>
      /^pgpe_pending_approval_oldest_seconds ([\d.]+)$/m.exec(
        await page(endpoints, '/metrics'),
      )?.[1]
    await endpoints.until(async () => Number(await waited()) > 0)

    const decisions = await serve('decisions')
    await decisions.until(() => isReady(context, namespace, 'app', 'decision'))
    await endpoints.until(() => isReady(context, namespace, 'app'))
    assert.is(await waited(), '0')
    const servers = 'Microsoft.DBforPostgreSQL/flexibleServers'
    assert.equal(written(decisions), [`${servers}/privateEndpointConnections`])
    assert.not.ok(written(endpoints).some((type) => type.startsWith(servers)))

    const told = await page(endpoints, '/metrics')
    assert.match(told, /^pgpe_objects\{kind="PostgresPrivateEndpoint"\} 1$/m)
    assert.not.match(told, /^pgpe_(objects|workqueue_depth)\{kind="EndpointConnectionDecision"\}/m)
    assert.not.match(told, /^pgpe_decisions_gated /m)
    const other = await page(decisions, '/metrics')
    assert.match(other, /^pgpe_objects\{kind="EndpointConnectionDecision"\} 1$/m)
    assert.not.match(other, /^pgpe_objects\{kind="PostgresPrivateEndpoint"\}/m)
    assert.not.match(await page(endpoints, '/readyz'), /EndpointConnectionDecision/)
    for (const each of [endpoints, decisions]) nothingForbidden(each)
  }),
)

test(
  'a part of the endpoints each: by their labels as they are now, and none twice',
  deadline(180, async (context: Context) => {
    const { server } = context
    const namespace = await makeNamespace(server, 'shards')
    const signIn = ownerOf(context)
    const serve = (lease: string, selector: string) =>
      start(
        context,
        [namespace],
        ['--kinds', 'endpoints', '--endpoint-selector', selector, '--lease-name', lease],
        { signIn, rights: { kind: 'endpoints', lease } },
      )
    const left = await serve('left', 'shard=left')
    // Two of one server would ask for the same record.
    for (const name of ['first', 'second']) {
      await put(context, namespace, name, { dns: { mode: 'None' } })
    }
    await label(context, namespace, 'first', 'left')
    await left.until(() => isReady(context, namespace, 'first'))
    assert.is(await armStatus(context, 'second'), 404)
    assert.is(await condition(context, namespace, 'second', 'Ready'), undefined)

    const right = await serve('right', 'shard!=left')
    await right.until(() => isReady(context, namespace, 'second'))
    assert.equal(written(right).length, written(left).length)
    const visited = ({ log }: OperatorProcess, name: string) =>
      log.filter(({ msg, key }) => msg === 'visit' && key === `${namespace}/${name}`).length
    const [before, other] = [visited(left, 'first'), visited(right, 'first')]
    assert.is(other, 0)

    // It changes hands, and is deleted by whoever has it now.
    await label(context, namespace, 'first', 'right')
    await server.send('DELETE', path('endpoint', namespace, 'first'))
    await right.until(
      async () => (await server.send('GET', path('endpoint', namespace, 'first'))).status === 404,
    )
    assert.is(await armStatus(context, 'first'), 404)
    assert.is(visited(left, 'first'), before)
    assert.ok(visited(right, 'first') > 0)
    assert.match(
      await page(left, '/metrics'),
      /^pgpe_objects\{kind="PostgresPrivateEndpoint"\} 0$/m,
    )
    for (const each of [left, right]) nothingForbidden(each)
  }),
)

test.run()
