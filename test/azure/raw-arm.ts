/** Plain requests to an ARM, for what the operator itself never writes: networks and servers. */
import { Agent, request } from 'undici'
import { formatId, type Id } from '../../operator/azure/id.ts'
import type { JsonObject, Kind } from '../../operator/azure/model.ts'
import { routeOf } from '../../operator/azure/routes.ts'
import type { Simulator } from '../arm/simulator.ts'

export interface RawArm {
  put(id: Id<Kind>, body: JsonObject): Promise<void>
  /** An action such as `stop`. */
  post(id: Id<Kind>, action: string): Promise<void>
  stop(): Promise<void>
}

/** As the identity of that name. */
export async function rawArm(simulator: Simulator, name: string): Promise<RawArm> {
  const { clientId, clientSecret, tenantId } = simulator.identity(name)
  const dispatcher = new Agent({ connect: { ca: simulator.ca } })
  const form = {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    scope: `${simulator.url}/.default`,
  }
  const signIn = await request(`${simulator.url}/${tenantId}/oauth2/v2.0/token`, {
    method: 'POST',
    dispatcher,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  })
  const { access_token: token } = (await signIn.body.json()) as { readonly access_token: string }
  const send = async (method: 'PUT' | 'POST', id: Id<Kind>, tail: string, body: JsonObject) => {
    const { query } = routeOf(id)
    const answer = await request(`${simulator.url}${formatId(id)}${tail}?${query}`, {
      method,
      dispatcher,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const text = await answer.body.text()
    if (answer.statusCode >= 300) throw new Error(`${method} ${formatId(id)}: ${text}`)
  }
  return {
    put: (id, body) => send('PUT', id, '', body),
    post: (id, action) => send('POST', id, `/${action}`, {}),
    stop: () => dispatcher.close(),
  }
}
