/**
 * The SDKs' own pipelines, less what sends twice, follows redirects, reads the environment or decodes
 * on trust; and with a gate of ours as the last thing before the wire. The only importer of
 * `@azure/arm-*`. Must never let a request leave without a pass.
 */
import { createHttpHeaders, createPipelineRequest } from '@azure/core-rest-pipeline'
import type {
  HttpClient,
  Pipeline,
  PipelinePolicy,
  PipelineRequest,
  PipelineResponse,
} from '@azure/core-rest-pipeline'
import { BrokenRequest } from './failure.ts'
import type { Provider } from './routes.ts'
import { faultOf, type Address } from './url.ts'

/** What one request may do. */
export interface Pass {
  readonly method: 'GET' | 'PUT' | 'DELETE'
  readonly address: Address
  readonly query: string
  readonly token: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Asked once more in the moment before the wire; false stops the request. */
  readonly mayLeave: () => boolean
}

export interface Pipelines {
  /** Rejects with `BrokenRequest` alone. */
  send(provider: Provider, pass: Pass): Promise<PipelineResponse>
}

/** What stays of the SDKs' policies: user agent, request id, compression and tracing. */
const kept: readonly string[] = [
  'userAgentPolicy',
  'setClientRequestIdPolicy',
  'decompressResponsePolicy',
  'tracingPolicy',
]

export interface PipelineOptions {
  /** Origin of the cloud's resource manager. */
  readonly resourceManager: string
  /** `pgpe-operator/1.2.3`, before what the SDKs say of themselves. */
  readonly userAgent: string
  readonly client: HttpClient
}

export function createPipelines(options: PipelineOptions): Pipelines {
  const passes = new WeakMap<PipelineRequest, Pass>()
  const made = new Map<Provider, Promise<Pipeline>>()
  const pipelineOf = (provider: Provider): Promise<Pipeline> => {
    const known = made.get(provider)
    if (known !== undefined) return known
    const loading = load(provider, options).then((pipeline) => restricted(pipeline, passes))
    made.set(provider, loading)
    return loading
  }
  return {
    send: async (provider, pass) => {
      const pipeline = await pipelineOf(provider)
      const request = requestOf(pass)
      passes.set(request, pass)
      return pipeline.sendRequest(options.client, request)
    },
  }
}

/** Each SDK is loaded when its provider is first asked: they cost memory. */
async function load(provider: Provider, options: PipelineOptions): Promise<Pipeline> {
  const settings = {
    endpoint: options.resourceManager,
    userAgentOptions: { userAgentPrefix: options.userAgent },
    retryOptions: { maxRetries: 0 },
  }
  switch (provider) {
    case 'network': {
      const { createNetworkManagement } = await import('@azure/arm-network/api')
      return createNetworkManagement(noCredential, '', settings).pipeline
    }
    case 'dns': {
      const { createPrivateDnsManagement } = await import('@azure/arm-privatedns/api')
      return createPrivateDnsManagement(noCredential, '', settings).pipeline
    }
    case 'postgres': {
      const { PostgreSQLManagementFlexibleServerClient } =
        await import('@azure/arm-postgresql-flexible')
      return new PostgreSQLManagementFlexibleServerClient(noCredential, settings).pipeline
    }
  }
}

/** The SDKs ask for a credential; the gate alone attaches tokens. */
const noCredential = { getToken: () => Promise.reject(new Error('the gate attaches tokens')) }

function restricted(pipeline: Pipeline, passes: WeakMap<PipelineRequest, Pass>): Pipeline {
  for (const { name } of pipeline.getOrderedPolicies()) {
    if (!kept.includes(name)) pipeline.removePolicy({ name })
  }
  pipeline.addPolicy(gate(passes), { afterPhase: 'Sign' })
  return pipeline
}

/** The one place where a token meets a URL. */
const gate = (passes: WeakMap<PipelineRequest, Pass>): PipelinePolicy => ({
  name: 'gate',
  sendRequest: (request, next) => {
    const pass = passes.get(request)
    const fault = pass === undefined ? 'nobody asked for it' : faultOf(request.url, pass.address)
    if (pass === undefined || fault !== undefined || request.method !== pass.method) {
      const because = fault ?? 'its method was changed'
      throw new BrokenRequest('UnsafeUrl', 'slow', false, `A request was not sent: ${because}.`)
    }
    if (!pass.mayLeave()) {
      throw new BrokenRequest('LeaseLost', 'fast', false, 'This process no longer leads.')
    }
    request.headers.set('authorization', `Bearer ${pass.token}`)
    return next(request)
  },
})

const requestOf = (pass: Pass): PipelineRequest =>
  createPipelineRequest({
    url: `${pass.address.origin}${pass.address.path}?${pass.query}`,
    method: pass.method,
    headers: createHttpHeaders({
      accept: 'application/json',
      ...(pass.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...pass.headers,
    }),
    ...(pass.body === undefined ? {} : { body: pass.body }),
  })
