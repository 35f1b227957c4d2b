/** Raw ARM over the simulator, for what the operator never writes: networks, servers, other people's doings. */
import { request, type Agent } from 'undici'
import type { JsonObject } from '../../operator/azure/model.ts'
import type { SimulatedIdentity, Simulator } from '../arm/simulator.ts'

export interface Arm {
  put(path: string, body: JsonObject): Promise<JsonObject>
  post(path: string, body?: JsonObject): Promise<void>
  delete(path: string): Promise<void>
  get(path: string): Promise<JsonObject | undefined>
  list(path: string): Promise<readonly JsonObject[]>
}

const versions: readonly (readonly [string, string])[] = [
  ['Microsoft.DBforPostgreSQL', '2025-08-01'],
  ['privateDnsZones', '2024-06-01'],
  ['Microsoft.Network', '2026-01-01'],
  ['', '2025-04-01'],
]

export function armOf(azure: Simulator, identity: SimulatedIdentity, agent: Agent): Arm {
  let token: Promise<string> | undefined
  const signIn = async (): Promise<string> => {
    const { body } = await request(`${azure.url}/${identity.tenantId}/oauth2/v2.0/token`, {
      method: 'POST',
      dispatcher: agent,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: identity.clientId,
        client_secret: identity.clientSecret,
        scope: `${azure.url}/.default`,
      }).toString(),
    })
    return ((await body.json()) as { access_token: string }).access_token
  }
  const send = async (
    method: 'GET' | 'PUT' | 'POST' | 'DELETE',
    path: string,
    body?: JsonObject,
  ) => {
    token ??= signIn()
    const version = versions.find(([part]) => path.includes(part))?.[1]
    const answer = await request(`${azure.url}${path}?api-version=${version}`, {
      method,
      dispatcher: agent,
      headers: {
        authorization: `Bearer ${await token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    })
    const text = await answer.body.text()
    if (method === 'GET' && answer.statusCode === 404) return undefined
    if (answer.statusCode >= 400) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`)
    return (text === '' ? {} : JSON.parse(text)) as JsonObject
  }
  return {
    put: async (path, body) => (await send('PUT', path, body)) ?? {},
    post: async (path, body = {}) => void (await send('POST', path, body)),
    delete: async (path) => void (await send('DELETE', path)),
    get: (path) => send('GET', path),
    list: async (path) => ((await send('GET', path))?.['value'] ?? []) as readonly JsonObject[],
  }
}
