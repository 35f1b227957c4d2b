/** Scenes about requests: somebody asks, and a database administrator decides. */
import { labels } from '../../operator/api/group.ts'
import { isReady, kubectl, until, untilAzure, untilSome } from './acts.ts'
import { endpointId, subscriptions } from './ids.ts'
import type { Item } from './kubectl.ts'
import {
  apply,
  asDatabaseAdmin,
  asNetworkAdmin,
  insist,
  type Scene,
  untilEndpointReady,
  untilSays,
} from './scene.ts'
import { dbt, requestConnection, unknown } from './world.ts'

export const manual: Scene = {
  title: '(c) An endpoint that somebody else has to approve',
  why: [
    'Network and database administrators are different people here. The first one can only ask: the',
    'object says PendingApproval, which is neither ready nor failed. The second one approves, by an',
    'object of the other kind, and may not touch the endpoint.',
  ],
  play: async (stage) => {
    await apply(stage, asNetworkAdmin, 'manual.yaml')
    await untilSays(stage, 'ledger', 'PendingApproval')
    await apply(stage, asDatabaseAdmin, 'approve.yaml')
    await untilEndpointReady(stage, 'ledger')
    await until(stage, {
      kind: 'epcd',
      key: 'databases/approve-ledger',
      is: 'is Ready with one connection approved',
      holds: (item) => isReady(item) && item?.status?.approved === 1,
    })
  },
}

const isRowOf = (endpoint: string) => (item: Item) =>
  item.metadata.labels?.[labels.inbox] !== undefined &&
  item.status?.requester?.endsWith(`/${endpoint}`) === true

export const vendor: Scene = {
  title: '(e) A request from another company',
  why: [
    'dbt, whose own tenant nobody here can see into, asks for access to the server warehouse. An inbox',
    'keeps one row for each request that nobody has decided. The administrator finds the row by who asks,',
    'which Azure vouches for, and approves it by setting its action.',
  ],
  play: async (stage) => {
    await apply(stage, asDatabaseAdmin, 'inbox.yaml')
    await requestConnection(stage.azure, stage.people.vendor, dbt)
    stage.screen.line(`\n    in Azure, by the vendor: PUT …/privateEndpoints/${dbt.endpoint}`)
    const row = await untilSome(
      stage,
      'epcd',
      `a row of the inbox for ${dbt.endpoint}`,
      isRowOf(dbt.endpoint),
    )
    stage.screen.settle()
    insist(
      row.status?.requester === `${subscriptions.vendor}/${dbt.endpoint}`,
      "the row names the vendor's subscription",
    )
    const approve = JSON.stringify({
      spec: { action: 'Approve', description: 'Vendor contract 2026-17.' },
    })
    const { name } = row.metadata
    await kubectl(
      stage,
      ...['patch', 'epcd', name, '-n', 'databases', ...asDatabaseAdmin],
      ...['--type', 'merge', '-p', approve],
    )
    await until(stage, {
      kind: 'epcd',
      key: `databases/${name}`,
      is: 'is Ready and Approved',
      holds: (item) => isReady(item) && item?.status?.state === 'Approved',
    })
    const { body } = await stage.people.vendor.must('GET', endpointId('vendor', dbt.endpoint))
    const state = body.properties.manualPrivateLinkServiceConnections[0].properties
    insist(
      state.privateLinkServiceConnectionState.status === 'Approved',
      "the vendor's own endpoint says Approved",
    )
  },
}

export const unwanted: Scene = {
  title: '(f) A request that nobody wants',
  why: [
    'Its row in the inbox shows who asks: a subscription that nobody knows. A decision rejects whatever',
    'that subscription requests, now and later, with a description that its owner can read. The row goes:',
    'the request is decided.',
  ],
  play: async (stage) => {
    await requestConnection(stage.azure, stage.people.owner, unknown)
    stage.screen.line(`\n    in Azure, by somebody: PUT …/privateEndpoints/${unknown.endpoint}`)
    const row = await untilSome(
      stage,
      'epcd',
      `a row of the inbox for ${unknown.endpoint}`,
      isRowOf(unknown.endpoint),
    )
    stage.screen.settle()
    await apply(stage, asDatabaseAdmin, 'reject.yaml')
    await until(stage, {
      kind: 'epcd',
      key: 'databases/reject-unknown',
      is: 'is Ready with one connection rejected',
      holds: (item) => isReady(item) && item?.status?.rejected === 1,
    })
    await until(stage, {
      kind: 'epcd',
      key: `databases/${row.metadata.name}`,
      is: 'has gone',
      holds: (item) => item === undefined,
    })
    const { body } = await untilAzure(
      stage,
      endpointId('shared', unknown.endpoint),
      'is Rejected',
      (answer) => connectionStateOf(answer.body)?.status === 'Rejected',
    )
    stage.screen.line(`    what the requester reads: ${connectionStateOf(body)?.description}`)
  },
}

const connectionStateOf = (endpoint: any): { status: string; description: string } | undefined =>
  endpoint?.properties?.manualPrivateLinkServiceConnections?.[0]?.properties
    ?.privateLinkServiceConnectionState
