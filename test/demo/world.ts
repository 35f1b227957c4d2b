/**
 * What is in Azure before the operator looks, and what other people do there: made through ARM alone,
 * as one would with `az`. Must never touch what the operator makes.
 */
import type { Simulator } from '../arm/simulator.ts'
import type { Arm } from './arm.ts'
import { endpointId, groupId, networkId, serverId, subscriptions } from './ids.ts'

const location = 'westeurope'

export const servers = ['orders', 'billing', 'ledger', 'archive', 'warehouse', 'sandbox'] as const

/** Azure's identities that take part, each with its own sign-in. */
export interface People {
  /** Owns the company's subscriptions. */
  readonly owner: Arm
  /** Owns a subscription of another tenant. */
  readonly vendor: Arm
}

/** How long Azure may take, in its own seconds, before the demo calls it broken. */
const patienceSeconds = 3 * 3600

/** Lets Azure's time fly until the resource is as wanted. */
async function fly(simulator: Simulator, arm: Arm, id: string, isDone: (body: any) => boolean) {
  for (let flown = 0; flown <= patienceSeconds; flown += 30) {
    const { status, body } = await arm.send('GET', id)
    if (status === 200 && isDone(body)) return
    simulator.advance(30)
  }
  throw new Error(`Azure took more than ${patienceSeconds} s for ${id}`)
}

const isReady = (body: any): boolean => body.properties.state === 'Ready'
const isSucceeded = (body: any): boolean => body.properties.provisioningState === 'Succeeded'

/** Groups, a network and six servers, one of which is stopped. */
export async function makeWorld(simulator: Simulator, { owner }: People): Promise<void> {
  for (const group of ['databases', 'network']) {
    await owner.must('PUT', groupId('production', group), { location })
  }
  const hub = makeNetwork(simulator, owner, 'production', 'hub', '10.1.0.0/16', '10.1.1.0/24')
  await Promise.all([hub, ...servers.map((name) => makeServer(simulator, owner, name))])
  await owner.must('POST', `${serverId('archive')}/stop`)
  await fly(simulator, owner, serverId('archive'), (body) => body.properties.state === 'Stopped')
}

async function makeNetwork(
  simulator: Simulator,
  arm: Arm,
  subscription: keyof typeof subscriptions,
  name: string,
  addressPrefix: string,
  subnetPrefix: string,
): Promise<void> {
  const id = networkId(subscription, name)
  await arm.must('PUT', id, {
    location,
    properties: {
      addressSpace: { addressPrefixes: [addressPrefix] },
      subnets: [{ name: 'endpoints', properties: { addressPrefix: subnetPrefix } }],
    },
  })
  await fly(simulator, arm, id, isSucceeded)
}

async function makeServer(simulator: Simulator, arm: Arm, name: string): Promise<void> {
  await arm.must('PUT', serverId(name), {
    location,
    sku: { name: 'Standard_D2ds_v5', tier: 'GeneralPurpose' },
    properties: {
      version: '17',
      administratorLogin: 'pgadmin',
      administratorLoginPassword: 'not-a-real-Password1',
      storage: { storageSizeGB: 128 },
      network: { publicNetworkAccess: 'Disabled' },
      highAvailability: { mode: 'Disabled' },
      createMode: 'Default',
    },
  })
  await fly(simulator, arm, serverId(name), isReady)
}

export interface Stranger {
  readonly subscription: 'vendor' | 'shared'
  readonly endpoint: string
  readonly message: string
}

/** The vendor, in its own tenant: what dbt does when a customer asks its support for a private link. */
export const dbt: Stranger = {
  subscription: 'vendor',
  endpoint: 'dbt-emea-warehouse',
  message: 'dbt Cloud, multi-tenant EMEA, support request 10042',
}

/** Somebody in another subscription, about whom nobody knows anything. */
export const unknown: Stranger = {
  subscription: 'shared',
  endpoint: 'test-please-approve',
  message: 'just testing, please approve',
}

/** Somebody else's endpoint, made by a manual request for the server `warehouse`. */
export async function requestConnection(simulator: Simulator, arm: Arm, who: Stranger) {
  const { subscription, endpoint, message } = who
  await arm.must('PUT', groupId(subscription, 'network'), { location })
  await makeNetwork(simulator, arm, subscription, 'own', '10.200.0.0/16', '10.200.1.0/24')
  await arm.must('PUT', endpointId(subscription, endpoint), {
    location,
    properties: {
      subnet: { id: `${networkId(subscription, 'own')}/subnets/endpoints` },
      manualPrivateLinkServiceConnections: [
        {
          name: endpoint,
          properties: {
            privateLinkServiceId: serverId('warehouse'),
            groupIds: ['postgresqlServer'],
            requestMessage: message,
          },
        },
      ],
    },
  })
}
