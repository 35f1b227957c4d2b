/**
 * Refusals that the write of a decision can meet: each is said in Azure's words, with what to do, and the
 * decision is carried out by itself once its cause is gone. By rule: the simulated Azure refuses, and
 * somebody lifts the cause through ARM. By fault: the code is put into the answer.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { WrittenDecisionSpec } from '../../operator/api/connection-decision.ts'
import { decision } from '../kit/decision.ts'
import { DecisionFlow } from './decision.world.ts'

const test = suite('a refused decision')

interface Refused {
  readonly reason: string
  readonly code: string
  readonly status: number
}
const answered =
  (reason: string, status: number) =>
  (code: string): Refused => ({ reason, code, status })

/** What Resource Manager and the server's provider answer to a PUT or DELETE of a connection. */
const faults: readonly Refused[] = [
  ...['SubscriptionRequestsThrottled', 'TooManyRequests'].map(answered('Throttled', 429)),
  ...['AuthorizationFailed', 'LinkedAuthorizationFailed'].map(answered('Denied', 403)),
  answered('Blocked', 403)('RequestDisallowedByPolicy'),
  ...['ScopeLocked', 'ReadOnlyDisabledSubscription', 'MissingSubscriptionRegistration'].map(
    answered('Blocked', 409),
  ),
  answered('Blocked', 400)('ServerStoppedError'),
  ...['ServerBusy', 'ServerIsBusy', 'ProvisioningServerBusy', 'ServerIsNotReady', 'Conflict'].map(
    answered('Retrying', 409),
  ),
  answered('Retrying', 412)('PreconditionFailed'),
  answered('Retrying', 500)('InternalServerError'),
  answered('Retrying', 504)('GatewayTimeout'),
  ...['InvalidParameterValue', 'BadRequest', 'InvalidRequestContent'].map(answered('Refused', 400)),
]

const type = 'Microsoft.DBforPostgreSQL/flexibleServers/privateEndpointConnections'

/** What people are to do. */
const remedies: Readonly<Record<string, string>> = {
  Denied: 'Grant it the role',
  Blocked: 'mend in Azure what its answer names. It is tried again.',
  Refused: 'change the spec as its answer asks',
  Retrying: 'It is tried again.',
  Throttled: 'It is tried again.',
}

/** From the decision's being made to its being carried out. */
async function play(
  flow: DecisionFlow,
  action: 'Approve' | 'Delete',
  { reason, code }: Refused,
  block: (serverId: string) => Promise<() => Promise<void> | void>,
): Promise<void> {
  const request = await flow.request('app')
  if (request === undefined) throw new Error('no connection')
  const lift = await block(flow.serverId)
  const connections: WrittenDecisionSpec['connections'] =
    action === 'Approve' ? { privateEndpointIds: [request.endpointId] } : { names: [request.name] }
  const { serverId } = flow
  const it = flow.cluster.apply(decision({ name: 'd', spec: { serverId, action, connections } }))
  flow.wakeAll()
  const ready = () => flow.cluster.of(it).status?.conditions?.find(({ type: of }) => of === 'Ready')
  await flow.until(
    `${code} is said`,
    () => ready()?.reason === reason && ready()!.message.includes(code),
  )
  assert.match(ready()?.message ?? '', remedies[reason] ?? '')
  const before = await flow.connectionOf(request.endpointId)
  assert.is(before?.status, 'Pending', 'nothing was done yet')
  await lift()
  // Even a refusal that only another spec can mend is tried again within the hour.
  const done = action === 'Approve' ? 'True/Approved' : 'True/Deleted'
  await flow.rest(4_000)
  await flow.until(`${code} is over`, () => flow.cluster.ready(it) === done)
  const after = await flow.connectionOf(request.endpointId)
  assert.is(after?.status, action === 'Approve' ? 'Approved' : undefined)
  assert.is(flow.cluster.of(it).metadata.generation, 1, 'nobody touched the decision')
}

async function inFlow(identity: string, run: (flow: DecisionFlow) => Promise<void>): Promise<void> {
  const flow = await DecisionFlow.start(identity)
  try {
    await run(flow)
  } finally {
    await flow.stop()
  }
}

for (const row of faults) {
  for (const action of ['Approve', 'Delete'] as const) {
    test(`${action}: ${row.code} is ${row.reason} by fault, said and overcome`, () =>
      inFlow('database', (flow) =>
        play(flow, action, row, async () => {
          const match = { method: action === 'Approve' ? 'PUT' : 'DELETE', type }
          const { code, status } = row
          flow.azure.simulator.faults([{ match, effect: { kind: 'error', status, code } }])
          return () => flow.azure.simulator.clearFaults()
        }),
      ))
  }
}

const root = (serverId: string): string => serverId.split('/').slice(0, 3).join('/')
const group = (serverId: string): string => serverId.split('/').slice(0, 5).join('/')

interface Rule extends Refused {
  readonly identity?: string
  readonly actions?: readonly ('Approve' | 'Delete')[]
  readonly block: (flow: DecisionFlow, serverId: string) => Promise<() => Promise<void>>
}
const both = ['Approve', 'Delete'] as const
const rules: readonly Rule[] = [
  {
    ...answered('Blocked', 409)('ScopeLocked'),
    block: async ({ azure: { owner } }, serverId) => {
      const lock = `${group(serverId)}/providers/Microsoft.Authorization/locks/keep`
      await owner.put(lock, { properties: { level: 'ReadOnly' } })
      return async () => void (await owner.remove(lock))
    },
  },
  {
    ...answered('Blocked', 409)('MissingSubscriptionRegistration'),
    block: async ({ azure: { owner } }, serverId) => {
      const provider = `${root(serverId)}/providers/Microsoft.DBforPostgreSQL`
      await owner.post(`${provider}/unregister`)
      return async () => void (await owner.post(`${provider}/register`))
    },
  },
  {
    ...answered('Blocked', 409)('ReadOnlyDisabledSubscription'),
    // A canceled subscription lets deletions pass.
    actions: ['Approve'],
    block: async ({ azure: { owner } }, serverId) => {
      const subscription = `${root(serverId)}/providers/Microsoft.Subscription`
      await owner.post(`${subscription}/cancel`)
      return async () => void (await owner.post(`${subscription}/enable`))
    },
  },
  {
    ...answered('Denied', 403)('AuthorizationFailed'),
    identity: 'network',
    block: async ({ azure: { owner, simulator } }, serverId) => {
      const name = '11111111-2222-4333-8444-555555555555'
      const assignment = `${serverId}/providers/Microsoft.Authorization/roleAssignments/${name}`
      const contributor = 'b24988ac-6180-42a0-ab88-20f7382dd24c'
      const properties = {
        roleDefinitionId: `${root(serverId)}/providers/Microsoft.Authorization/roleDefinitions/${contributor}`,
        principalId: simulator.identity('network').objectId,
      }
      return async () => void (await owner.put(assignment, { properties }))
    },
  },
]

for (const rule of rules) {
  for (const action of rule.actions ?? both) {
    test(`${action}: ${rule.code} is ${rule.reason} by rule, said and overcome`, () =>
      inFlow(rule.identity ?? 'database', (flow) =>
        play(flow, action, rule, (serverId) => rule.block(flow, serverId)),
      ))
  }
}

test.run()
