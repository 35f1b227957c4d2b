/** Answers as bytes: headers that all share, faults that a client asked for, and half an answer. */
import type { ServerResponse } from 'node:http'
import type { Answer } from './answer.ts'
import type { Front, Incoming, Target } from './dispatch.ts'
import type { Effect } from './faults.ts'

export function commonHeaders(
  { world }: Front,
  { headers }: Incoming,
): Readonly<Record<string, string>> {
  const id = world.dice.guid('request')
  return {
    'cache-control': 'no-cache',
    pragma: 'no-cache',
    'x-ms-request-id': id,
    'x-ms-correlation-request-id': headers['x-ms-correlation-request-id'] ?? id,
    'x-ms-routing-request-id': `SIMULATED:${world.clock.iso()}:${id}`,
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    'x-content-type-options': 'nosniff',
    ...(headers['x-ms-client-request-id'] === undefined
      ? {}
      : { 'x-ms-client-request-id': headers['x-ms-client-request-id'] }),
  }
}

/** A mistake of the simulator's is answered as Azure answers its own, and told on standard error. */
export function answerOf(target: Target): Answer {
  try {
    return target.run()
  } catch (error) {
    process.stderr.write(`simulator: ${error instanceof Error ? error.stack : String(error)}\n`)
    return {
      status: 500,
      body: {
        error: { code: 'InternalServerError', message: `The simulator failed: ${String(error)}` },
      },
    }
  }
}

export function errorOf(
  { type }: Target,
  {
    status = 500,
    code = 'InternalServerError',
    message = 'This fault was asked for.',
    seconds,
  }: Effect,
): Answer {
  return {
    status,
    headers: seconds === undefined ? {} : { 'retry-after': String(seconds) },
    body:
      type === 'token' ? { error: code, error_description: message } : { error: { code, message } },
  }
}

interface Sent {
  readonly headers: Readonly<Record<string, string>>
  readonly payload: Buffer
}

function render(answer: Answer, common: Readonly<Record<string, string>>): Sent {
  const headers = { ...common, ...answer.headers }
  if (answer.body === undefined)
    return { headers: { ...headers, 'content-length': '0' }, payload: Buffer.alloc(0) }
  const payload = Buffer.from(JSON.stringify(answer.body))
  return {
    headers: {
      ...headers,
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(payload.length),
    },
    payload,
  }
}

export function send(
  response: ServerResponse,
  answer: Answer,
  common: Readonly<Record<string, string>>,
): void {
  const { headers, payload } = render(answer, common)
  if (answer.status === 204) {
    const { 'content-length': _, ...rest } = headers
    response.writeHead(204, rest).end()
  } else response.writeHead(answer.status, headers).end(payload)
}

/** Half of what was announced, or a broken connection where nothing was. */
export function truncate(
  response: ServerResponse,
  answer: Answer,
  common: Readonly<Record<string, string>>,
): void {
  const { headers, payload } = render(answer, common)
  if (payload.length < 2) {
    response.destroy()
    return
  }
  response.writeHead(answer.status, headers)
  response.write(payload.subarray(0, payload.length >> 1), () => response.destroy())
}
