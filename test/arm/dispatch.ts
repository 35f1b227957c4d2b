/**
 * What a request is for, found before anything is done: ARM's own checks in ARM's order, then the handler
 * of the route. Sign-in and discovery are beside it, asked without a token. Must never touch the wire.
 */
import type { Answer } from './answer.ts'
import { Refusal, gateway } from './answer.ts'
import { authorizationOf, authorize } from './authorization.ts'
import type { Call } from './call.ts'
import { forbidden } from './call.ts'
import { namespaces } from './directory.ts'
import { authenticate, identityOf } from './identity/bearer.ts'
import { signInTarget } from './identity/routes.ts'
import type { Entra } from './identity/sign-in.ts'
import { lastName, segmentsOf } from './path.ts'
import type { Match, Router } from './route.ts'
import { actionOf } from './route.ts'
import type { SimulatedIdentity } from './simulator.ts'
import type { Throttle } from './throttle.ts'

export interface Incoming {
  readonly method: string
  /** As sent, without the query. */
  readonly rawPath: string
  /** Keys in lower case. */
  readonly query: ReadonlyMap<string, string>
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly text: string
}

/** What a request is for, as the log and the faults name it, and the doing of it. */
export interface Target {
  readonly type: string
  readonly operation: string
  readonly name: string
  readonly identity: string | undefined
  readonly run: () => Answer
}

export interface Front extends Entra {
  readonly router: Router
  readonly throttle: Throttle
}

const operations: Readonly<Record<string, string>> = { GET: 'get', HEAD: 'get', PUT: 'put', PATCH: 'patch', POST: 'post', DELETE: 'delete' }

/** Never throws: what is wrong with a path is answered when it is run. */
export function targetOf(front: Front, incoming: Incoming): Target {
  const operation = operations[incoming.method] ?? incoming.method.toLowerCase()
  try {
    const segments = segmentsOf(incoming.rawPath)
    return signInTarget(front, incoming, segments) ?? armTarget(front, incoming, segments, operation)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { type: 'unknown', operation, name: '', identity: undefined, run: () => error.answer() }
  }
}

function armTarget(front: Front, incoming: Incoming, segments: readonly string[], operation: string): Target {
  const path = `/${segments.join('/')}`
  const match = front.router.find(incoming.method, segments)
  const authorization = authorizationOf(path)
  const route = typeof match === 'object' ? match.route : undefined
  const authorizing = authorization?.called === undefined ? 'list' : operation
  return {
    type: route?.type ?? authorization?.type ?? 'unknown',
    operation: route?.operation ?? (authorization === undefined ? operation : authorizing),
    name: lastName(path),
    identity: identityOf(front.tokens, incoming)?.name,
    run: () => answerOf(front, incoming, segments, authorization === undefined ? match : 'authorization'),
  }
}

type Found = Match | 'methodNotAllowed' | 'authorization' | undefined

function answerOf(front: Front, incoming: Incoming, segments: readonly string[], found: Found): Answer {
  const { world } = front
  const caller = authenticate(front, incoming)
  checkContent(incoming)
  const apiVersion = apiVersionOf(incoming)
  const subscriptionId = segments[0]?.toLowerCase() === 'subscriptions' ? segments[1]?.toLowerCase() : undefined
  const match = typeof found === 'object' ? found : undefined
  const limits = front.throttle.pass({
    method: incoming.method,
    type: match?.route.type ?? 'unknown',
    operation: match?.route.operation ?? 'get',
    subscriptionId,
    scope: match?.scope ?? '',
    caller,
  })
  const path = `/${segments.join('/')}`
  const { method, query, headers, text } = incoming
  const call: Call = { world, method, path, names: match?.names ?? {}, query, headers, text, apiVersion, caller }
  try {
    if (subscriptionId !== undefined) checkSubscription(front, subscriptionId, caller)
    const answer = run(call, found, segments, subscriptionId)
    return { ...answer, headers: { ...limits, ...answer.headers } }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const answer = error.answer()
    return { ...answer, headers: { ...limits, ...answer.headers } }
  }
}

function run(call: Call, found: Found, segments: readonly string[], subscriptionId: string | undefined): Answer {
  if (found === 'authorization') return authorize(call)
  if (found === undefined) throw unknown(segments, call.apiVersion)
  if (found === 'methodNotAllowed') {
    throw new Refusal(
      405,
      { code: 'MethodNotAllowed', message: `The HTTP method '${call.method}' is not supported at '${call.path}'.` },
      gateway,
    )
  }
  const { route, scope } = found
  const action = actionOf(route)
  if (action !== 'none' && !call.world.roles.allows(call.caller.objectId, action, scope)) {
    throw forbidden(call.caller, action, scope)
  }
  if (subscriptionId !== undefined && call.method !== 'GET' && call.method !== 'HEAD') checkRegistered(call, route.type, subscriptionId)
  return route.handle(call)
}

function checkContent({ method, headers, text }: Incoming): void {
  const type = headers['content-type']
  if (method === 'GET' || text === '' || type === undefined || /^application\/(.*\+)?json\b/i.test(type)) return
  throw new Refusal(
    415,
    { code: 'UnsupportedMediaType', message: `The content media type '${type}' is not supported. Only 'application/json' is supported.` },
    gateway,
  )
}

/** Any version that is a date: what the simulated Azure answers does not depend on it. */
function apiVersionOf({ query }: Incoming): string {
  const version = query.get('api-version')
  if (version === undefined || version === '') {
    throw new Refusal(
      400,
      { code: 'MissingApiVersionParameter', message: 'The api-version query parameter (?api-version=) is required for all requests.' },
      gateway,
    )
  }
  if (!/^\d{4}-\d\d-\d\d(-preview|-privatepreview)?$/i.test(version)) {
    throw new Refusal(400, { code: 'InvalidApiVersionParameter', message: `The api-version '${version}' is invalid.` }, gateway)
  }
  return version
}

function checkSubscription({ world }: Front, id: string, caller: SimulatedIdentity): void {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) {
    throw new Refusal(
      400,
      { code: 'InvalidSubscriptionId', message: `The provided subscription identifier '${id}' is malformed or invalid.` },
      gateway,
    )
  }
  const found = world.directory.subscriptions.get(id)
  if (found === undefined) {
    throw new Refusal(404, { code: 'SubscriptionNotFound', message: `The subscription '${id}' could not be found.` }, gateway)
  }
  if (found.tenantId === caller.tenantId) return
  const issuer = (tenantId: string): string => `'${world.url}/${tenantId}/'`
  throw new Refusal(
    401,
    {
      code: 'InvalidAuthenticationTokenTenant',
      message:
        `The access token is from the wrong issuer ${issuer(caller.tenantId)}. It must match the tenant ` +
        `${issuer(found.tenantId)} associated with this subscription. Please use the authority (URL) ` +
        `${issuer(found.tenantId)} to get the token. Note, if the subscription is transferred to another tenant there is ` +
        'no impact to the services, but information about new tenant could take time to propagate (up to an hour).',
    },
    gateway,
  )
}

function checkRegistered({ world }: Call, type: string, subscriptionId: string): void {
  const [namespace = ''] = type.split('/')
  const registered = world.directory.subscriptions.get(subscriptionId)?.registered
  if (registered?.has(namespace.toLowerCase()) === true || namespace === 'Microsoft.Resources') return
  throw new Refusal(
    409,
    {
      code: 'MissingSubscriptionRegistration',
      message:
        `The subscription is not registered to use namespace '${namespace}'. ` +
        'See https://aka.ms/rps-not-found for how to register subscriptions.',
      details: [
        { code: 'MissingSubscriptionRegistration', message: `The subscription is not registered to use namespace '${namespace}'.` },
      ],
    },
    gateway,
  )
}

/** ARM's 404 for what it does not have. */
function unknown(segments: readonly string[], apiVersion: string): Refusal {
  const at = segments.findLastIndex((segment) => segment.toLowerCase() === 'providers')
  const namespace = segments[at + 1]
  const top = segments[0]?.toLowerCase() ?? ''
  if (at < 0 || namespace === undefined) {
    const why = top === 'subscriptions' ? `The request path '/${segments.join('/')}' was not found.` : 'The request did not have a subscription or a valid tenant level resource provider.'
    return new Refusal(404, { code: top === 'subscriptions' ? 'NotFound' : 'MissingSubscription', message: why }, gateway)
  }
  if (!namespaces.some((each) => each.toLowerCase() === namespace.toLowerCase())) {
    return new Refusal(404, { code: 'InvalidResourceNamespace', message: `The resource namespace '${namespace}' is invalid.` }, gateway)
  }
  const type = segments.slice(at + 2).filter((_, index) => index % 2 === 0).join('/')
  return new Refusal(
    404,
    {
      code: 'InvalidResourceType',
      message: `The resource type '${type}' could not be found in the namespace '${namespace}' for api version '${apiVersion}'.`,
    },
    gateway,
  )
}
