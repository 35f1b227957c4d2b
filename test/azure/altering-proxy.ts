/**
 * Stands between a client and the ARM simulator, and changes answers on their way: for what Azure can
 * say and no request can bring about (a disabled subscription's server, another cloud's zone name).
 */
import { createServer } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { Agent, request } from 'undici'
import { certifyServer, newAuthority } from '../control-plane/certificates.ts'
import type { Simulator } from '../arm/simulator.ts'

/** The body as the client shall see it. */
export type Alter = (method: string, path: string, body: string) => string

export interface AlteringProxy {
  /** In place of the simulator's address; the directory stays where it is. */
  readonly url: string
  /** Both authorities, PEM. */
  readonly ca: string
  stop(): Promise<void>
}

/** Headers that are about the connection, or about a body that may become another. */
const ofTheHop: readonly string[] = ['host', 'connection', 'content-length', 'transfer-encoding']

export async function startAlteringProxy(azure: Simulator, alter: Alter): Promise<AlteringProxy> {
  const authority = await newAuthority()
  const { certificate, key } = await certifyServer(authority, ['localhost', '127.0.0.1'])
  const agent = new Agent({ connect: { ca: azure.ca } })
  const server = createServer({ cert: certificate, key })
  const pass = async (given: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = 'GET', url: path = '' } = given
    const body = await text(given)
    const answer = await request(`${azure.url}${path}`, {
      method: method as 'GET',
      dispatcher: agent,
      headers: withoutHop(given.headers),
      body: body === '' ? null : body,
    })
    const said = alter(method, path, await answer.body.text())
    response.writeHead(answer.statusCode, withoutHop(answer.headers)).end(said)
  }
  server.on('request', (given: IncomingMessage, response: ServerResponse) => {
    // What the simulator does to a connection is felt behind the proxy, too.
    pass(given, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    ca: `${azure.ca}\n${authority.certificate}`,
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
      await agent.close()
    },
  }
}

const withoutHop = (headers: IncomingMessage['headers']): Record<string, string | string[]> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || ofTheHop.includes(name) ? [] : [[name, value]],
    ),
  )
