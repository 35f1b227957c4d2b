/**
 * A real HTTPS server for tests of the wire: it answers each request by hand, well or badly, and hands
 * out tokens. Its authority is its own; nothing of it is left after `stop`.
 */
import { createServer, type Server } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { certifyServer, newAuthority } from '../control-plane/certificates.ts'

export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
}

export interface HttpsServer {
  readonly url: string
  readonly ca: string
  /** All but sign-in, in order. */
  readonly received: Received[]
  /** What was posted to sign in, in order. */
  readonly signIns: URLSearchParams[]
  /** Where sign-in is said to be; this server's own address at the start. */
  authority: string
  /** Answers a sign-in. */
  signIn: (response: ServerResponse) => void
  /** Answers everything but sign-in. */
  handle: (request: Received, response: ServerResponse) => void
  stop(): Promise<void>
}

export async function startHttpsServer(): Promise<HttpsServer> {
  const authority = await newAuthority()
  const { certificate, key } = await certifyServer(authority, ['localhost', '127.0.0.1'])
  const received: Received[] = []
  const server = createServer({ cert: certificate, key })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const url = `https://localhost:${(server.address() as AddressInfo).port}`
  const self: HttpsServer = {
    url,
    ca: authority.certificate,
    received,
    signIns: [],
    authority: url,
    signIn: (response) =>
      json(response, { token_type: 'Bearer', expires_in: 3_600, access_token: 'secret-token' }),
    handle: (_, response) => void response.writeHead(500).end(),
    stop: () => stop(server),
  }
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? ''
    if (path.includes('/oauth2/v2.0/token')) return void posted(request, self, response)
    request.resume()
    if (path.includes('/v2.0/.well-known/')) return json(response, discovery(self.authority))
    const one = { method: request.method ?? '', path, headers: request.headers }
    received.push(one)
    self.handle(one, response)
  })
  return self
}

async function posted(
  request: IncomingMessage,
  server: HttpsServer,
  response: ServerResponse,
): Promise<void> {
  const form = await text(request)
  server.signIns.push(new URLSearchParams(form))
  server.signIn(response)
}

export function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

const discovery = (url: string) => ({
  issuer: `${url}/tenant/v2.0`,
  authorization_endpoint: `${url}/tenant/oauth2/v2.0/authorize`,
  token_endpoint: `${url}/tenant/oauth2/v2.0/token`,
  jwks_uri: `${url}/tenant/discovery/v2.0/keys`,
})

function stop(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeAllConnections()
  return closed
}
