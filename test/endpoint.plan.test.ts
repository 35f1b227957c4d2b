/** What the plan decides, a sentence a row: the world at rest, and what is different in it. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { present } from '../operator/azure/observed.ts'
import { formatId } from '../operator/azure/id.ts'
import { plan } from '../operator/endpoint/plan.ts'
import {
  begunStatus,
  guid,
  ids,
  ip,
  network,
  nic,
  nothingYet,
  observation,
  settledStatus,
  uid,
  type Changes,
} from './endpoint.make.ts'
import { asg, begun, deleted, tables } from './endpoint.rows.ts'

for (const [about, rows] of Object.entries(tables)) {
  const test = suite(`plan: ${about}`)
  for (const [sentence, row] of Object.entries(rows)) {
    test(sentence, () => {
      const { given, does = [], says = [], finalizer = 'keep', beside = [], drift = [] } = row
      const made = plan(observation(given))
      assert.equal(
        {
          does: made.actions.map(({ name }) => name),
          says: made.findings.map(({ reason }) => reason),
          finalizer: made.finalizer,
          beside: made.abnormal.map(({ type }) => type),
          drift: made.drift.map(({ path }) => path),
        },
        { does, says, finalizer, beside, drift },
      )
    })
  }
  test.run()
}

const bodies = suite('plan: what is sent')

const only = (given: Changes) => {
  const [deed] = plan(observation(given)).actions
  assert.ok(deed, 'a deed')
  return deed
}

bodies(
  'the first PUT proves absence again, and carries tags, address, interface and groups',
  () => {
    const { action } = only({
      ...begun,
      spec: {
        approval: 'Manual',
        requestMessage: 'please',
        privateIPAddress: '10.0.1.9',
        networkInterfaceName: 'nic-x',
        connectionName: 'conn',
        applicationSecurityGroupIds: [asg],
        tags: { team: 'a' },
      },
      status: { ...begunStatus, appliedTagKeys: ['team'] },
      azure: {
        ...nothingYet,
        network: present(network({ location: 'northeurope' })),
        address: present({ available: true, alternatives: [] }),
      },
    })
    assert.is(action.do, 'put')
    assert.equal(action.guard, { is: 'absent' })
    assert.equal(action.do === 'put' && action.body, {
      location: 'northeurope',
      tags: { team: 'a', pgpeOwner: `cluster-1.${uid}`, pgpeObject: 'team/pe' },
      properties: {
        subnet: { id: formatId(ids.subnet) },
        privateLinkServiceConnections: [],
        manualPrivateLinkServiceConnections: [
          {
            name: 'conn',
            properties: {
              privateLinkServiceId: formatId(ids.server),
              groupIds: ['postgresqlServer'],
              requestMessage: 'please',
            },
          },
        ],
        ipConfigurations: [
          {
            name: 'postgresqlServer',
            properties: {
              groupId: 'postgresqlServer',
              memberName: 'postgresqlServer',
              privateIPAddress: '10.0.1.9',
            },
          },
        ],
        customNetworkInterfaceName: 'nic-x',
        applicationSecurityGroups: [{ id: asg }],
      },
    })
  },
)

bodies('a change is sent only against the body that it started from', () => {
  const { action } = only({
    spec: { tags: { team: 'a' } },
    status: { ...settledStatus, appliedTagKeys: ['team'] },
  })
  assert.equal(action.guard, { is: 'unchanged', etag: 'W/"e"' })
})

bodies('a deletion asks for our tag, as it was seen', () => {
  const { action } = only({ metadata: deleted, dns: { zoneGroups: present([]) } })
  assert.equal(action.guard, { is: 'owned', owner: `cluster-1.${uid}`, resourceGuid: guid })
})

bodies('the zone group is written on an endpoint of ours only', () => {
  const { action } = only({ dns: { zoneGroups: present([]), records: present([]) } })
  assert.is(action.guard?.is, 'parentOwned')
  assert.equal(action.do === 'put' && action.body, {
    name: 'default',
    properties: {
      privateDnsZoneConfigs: [
        {
          name: 'privatelink-postgres-database-azure-com',
          properties: { privateDnsZoneId: formatId(ids.zone) },
        },
      ],
    },
  })
})

bodies('a link is named after its network, the same each time, and within 80 characters', () => {
  const name = () => only({ dns: { links: present([]) } }).action.id.names.at(-1) ?? ''
  assert.match(name(), /^net-[0-9a-f]{8}$/)
  assert.is(name(), name())
})

bodies('the address of the interface is what the record must hold', () => {
  const made = plan(observation({ azure: { interfaces: present([nic('10.0.1.77')]) } }))
  assert.equal(
    made.findings.map(({ reason, message }) => [reason, message.includes(ip)]),
    [['WaitingForRecord', true]],
  )
})

bodies.run()
