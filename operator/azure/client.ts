/**
 * One request to Azure and its answer: sent through the SDK's pipeline, decoded as JSON here, told to the
 * observer. A read whose connection broke is sent once more at once; a write never is.
 */
import { digestOf } from './digest.ts'
import { BrokenRequest } from './failure.ts'
import type { ArmError } from './error.ts'
import type { Json, JsonObject } from './model.ts'
import type { Pipelines } from './pipelines.ts'
import { refusal, type HeaderValues } from './refusal.ts'
import type { Route } from './routes.ts'

/** Injected time. */
export interface Clock {
  /** ms, never going back; only differences mean anything. */
  monotonicMs(): number
  /** The wall clock; for dates alone. */
  now(): Date
  /** Calls back once after `ms`, unless the answer is called before. Absent: nothing is read unasked. */
  timer?(ms: number, then: () => void): () => void
}

/** One request as metrics and logs may show it: nothing of its body, no token, no name. */
export interface Observation {
  readonly method: string
  /** ARM type; a list ends in `/list`. */
  readonly type: string
  readonly subscriptionId: string
  readonly identity: string
  /** Absent when no answer came. */
  readonly status?: number
  /** ARM's code or ours, of anything but a success. */
  readonly code?: string
  readonly correlationId?: string
  readonly ms: number
}

export interface Call {
  readonly method: 'GET' | 'PUT' | 'DELETE'
  readonly route: Route
  readonly token: string
  readonly identity: string
  readonly body?: JsonObject
  readonly headers?: Readonly<Record<string, string>>
  readonly mayLeave?: () => boolean
}

export type Answer =
  /** 2xx. `body` is undefined when there was none or it was not JSON. */
  | {
      readonly is: 'success'
      readonly status: number
      readonly headers: HeaderValues
      readonly body: Json | undefined
      /** Of the body's text, where the caller knows one; `body` is undefined if it is the same. */
      readonly digest?: number
    }
  /** Any other status. */
  | {
      readonly is: 'refusal'
      readonly status: number
      readonly headers: HeaderValues
      readonly error: ArmError
    }
  | { readonly is: 'broken'; readonly sent: boolean; readonly error: ArmError }

export interface Client {
  /** Never rejects for what the network or Azure does. */
  send(call: Call): Promise<Answer>
}

export interface ClientOptions {
  readonly pipelines: Pipelines
  /** Origin of the cloud's resource manager. */
  readonly resourceManager: string
  readonly clock: Clock
  readonly onRequest: (observation: Observation) => void
}

export function createClient(options: ClientOptions): Client {
  const once = async (call: Call): Promise<Answer> => {
    const began = options.clock.monotonicMs()
    const answer = await attempt(options, call)
    options.onRequest(observed(call, answer, options.clock.monotonicMs() - began))
    return answer
  }
  return {
    send: async (call) => {
      const answer = await once(call)
      const brokeOnTheWay =
        answer.is === 'broken' && answer.sent && answer.error.code === 'Unreachable'
      return call.method === 'GET' && brokeOnTheWay ? once(call) : answer
    },
  }
}

async function attempt(options: ClientOptions, call: Call): Promise<Answer> {
  try {
    const { status, headers, bodyAsText } = await options.pipelines.send(call.route.provider, {
      method: call.method,
      address: { origin: options.resourceManager, path: call.route.path },
      query: call.route.query,
      token: call.token,
      mayLeave: call.mayLeave ?? (() => true),
      ...(call.headers === undefined ? {} : { headers: call.headers }),
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    })
    const success = status >= 200 && status < 300
    const digest =
      call.route.known === undefined || !success ? undefined : digestOf(bodyAsText ?? '')
    const body = digest !== undefined && digest === call.route.known ? undefined : json(bodyAsText)
    if (success) {
      return { is: 'success', status, headers, body, ...(digest === undefined ? {} : { digest }) }
    }
    const now = options.clock.now().getTime()
    return { is: 'refusal', status, headers, error: refusal(status, headers, body, now) }
  } catch (error) {
    if (!(error instanceof BrokenRequest)) throw error
    return { is: 'broken', sent: error.sent, error: error.toArmError() }
  }
}

function json(body: string | null | undefined): Json | undefined {
  try {
    return body ? (JSON.parse(body) as Json) : undefined
  } catch {
    return undefined
  }
}

function observed(call: Call, answer: Answer, ms: number): Observation {
  const error = answer.is === 'success' ? undefined : answer.error
  return {
    method: call.method,
    type: call.route.type,
    subscriptionId: call.route.subscriptionId,
    identity: call.identity,
    ms,
    ...(answer.is === 'broken' ? {} : { status: answer.status }),
    ...(error === undefined ? {} : { code: error.code }),
    ...(error?.correlationId === undefined ? {} : { correlationId: error.correlationId }),
  }
}
