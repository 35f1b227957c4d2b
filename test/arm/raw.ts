/** For tests of the wire: one HTTPS request exactly as written, without a client's repairs. */
import { request } from 'node:https'
import type { Simulator } from './simulator.ts'

export interface Raw {
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Instead of `localhost`. */
  readonly host?: string
  readonly signal?: AbortSignal
}

export interface RawReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** Rejects when the connection breaks, the answer's middle included. */
export const raw = (simulator: Pick<Simulator, 'port' | 'ca'>, asked: Raw): Promise<RawReply> =>
  new Promise((resolve, reject) => {
    const { method = 'GET', path, headers = {}, body, host = 'localhost', signal } = asked
    const options = {
      host,
      port: simulator.port,
      ca: simulator.ca,
      method,
      path,
      headers,
      agent: false,
    }
    const sent = request({ ...options, ...(signal === undefined ? {} : { signal }) }, (reply) => {
      let text = ''
      reply.setEncoding('utf8')
      reply.on('data', (chunk: string) => (text += chunk))
      reply.on('error', reject)
      reply.on('end', () =>
        resolve({ status: reply.statusCode ?? 0, headers: reply.headers, text }),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })

/** A form posted to the token endpoint of a tenant. */
export async function signIn(
  simulator: Simulator,
  tenant: string,
  form: Readonly<Record<string, string>>,
  endpoint = 'oauth2/v2.0/token',
) {
  const { status, text } = await raw(simulator, {
    method: 'POST',
    path: `/${tenant}/${endpoint}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  })
  return { status, body: JSON.parse(text) as Readonly<Record<string, any>> }
}

/** The form of an identity that signs in with its secret. */
export function secretForm(simulator: Simulator, name: string): Readonly<Record<string, string>> {
  const { clientId, clientSecret } = simulator.identity(name)
  return {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    scope: `${simulator.url}/.default`,
  }
}
