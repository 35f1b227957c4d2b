/**
 * A proxy before the API server that does what networks and servers do on bad days: refuse, reset,
 * fall silent, cut a line, lose or change one. Plain HTTP towards the client; it passes on its headers.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Agent, request } from 'node:https'
import type { AddressInfo } from 'node:net'

export type Effect =
  /** Answers so, without asking the API server. */
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly body?: object
      /** In its place. */
      readonly text?: string
      readonly headers?: Record<string, string>
    }
  /** Takes the request and breaks the connection. */
  | { readonly kind: 'reset' }
  /** Takes the request and never answers. */
  | { readonly kind: 'hang' }
  /** Answers with the API server's headers, and then never a byte. */
  | { readonly kind: 'silence' }
  /** Passes lines on as this function changes them; undefined swallows one. */
  | { readonly kind: 'lines'; readonly change: (line: string) => string | undefined }
  /** Answers with what the API server said, changed. */
  | { readonly kind: 'rewrite'; readonly change: (body: string) => string }

export interface Seen {
  readonly method: string
  readonly url: URL
  readonly isWatch: boolean
}

export interface Fault {
  readonly on: (seen: Seen) => boolean
  readonly effect: Effect
  /** How many requests it hits; absent: every one. */
  times?: number
}

export interface Upstream {
  readonly url: string
  readonly ca: string | undefined
}

export class FaultProxy {
  readonly faults: Fault[] = []
  /** Every request, in order. */
  readonly seen: Seen[] = []
  /** Connections that were ever opened. */
  connections = 0
  onRequest: (incoming: IncomingMessage) => void = () => undefined
  readonly #upstream: Upstream
  readonly #agent: Agent
  readonly #server = createServer((incoming, outgoing) => this.#serve(incoming, outgoing))

  constructor(upstream: Upstream) {
    this.#upstream = upstream
    this.#agent = new Agent({ keepAlive: true, ...(upstream.ca && { ca: upstream.ca }) })
  }

  async listen(): Promise<string> {
    this.#server.on('connection', () => this.connections++)
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return this.url
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** From now on requests like this are hit. */
  fail(on: Fault['on'], effect: Effect, times?: number): Fault {
    const fault: Fault = { on, effect, ...(times !== undefined && { times }) }
    this.faults.push(fault)
    return fault
  }

  heal(): void {
    this.faults.length = 0
  }

  /** Breaks every connection there is. */
  cut(): void {
    this.#server.closeAllConnections()
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.cut()
    this.#agent.destroy()
    await closed
  }

  get watches(): number {
    return this.seen.filter(({ isWatch }) => isWatch).length
  }

  get lists(): number {
    return this.seen.filter(({ method, isWatch }) => method === 'GET' && !isWatch).length
  }

  #serve(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const url = new URL(incoming.url ?? '/', 'http://proxy')
    const isWatch = url.searchParams.get('watch') !== null
    const seen = { method: incoming.method ?? '', url, isWatch }
    this.seen.push(seen)
    this.onRequest(incoming)
    const effect = this.#effectOn(seen)
    outgoing.on('error', () => undefined)
    switch (effect?.kind) {
      case 'answer':
        outgoing.writeHead(effect.status, { 'content-type': 'application/json', ...effect.headers })
        outgoing.end(effect.text ?? JSON.stringify(effect.body ?? {}))
        return
      case 'reset':
        incoming.socket.resetAndDestroy()
        return
      case 'hang':
        return
      case 'silence':
      case 'lines':
      case 'rewrite':
      case undefined:
        this.#forward(incoming, outgoing, effect)
    }
  }

  #effectOn(seen: Seen): Effect | undefined {
    const fault = this.faults.find(({ on, times }) => times !== 0 && on(seen))
    if (fault?.times !== undefined) fault.times--
    return fault?.effect
  }

  #forward(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    effect: Exclude<Effect, { kind: 'answer' | 'reset' | 'hang' }> | undefined,
  ): void {
    const { host: _, connection: __, ...headers } = incoming.headers
    const target = new URL(this.#upstream.url + (incoming.url ?? '/'))
    const { method } = incoming
    const upstream = request(target, { method, headers, agent: this.#agent }, (answer) => {
      answer.on('error', () => outgoing.destroy())
      const { 'content-length': ___, ...kept } = answer.headers
      outgoing.writeHead(answer.statusCode ?? 502, effect === undefined ? answer.headers : kept)
      outgoing.flushHeaders()
      switch (effect?.kind) {
        case undefined:
          answer.pipe(outgoing)
          return
        case 'silence':
          answer.resume()
          return
        case 'lines':
          lineByLine(answer, outgoing, effect.change).catch(() => outgoing.destroy())
          return
        case 'rewrite':
          rewritten(answer, outgoing, effect.change).catch(() => outgoing.destroy())
      }
    })
    upstream.on('error', () => incoming.socket.destroy())
    outgoing.on('close', () => upstream.destroy())
    incoming.pipe(upstream)
  }
}

async function* linesOf(answer: IncomingMessage): AsyncIterable<string> {
  let rest = ''
  for await (const chunk of answer.setEncoding('utf8')) {
    const lines = (rest + String(chunk)).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') yield rest
}

async function lineByLine(
  answer: IncomingMessage,
  outgoing: ServerResponse,
  change: (line: string) => string | undefined,
): Promise<void> {
  for await (const line of linesOf(answer)) {
    const changed = change(line)
    if (changed !== undefined) outgoing.write(`${changed}\n`)
  }
  outgoing.end()
}

async function rewritten(
  answer: IncomingMessage,
  outgoing: ServerResponse,
  change: (body: string) => string,
): Promise<void> {
  let body = ''
  for await (const chunk of answer.setEncoding('utf8')) body += chunk
  outgoing.end(change(body))
}

export const lists = ({ method, isWatch }: Seen): boolean => method === 'GET' && !isWatch
export const watches = ({ isWatch }: Seen): boolean => isWatch
export const everything = (): boolean => true
