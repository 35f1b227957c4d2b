/**
 * What a kubelet and Prometheus ask. `/livez`: the process answers, a restart would not help.
 * `/readyz`: each check with its outcome, 503 while one fails. `/metrics`. Must never say that all
 * is well when a watch is deaf.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Check {
  readonly name: string
  readonly ok: boolean
  /** A few words: what it sees. */
  readonly says: string
}

export interface HealthGiven {
  readonly address: string
  /** 0: any free one. */
  readonly port: number
  readonly live: () => readonly Check[]
  readonly ready: () => readonly Check[]
  readonly metrics: () => Promise<{ readonly text: string; readonly contentType: string }>
}

export interface Health {
  readonly port: number
  close(): Promise<void>
}

/** Rejects when the port is taken. */
export function serveHealth(given: HealthGiven): Promise<Health> {
  const server = createServer((request, response) => {
    answer(request, given).then(
      ({ code, contentType, text }) => send(response, code, contentType, text),
      () => send(response, 500, 'text/plain', 'the page could not be made\n'),
    )
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(given.port, given.address, () => {
      server.off('error', reject)
      const { port } = server.address() as AddressInfo
      const close = (): Promise<void> =>
        new Promise((closed) => {
          server.close(() => closed())
          server.closeAllConnections()
        })
      resolve({ port, close })
    })
  })
}

interface Answer {
  readonly code: number
  readonly contentType: string
  readonly text: string
}

async function answer(request: IncomingMessage, given: HealthGiven): Promise<Answer> {
  const path = (request.url ?? '/').split('?')[0]
  if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405, 'only GET\n')
  if (path === '/livez') return checked(given.live())
  if (path === '/readyz') return checked(given.ready())
  if (path === '/metrics') return { code: 200, ...(await given.metrics()) }
  return plain(404, 'here are /livez, /readyz and /metrics\n')
}

const plain = (code: number, text: string): Answer => ({ code, contentType: 'text/plain', text })

/** The API server's own way of saying it. */
function checked(checks: readonly Check[]): Answer {
  const ok = checks.every((check) => check.ok)
  const lines = checks.map(({ name, ok: good, says }) => `[${good ? '+' : '-'}]${name} ${says}`)
  return plain(ok ? 200 : 503, [...lines, ok ? 'ok' : 'not ok', ''].join('\n'))
}

function send(response: ServerResponse, code: number, contentType: string, text: string): void {
  response.writeHead(code, { 'content-type': contentType, 'cache-control': 'no-store' })
  response.end(text)
}
