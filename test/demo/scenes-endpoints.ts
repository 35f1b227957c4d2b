/** Scenes about a network administrator's own endpoints. */
import { kubectl, refused, until, untilAzure } from './acts.ts'
import { endpointId, serverId, zoneId } from './ids.ts'
import {
  apply,
  asNetworkAdmin,
  insist,
  type Scene,
  untilEndpointReady,
  untilSays,
} from './scene.ts'

export const automatic: Scene = {
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

export const fixed: Scene = {
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

export const stopped: Scene = {
  title: '(d) A server that is stopped',
  why: [
    'Azure refuses changes to the connections of a server that is not Ready. The operator does not try:',
    'the object says ServerNotReady. Then somebody starts the server (az postgres flexible-server start),',
    'and the object goes on by itself.',
  ],
  play: async (stage) => {
    await apply(stage, asNetworkAdmin, 'stopped-server.yaml')
    await untilSays(stage, 'archive', 'ServerNotReady')
    await stage.people.owner.must('POST', `${serverId('archive')}/start`)
    stage.screen.line('\n    in Azure: POST …/flexibleServers/archive/start')
    await untilEndpointReady(stage, 'archive')
  },
}

export const mistaken: Scene = {
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

export const removed: Scene = {
  title: '(h) An endpoint that is deleted',
  why: [
    'kubectl delete returns when the operator has seen that nothing is left in Azure: no endpoint, no',
    'network interface, no zone group, no record, no connection on the server.',
  ],
  play: async (stage) => {
    await apply(stage, asNetworkAdmin, 'temporary.yaml')
    const item = await untilEndpointReady(stage, 'sandbox')
    stage.screen.settle()
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
