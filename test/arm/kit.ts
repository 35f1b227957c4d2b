/**
 * For tests of the simulator: a plain ARM client that speaks for one identity, lets Azure's time pass
 * instead of waiting for it, and shows every header; and the world that most tests begin with.
 */
import { Agent, fetch } from 'undici'
import type { Simulator, SimulatorOptions } from './simulator.ts'
import { startSimulator } from './simulator.ts'
import { noLag } from './lag.ts'

/** A JSON value of whose shape the test knows more than the compiler. */
export type Loose = any

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Loose
  /** `error.code` of a refusal. */
  readonly code: string | undefined
}

export interface Arm {
  /** `path` begins with `/`; an api-version is added where there is none. */
  send(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Reply>
  get(path: string): Promise<Reply>
  put(path: string, body: unknown): Promise<Reply>
  remove(path: string): Promise<Reply>
  post(path: string, body?: unknown): Promise<Reply>
  /** Sends, lets time pass until the operation has ended, and gives the last answer of its status URL. */
  done(method: string, path: string, body?: unknown): Promise<Reply>
}

export interface Azure {
  readonly simulator: Simulator
  readonly owner: Arm
  as(identity: string): Promise<Arm>
  /** Ids of the first subscription, of the second of the same tenant, and of the vendor's. */
  readonly production: string
  readonly shared: string
  readonly vendor: string
  stop(): Promise<void>
}

export async function startAzure(options: SimulatorOptions = {}): Promise<Azure> {
  const simulator = await startSimulator({ lag: noLag, ...options })
  const agent = new Agent({ connect: { ca: simulator.ca } })
  const as = (identity: string) => signedIn(simulator, agent, identity)
  const subscription = (of: string, index: number) =>
    `/subscriptions/${simulator.identity(of).subscriptionIds[index]}`
  return {
    simulator,
    owner: await as('owner'),
    as,
    production: subscription('owner', 0),
    shared: subscription('owner', 1),
    vendor: subscription('vendor', 0),
    stop: async () => {
      await agent.destroy()
      await simulator.stop()
    },
  }
}

/** Runs a test in a simulated Azure of its own. */
export async function inAzure(
  options: SimulatorOptions,
  test: (azure: Azure) => Promise<void>,
): Promise<void> {
  const azure = await startAzure(options)
  try {
    await test(azure)
  } finally {
    await azure.stop()
  }
}

async function signedIn(simulator: Simulator, agent: Agent, name: string): Promise<Arm> {
  const { tenantId, clientId, clientSecret } = simulator.identity(name)
  const form = {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    scope: `${simulator.url}/.default`,
  }
  const answer = await fetch(`${simulator.url}/${tenantId}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
    dispatcher: agent,
  })
  const { access_token: token } = (await answer.json()) as { readonly access_token: string }
  const send: Arm['send'] = async (method, path, body, headers = {}) => {
    const url = path.startsWith('https:') ? path : simulator.url + path
    const versioned = /[?&]api-version=/i.test(url)
      ? url
      : `${url}${url.includes('?') ? '&' : '?'}api-version=2026-01-01`
    const reply = await fetch(versioned, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      dispatcher: agent,
    })
    const text = await reply.text()
    const parsed = text === '' ? undefined : (JSON.parse(text) as Loose)
    return {
      status: reply.status,
      headers: Object.fromEntries(reply.headers),
      body: parsed,
      code: parsed?.error?.code,
    }
  }
  const done: Arm['done'] = async (method, path, body) => {
    const first = await send(method, path, body)
    const url = first.headers['azure-asyncoperation'] ?? first.headers['location']
    if (url === undefined || first.status >= 300) return first
    for (let tries = 0; tries < 100; tries++) {
      simulator.advance(20)
      const status = await send('GET', url)
      if (status.body?.status !== 'InProgress' && status.status !== 202) return status
    }
    throw new Error(`the operation of ${method} ${path} never ended`)
  }
  return {
    send,
    get: (path) => send('GET', path),
    put: (path, body) => send('PUT', path, body),
    remove: (path) => send('DELETE', path),
    post: (path, body) => send('POST', path, body),
    done,
  }
}

/** Paths of a world in the first subscription, in one group. */
export const pathsIn = (subscription: string, group = 'rg') => {
  const groupId = `${subscription}/resourceGroups/${group}`
  const network = `${groupId}/providers/Microsoft.Network`
  const zone = `${network}/privateDnsZones/privatelink.postgres.database.azure.com`
  return {
    group: groupId,
    network: `${network}/virtualNetworks/vnet`,
    subnet: `${network}/virtualNetworks/vnet/subnets/apps`,
    endpoint: (name: string) => `${network}/privateEndpoints/${name}`,
    zoneGroup: (endpoint: string) =>
      `${network}/privateEndpoints/${endpoint}/privateDnsZoneGroups/default`,
    interfaces: `${network}/networkInterfaces`,
    securityGroup: (name: string) => `${network}/applicationSecurityGroups/${name}`,
    zone,
    record: (server: string) => `${zone}/A/${server}`,
    link: (name: string) => `${zone}/virtualNetworkLinks/${name}`,
    server: (name: string) =>
      `${groupId}/providers/Microsoft.DBforPostgreSQL/flexibleServers/${name}`,
  }
}

export const serverBody = {
  location: 'westeurope',
  sku: { name: 'Standard_D2ds_v5', tier: 'GeneralPurpose' },
  properties: {
    version: '17',
    administratorLogin: 'pgadmin',
    administratorLoginPassword: 'Correct-Horse-9',
    storage: { storageSizeGB: 128 },
  },
} as const

export const networkBody = {
  location: 'westeurope',
  properties: {
    addressSpace: { addressPrefixes: ['10.1.0.0/16'] },
    subnets: [
      { name: 'apps', properties: { addressPrefix: '10.1.0.0/24' } },
      { name: 'other', properties: { addressPrefix: '10.1.1.0/24' } },
    ],
  },
} as const

export interface EndpointOptions {
  readonly manual?: boolean
  readonly ip?: string
  readonly more?: Readonly<Record<string, unknown>>
  readonly connection?: Readonly<Record<string, unknown>>
}

/** The body of an endpoint in a subnet towards a server. */
export function endpointBody(
  subnet: string,
  server: string,
  { manual = false, ip, more = {}, connection = {} }: EndpointOptions = {},
) {
  const connections = [
    {
      name: 'connection',
      properties: { privateLinkServiceId: server, groupIds: ['postgresqlServer'], ...connection },
    },
  ]
  const address = {
    groupId: 'postgresqlServer',
    memberName: 'postgresqlServer',
    privateIPAddress: ip,
  }
  return {
    location: 'westeurope',
    properties: {
      subnet: { id: subnet },
      [manual ? 'manualPrivateLinkServiceConnections' : 'privateLinkServiceConnections']:
        connections,
      ...(ip === undefined ? {} : { ipConfigurations: [{ name: 'ip', properties: address }] }),
      ...more,
    },
  }
}

/** A group with a network, and the server `orders`, all made and at rest. */
export async function makeWorld(
  { owner, production }: Azure,
  group = 'rg',
): Promise<ReturnType<typeof pathsIn>> {
  const paths = pathsIn(production, group)
  await owner.put(paths.group, { location: 'westeurope' })
  await owner.done('PUT', paths.network, networkBody)
  await owner.done('PUT', paths.server('orders'), serverBody)
  return paths
}
