/**
 * Azure by plain ARM requests, as one of its identities: for what people do in Azure themselves, and
 * for looking whether the operator did what it says. Must never be used on the operator's behalf.
 */
import { Agent, request } from 'undici'
import { partsOf } from '../arm/path.ts'
import type { SimulatedIdentity } from '../arm/simulator.ts'

export type Method = 'GET' | 'PUT' | 'POST' | 'DELETE'
export type Body = { readonly [key: string]: unknown }

export interface Answer {
  readonly status: number
  /** Any ARM body: what is looked up in it is the caller's affair. */
  readonly body: any
}

/** Versions as of the SDKs that the operator uses. */
const versions: readonly (readonly [provider: string, version: string])[] = [
  ['/microsoft.dbforpostgresql/', '2025-08-01'],
  ['/microsoft.network/privatednszones', '2024-06-01'],
  ['/microsoft.network/', '2025-05-01'],
  ['', '2021-04-01'],
]

/** What is no provider's. */
const groupType = 'Microsoft.Resources/resourceGroups'

/** Where it is, and the certificate authority that vouches for it, as PEM. */
export interface Place {
  readonly url: string
  readonly ca: string
}

export class Arm {
  readonly #place: Place
  readonly #identity: SimulatedIdentity
  readonly #agent: Agent
  readonly #signal: AbortSignal
  readonly #sent = new Map<string, number>()
  #token: Promise<string> | undefined

  constructor(place: Place, identity: SimulatedIdentity, signal: AbortSignal) {
    this.#place = place
    this.#identity = identity
    this.#agent = new Agent({ connect: { ca: place.ca } })
    this.#signal = signal
  }

  /** How many requests this client has sent, by `<method> <ARM type>`. */
  get sent(): ReadonlyMap<string, number> {
    return this.#sent
  }

  /** Forgets what was sent. */
  clearSent(): void {
    this.#sent.clear()
  }

  /** @param path an ARM id, or one followed by an action's name */
  async send(method: Method, path: string, body?: Body): Promise<Answer> {
    this.#token ??= this.#signIn()
    const token = await this.#token
    this.#count(method, partsOf(path.replace(/\/(start|stop)$/, ''))?.type ?? groupType)
    const version = versions.find(([provider]) => path.toLowerCase().includes(provider))?.[1]
    const answer = await request(`${this.#place.url}${path}?api-version=${version}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
      dispatcher: this.#agent,
      signal: this.#signal,
    })
    const text = await answer.body.text()
    return { status: answer.statusCode, body: text === '' ? undefined : JSON.parse(text) }
  }

  /** As `send`, for what has to be accepted. */
  async must(method: Method, path: string, body?: Body): Promise<Answer> {
    const answer = await this.send(method, path, body)
    if (answer.status < 300) return answer
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
  }

  close(): Promise<void> {
    return this.#agent.close()
  }

  #count(method: Method, type: string): void {
    const key = `${method} ${type}`.toLowerCase()
    this.#sent.set(key, (this.#sent.get(key) ?? 0) + 1)
  }

  async #signIn(): Promise<string> {
    this.#count('POST', 'token')
    const { tenantId, clientId, clientSecret } = this.#identity
    const answer = await request(`${this.#place.url}/${tenantId}/oauth2/v2.0/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: clientSecret,
        scope: `${this.#place.url}/.default`,
      }).toString(),
      dispatcher: this.#agent,
      signal: this.#signal,
    })
    const body = (await answer.body.json()) as { access_token: string }
    return body.access_token
  }
}
