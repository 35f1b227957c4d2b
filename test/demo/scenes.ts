/**
 * The scenes, top to bottom: what happens, why, and what has to come of it. People's part is played
 * here; the operator's never is.
 */
import { labels } from '../../operator/api/group.ts'
import { isReady, kubectl, readyReason, refused, until, untilAzure, untilSome } from './acts.ts'
import { endpointId, serverId, subscriptions, zoneId } from './ids.ts'
import type { Item } from './kubectl.ts'
import type { Stage } from './stage.ts'
import { dbt, requestConnection, unknown } from './world.ts'

export interface Scene {
  readonly title: string
  /** Plain words, a line each. */
  readonly why: readonly string[]
  readonly play: (stage: Stage) => Promise<void>
}

const examples = 'charts/pgpe-operator/examples'
const asNetworkAdmin = ['--as', 'network-admin']
const asDatabaseAdmin = ['--as', 'database-admin']

const apply = (stage: Stage, as: readonly string[], file: string): Promise<string> =>
  kubectl(stage, 'apply', ...as, '-f', `${examples}/${file}`)

const untilEndpointReady = (stage: Stage, name: string): Promise<Item | undefined> =>
  until(stage, {
    kind: 'pgpe',
    key: `network/${name}`,
    is: 'is Ready and Approved',
    holds: (item) => isReady(item) && item?.status?.connection?.state === 'Approved',
  })

/** Says so when something is otherwise than the operator reports it. */
function insist(holds: boolean, sentence: string): void {
  if (!holds) throw new Error(`this does not hold: ${sentence}`)
}

const automatic: Scene = {
  title: '(a) An endpoint that Azure approves at once',
  why: [
    "The operator's identity may approve connections on the server, so Azure needs nobody else. It picks a",
    'free address; the operator makes the private DNS zone, links it to the network, and has the name',
    'orders.postgres.database.azure.com lead to that address.',
  ],
  play: async (stage) => {
    await apply(stage, asNetworkAdmin, 'automatic.yaml')
    const item = await untilEndpointReady(stage, 'orders')
    const [address] = item?.status?.privateIPAddresses ?? []
    const record = await untilAzure(
      stage,
      `${zoneId}/A/orders`,
      'exists',
      ({ status }) => status === 200,
    )
    insist(
      record.body.properties.aRecords?.[0]?.ipv4Address === address,
      `the record in Azure leads to ${address}, the address in the object's status`,
    )
  },
}

const fixed: Scene = {
  title: '(b) A static address, tags, and a name for the network interface',
  why: [
    'The zone and its link are there by now and are used again. The address is the one in the manifest.',
  ],
  play: async (stage) => {
    await apply(stage, asNetworkAdmin, 'static-address.yaml')
    const item = await untilEndpointReady(stage, 'billing')
    insist(
      item?.status?.privateIPAddresses?.[0] === '10.1.1.50',
      'billing has the address 10.1.1.50',
    )
    const { body } = await stage.people.owner.must('GET', endpointId('production', 'billing'))
    insist(body.tags?.costCenter === 'finance', 'the tags of billing arrived in Azure')
  },
}

const manual: Scene = {
  title: '(c) An endpoint that somebody else has to approve',
  why: [
    'Network and database administrators are different people here. The first one can only ask: the',
    'object says PendingApproval, which is neither ready nor failed. The second one approves, in an',
    'object of his own kind, and cannot touch the first one.',
  ],
  play: async (stage) => {
    await apply(stage, asNetworkAdmin, 'manual.yaml')
    await until(stage, {
      kind: 'pgpe',
      key: 'network/ledger',
      is: 'says PendingApproval',
      holds: (item) => readyReason(item) === 'PendingApproval',
    })
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

const stopped: Scene = {
  title: '(d) A server that is stopped',
  why: [
    'Azure refuses changes to the connections of a server that is not Ready. The operator does not try:',
    'the object says ServerNotReady. Then somebody starts the server (az postgres flexible-server start),',
    'and the object goes on by itself.',
  ],
  play: async (stage) => {
    await apply(stage, asNetworkAdmin, 'stopped-server.yaml')
    await until(stage, {
      kind: 'pgpe',
      key: 'network/archive',
      is: 'says ServerNotReady',
      holds: (item) => readyReason(item) === 'ServerNotReady',
    })
    await stage.people.owner.must('POST', `${serverId('archive')}/start`)
    stage.screen.line('    in Azure: POST …/flexibleServers/archive/start')
    await untilEndpointReady(stage, 'archive')
  },
}

const isRowOf = (endpoint: string) => (item: Item) =>
  item.metadata.labels?.[labels.inbox] !== undefined &&
  item.status?.requester?.endsWith(`/${endpoint}`) === true

const vendor: Scene = {
  title: '(e) A request from another company',
  why: [
    'dbt, whose own tenant nobody here can see into, asks for access to the server warehouse. An inbox',
    'keeps one row for each request that nobody has decided. The administrator finds the row by who asks,',
    'which Azure vouches for, and approves it by setting its action.',
  ],
  play: async (stage) => {
    await apply(stage, asDatabaseAdmin, 'inbox.yaml')
    await requestConnection(stage.azure, stage.people.vendor, dbt)
    stage.screen.line(`    in Azure, by the vendor: PUT …/privateEndpoints/${dbt.endpoint}`)
    const row = await untilSome(
      stage,
      'epcd',
      `a row of the inbox for ${dbt.endpoint}`,
      isRowOf(dbt.endpoint),
    )
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

const unwanted: Scene = {
  title: '(f) A request that nobody wants',
  why: [
    'Its row in the inbox shows who asks: a subscription that nobody knows. A decision rejects whatever',
    'that subscription requests, now and later, with a description that its owner can read. The row goes:',
    'the request is decided.',
  ],
  play: async (stage) => {
    await requestConnection(stage.azure, stage.people.owner, unknown)
    stage.screen.line(`    in Azure, by somebody: PUT …/privateEndpoints/${unknown.endpoint}`)
    const row = await untilSome(
      stage,
      'epcd',
      `a row of the inbox for ${unknown.endpoint}`,
      isRowOf(unknown.endpoint),
    )
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

const mistaken: Scene = {
  title: '(g) A manifest that the API server refuses',
  why: [
    'What can be known to be wrong is refused at once, and never reaches the operator, let alone Azure.',
  ],
  play: async (stage) => {
    const message = await refused(stage, 'apply', ...asNetworkAdmin, '-f', 'test/demo/refused.yaml')
    insist(message.includes('spec.serverId'), "the refusal names the server's id")
    insist(message.includes('spec.privateIPAddress'), 'the refusal names the address')
  },
}

const removed: Scene = {
  title: '(h) An endpoint that is deleted',
  why: [
    'kubectl delete returns when the operator has seen that nothing is left in Azure: no endpoint, no',
    'network interface, no zone group, no record, no connection on the server.',
  ],
  play: async (stage) => {
    await apply(stage, asNetworkAdmin, 'temporary.yaml')
    const item = await untilEndpointReady(stage, 'sandbox')
    const left = [
      item?.status?.privateEndpointId,
      item?.status?.networkInterfaceId,
      item?.status?.dns?.zoneGroupId,
      `${zoneId}/A/sandbox`,
    ]
    const gone = until(stage, {
      kind: 'pgpe',
      key: 'network/sandbox',
      is: 'has gone',
      holds: (found) => found === undefined,
    })
    await Promise.all([
      kubectl(stage, 'delete', 'pgpe', 'sandbox', '-n', 'network', ...asNetworkAdmin),
      gone,
    ])
    for (const id of left) {
      if (id === undefined) throw new Error("the status named no id of the endpoint's parts")
      await untilAzure(stage, id, 'does not exist', ({ status }) => status === 404)
      stage.screen.line(`    in Azure: GET …/${id.split('/').slice(-2).join('/')} → 404 Not Found`)
    }
    await untilAzure(stage, serverId('sandbox'), 'has no connection', ({ body }) => {
      return (body?.properties?.privateEndpointConnections ?? []).length === 0
    })
    stage.screen.line('    in Azure: the server sandbox lists no private endpoint connection')
  },
}

export const scenes: readonly Scene[] = [
  automatic,
  fixed,
  manual,
  stopped,
  vendor,
  unwanted,
  mistaken,
  removed,
]
