/**
 * The wire: HTTP/1.1 over TLS on the loopback interface. It reads a request, has it answered, sends the
 * answer, and makes faults felt. It decides nothing of what Azure says.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Certificates } from './certificate.ts'
import type { Front, Incoming, Target } from './dispatch.ts'
import { targetOf } from './dispatch.ts'
import type { Effect, Faults } from './faults.ts'
import { observe, prefix } from './observation.ts'
import { answerOf, commonHeaders, errorOf, send, truncate } from './reply.ts'
import type { RequestLog } from './requests.ts'

/** ARM's limit. */
const bodyLimit = 4 * 1024 * 1024

export interface Served extends Front {
  readonly log: RequestLog
  readonly faults: Faults
}

export class Wire {
  readonly #servers: Server[] = []
  /** Of answers that faults delay. */
  readonly #timers = new Set<NodeJS.Timeout>()
  #served: Served | undefined

  /** Listens on 127.0.0.1 and, where there is one, on ::1; gives the port. */
  async listen(certificates: Certificates, port: number): Promise<number> {
    const chosen = await this.#listenAt(certificates, '127.0.0.1', port)
    try {
      await this.#listenAt(certificates, '::1', chosen)
      return chosen
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') return chosen
      await this.close()
      // Somebody has that port on ::1 only.
      if (code === 'EADDRINUSE' && port === 0) return this.listen(certificates, 0)
      throw error
    }
  }

  serve(served: Served): void {
    this.#served = served
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
    const closing = this.#servers.splice(0).map(
      (server) =>
        new Promise<void>((done) => {
          server.close(() => done())
          server.closeAllConnections()
        }),
    )
    await Promise.all(closing)
  }

  #listenAt({ certificate, key }: Certificates, host: string, port: number): Promise<number> {
    const server = createServer(
      { cert: certificate, key, keepAliveTimeout: 120_000 },
      (request, response) => {
        this.#receive(request, response).catch((error: unknown) => {
          process.stderr.write(
            `simulator: ${error instanceof Error ? error.stack : String(error)}\n`,
          )
          response.destroy()
        })
      },
    )
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host, port }, () => {
        server.off('error', reject)
        this.#servers.push(server)
        resolve((server.address() as AddressInfo).port)
      })
    })
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await textOf(request)
    const served = this.#served
    if (served === undefined || text === undefined) {
      response.writeHead(served === undefined ? 503 : 413).end()
      return
    }
    const incoming = incomingOf(request, text)
    served.world.clock.observe()
    if (incoming.rawPath.startsWith(prefix)) {
      send(response, observe(served, incoming.method, incoming.rawPath, text), {})
      return
    }
    const target = targetOf(served, incoming)
    const effect = served.faults.strike({ ...target, method: incoming.method })
    const headers = commonHeaders(served, incoming)
    const count = (status: number): void =>
      served.log.add(incoming.method, target.type, target.operation, status)
    this.#answer(response, { target, effect, headers, count })
  }

  #answer(response: ServerResponse, { target, effect, headers, count }: Answering): void {
    if (effect?.kind === 'lostRequest') {
      count(0)
      response.destroy()
      return
    }
    if (effect?.kind === 'error' || effect?.kind === 'flap') {
      const answer = errorOf(target, effect)
      count(answer.status)
      send(response, answer, headers)
      return
    }
    const answer = answerOf(target)
    switch (effect?.kind) {
      case undefined:
        count(answer.status)
        return send(response, answer, headers)
      case 'lostAnswer':
        count(0)
        response.destroy()
        return
      case 'delay':
        count(answer.status)
        return this.#later(effect.seconds ?? 1, () => send(response, answer, headers))
      case 'hang':
        count(0)
        if (effect.seconds !== undefined) this.#later(effect.seconds, () => response.destroy())
        return
      case 'truncate':
        count(0)
        return truncate(response, answer, headers)
      case 'wrongBody':
        count(answer.status)
        response.writeHead(answer.status, { ...headers, 'content-type': 'text/html' })
        response.end(
          '<html><head><title>Gateway</title></head><body>Please stand by.</body></html>',
        )
    }
  }

  #later(seconds: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      run()
    }, seconds * 1000)
    this.#timers.add(timer)
  }
}

interface Answering {
  readonly target: Target
  readonly effect: Effect | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly count: (status: number) => void
}

/** The body; undefined when it is longer than ARM takes, or broke off. */
async function textOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length
      if (length <= bodyLimit) chunks.push(chunk)
    }
  } catch {
    return undefined
  }
  return length <= bodyLimit ? Buffer.concat(chunks).toString('utf8') : undefined
}

function incomingOf(
  { method = 'GET', url = '/', headers }: IncomingMessage,
  text: string,
): Incoming {
  const [rawPath = '/', ...rest] = url.split('?')
  const query = new Map<string, string>()
  for (const [key, value] of new URLSearchParams(rest.join('?')))
    query.set(key.toLowerCase(), value)
  const single = Object.entries(headers).map(([key, value]) => [
    key,
    Array.isArray(value) ? value.join(', ') : value,
  ])
  return { method, rawPath, query, headers: Object.fromEntries(single), text }
}
