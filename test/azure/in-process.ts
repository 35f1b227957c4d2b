/**
 * An Azure of a few lines, for tests of one thing at a time: the real pipelines and SDKs over a wire that
 * a test answers by hand, on a clock that a test moves. No socket, no timer.
 */
import { createHttpHeaders } from '@azure/core-rest-pipeline'
import type { PipelineRequest, PipelineResponse } from '@azure/core-rest-pipeline'
import type { ArmError } from '../../operator/azure/error.ts'
import type { Cadence } from '../../operator/azure/cadence.ts'
import { createClient, type Clock, type Observation } from '../../operator/azure/client.ts'
import { makeId, type Id, type IdKind } from '../../operator/azure/id.ts'
import { Limiter } from '../../operator/azure/limiter.ts'
import type { JsonObject } from '../../operator/azure/model.ts'
import { createPipelines } from '../../operator/azure/pipelines.ts'
import { Session } from '../../operator/azure/session.ts'
import { TokenSource, type FetchToken } from '../../operator/azure/token.ts'
import { usualGraces } from '../../operator/azure/traces.ts'
import { Turns } from '../../operator/azure/turns.ts'
import { View } from '../../operator/azure/view.ts'
import { write } from '../../operator/azure/write.ts'

export const subscriptionId = '11111111-2222-3333-4444-555555555555'
export const resourceManager = 'https://management.azure.test'

/** An id in the group `rg`. */
export const idOf = <K extends IdKind>(kind: K, ...names: readonly string[]): Id<K> =>
  makeId(kind, subscriptionId, 'rg', ...names)

/** A clock that stands until it is moved. */
export interface HandClock extends Clock {
  pass(ms: number): void
}

/** @param wall the wall clock at the start, ms since the epoch */
export function handClock(wall = Date.UTC(2026, 0, 1)): HandClock {
  const start = 1_000_000
  let at = start
  return {
    monotonicMs: () => at,
    now: () => new Date(wall + at - start),
    pass: (ms) => {
      at += ms
    },
  }
}

export interface Asked {
  readonly method: string
  readonly url: string
  readonly path: string
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

export interface Said {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** An object is sent as JSON, a text as it is. */
  readonly body?: JsonObject | string
}

/** Answers a request, or throws what a wire throws. */
export type Answer = (asked: Asked) => Said | Promise<Said>

export interface InProcess {
  readonly view: View
  readonly clock: HandClock
  readonly asked: Asked[]
  readonly observed: Observation[]
  readonly limiter: Limiter
  /** `GET /path?query`, one for each request. */
  lines(): readonly string[]
}

export interface InProcessOptions {
  readonly clock?: HandClock
  readonly mayWrite?: () => boolean
  readonly fetchToken?: FetchToken
  readonly limiter?: Limiter
  /** An origin; absent: that of a cloud that does not exist. */
  readonly resourceManager?: string
  /** With a clock that has timers: how often lists are read unasked. */
  readonly cadence?: Cadence
}

const hour = 3_600_000

export function inProcess(answer: Answer, options: InProcessOptions = {}): InProcess {
  const clock = options.clock ?? handClock()
  const asked: Asked[] = []
  const observed: Observation[] = []
  const wire = {
    sendRequest: async (request: PipelineRequest): Promise<PipelineResponse> => {
      const one = askedOf(request)
      asked.push(one)
      const { status = 200, headers = {}, body } = await answer(one)
      const bodyAsText = typeof body === 'object' ? JSON.stringify(body) : (body ?? '')
      return { request, status, headers: createHttpHeaders(headers), bodyAsText }
    },
  }
  const { resourceManager: manager = resourceManager } = options
  const pipelines = createPipelines({
    resourceManager: manager,
    userAgent: 'pgpe-operator/0.0.0',
    client: wire,
  })
  const onRequest = (one: Observation): void => void observed.push(one)
  const client = createClient({ pipelines, resourceManager: manager, clock, onRequest })
  const fetchToken = options.fetchToken ?? (() => Promise.resolve(freshToken(clock, 'token-1')))
  const tokens = new TokenSource(fetchToken, clock)
  const limiter = options.limiter ?? new Limiter()
  const session = new Session({ identity: 'operator', tokens, limiter, client, clock })
  const mayWrite = options.mayWrite ?? (() => true)
  const lanes = new Turns({ now: () => clock.monotonicMs() })
  const writer = { session, lanes, mayWrite, random: () => 0.5 }
  const view = new View({
    reader: { session, clock, resourceManager: manager },
    clock,
    graces: usualGraces,
    ...(options.cadence === undefined ? {} : { cadence: options.cadence }),
    write: (self, action, by) => write(writer, self, action, by),
  })
  const lines = (): readonly string[] =>
    asked.map(({ method, path, query }) => `${method} ${path}?${query}`)
  return { view, clock, asked, observed, limiter, lines }
}

export const freshToken = (clock: Clock, token: string) =>
  ({ is: 'fetched', token: { token, expiresAt: clock.now().getTime() + hour } }) as const

function askedOf(request: PipelineRequest): Asked {
  const { pathname, search } = new URL(request.url)
  return {
    method: request.method,
    url: request.url,
    path: pathname,
    query: search.slice(1),
    headers: request.headers.toJSON(),
    body: typeof request.body === 'string' ? request.body : undefined,
  }
}

/** ARM's error envelope. */
export const refused = (status: number, code: string, message = 'As Azure says it.'): Said => ({
  status,
  body: { error: { code, message } },
})

/** A promise that a test settles, and whether it was waited for. */
export interface Gate {
  readonly opened: Promise<void>
  readonly open: () => void
}

export function gate(): Gate {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { opened: promise, open: resolve }
}

/** What was not readable, or a failure of the test. */
export function errorIn(seen: { readonly is: string; readonly error?: ArmError }): ArmError {
  if (seen.error === undefined) throw new Error(`expected an error, saw ${seen.is}`)
  return seen.error
}
