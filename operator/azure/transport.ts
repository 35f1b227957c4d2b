/**
 * The wire under the SDKs' pipelines, in place of their own: every phase has a deadline, bodies are
 * bounded, redirects are answers and never followed, and nothing is sent twice. It knows no Azure.
 */
import { promisify } from 'node:util'
import { gunzip, inflate } from 'node:zlib'
import { createHttpHeaders } from '@azure/core-rest-pipeline'
import type { HttpClient, PipelineRequest, PipelineResponse } from '@azure/core-rest-pipeline'
import { Agent, EnvHttpProxyAgent, request as send, type Dispatcher } from 'undici'
import type { Environment } from './cloud.ts'
import { BrokenRequest, brokenBy } from './failure.ts'

/** All in ms. */
export interface Deadlines {
  readonly connectMs: number
  /** From the request's last byte to the answer's headers. */
  readonly headersMs: number
  /** Between two pieces of the answer's body. */
  readonly idleMs: number
  /** The whole request. */
  readonly totalMs: number
}

/** Azure answers a PUT of an endpoint after 3 to 4 s (recorded by Azure CLI, 2026-04); lists of 1,000 take longer. */
export const usualDeadlines: Deadlines = {
  connectMs: 10_000,
  headersMs: 60_000,
  idleMs: 30_000,
  totalMs: 120_000,
}

export interface TransportOptions {
  readonly deadlines?: Partial<Deadlines>
  /** Largest body, after decompression, in bytes. */
  readonly maxBodyBytes?: number
  /** Certificate authorities (PEM) in place of the usual ones; for tests. */
  readonly ca?: string
  /** `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` are taken from here alone. */
  readonly environment: Environment
}

export interface Transport {
  readonly client: HttpClient
  /** Closes every connection; requests under way break. */
  stop(): Promise<void>
}

/** A page of 1,000 private endpoints is some 5 MB. */
const usualMaxBody = 64 * 1024 * 1024
const unpack = { gzip: promisify(gunzip), deflate: promisify(inflate) }

export function createTransport(options: TransportOptions): Transport {
  const deadlines = { ...usualDeadlines, ...options.deadlines }
  const maxBody = options.maxBodyBytes ?? usualMaxBody
  const dispatcher = createDispatcher(options, deadlines, maxBody)
  return {
    client: { sendRequest: (request) => exchange(request, dispatcher, deadlines, maxBody) },
    stop: () => dispatcher.destroy(),
  }
}

function createDispatcher(
  options: TransportOptions,
  deadlines: Deadlines,
  maxBody: number,
): Dispatcher {
  const settings = {
    connect: {
      timeout: deadlines.connectMs,
      ...(options.ca === undefined ? {} : { ca: options.ca }),
    },
    headersTimeout: deadlines.headersMs,
    bodyTimeout: deadlines.idleMs,
    maxResponseSize: maxBody,
    pipelining: 1,
  }
  const setting = (name: string): string | undefined =>
    options.environment[name] ?? options.environment[name.toLowerCase()]
  const httpsProxy = setting('HTTPS_PROXY')
  const httpProxy = setting('HTTP_PROXY')
  if (!httpsProxy && !httpProxy) return new Agent(settings)
  return new EnvHttpProxyAgent({
    ...settings,
    httpsProxy: httpsProxy ?? '',
    httpProxy: httpProxy ?? '',
    noProxy: setting('NO_PROXY') ?? '',
  })
}

async function exchange(
  request: PipelineRequest,
  dispatcher: Dispatcher,
  deadlines: Deadlines,
  maxBody: number,
): Promise<PipelineResponse> {
  if (request.body !== undefined && typeof request.body !== 'string') {
    throw new Error('the transport sends text')
  }
  const deadline = AbortSignal.timeout(deadlines.totalMs)
  let answered = false
  try {
    const answer = await send(request.url, {
      dispatcher,
      method: request.method,
      headers: Object.fromEntries(request.headers),
      body: request.body ?? null,
      signal: deadline,
    })
    answered = true
    const bytes = Buffer.from(await answer.body.arrayBuffer())
    const headers = createHttpHeaders(flat(answer.headers))
    const body = await decompressed(bytes, headers.get('content-encoding'), maxBody)
    return { request, headers, status: answer.statusCode, bodyAsText: body.toString('utf8') }
  } catch (error) {
    throw error instanceof BrokenRequest
      ? error
      : brokenBy(error, new URL(request.url).host, answered)
  }
}

const flat = (
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? (value[0] ?? '') : value]],
    ),
  )

async function decompressed(
  bytes: Buffer,
  encoding: string | undefined,
  maxBody: number,
): Promise<Buffer> {
  switch (encoding?.toLowerCase()) {
    case undefined:
    case '':
    case 'identity':
      return bytes
    case 'gzip':
    case 'x-gzip':
      return unpack.gzip(bytes, { maxOutputLength: maxBody })
    case 'deflate':
      return unpack.deflate(bytes, { maxOutputLength: maxBody })
    default:
      throw new BrokenRequest(
        'Undecodable',
        'fast',
        true,
        'The answer is encoded in an unknown way.',
      )
  }
}
