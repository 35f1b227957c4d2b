/**
 * What a request is for, found before anything is done: ARM's own checks in ARM's order, then the handler
 * of the route. Sign-in and discovery are beside it, asked without a token. Must never touch the wire.
 */
import {
  apiVersionOf,
  checkContent,
  checkEnabled,
  checkRegistered,
  checkSubscription,
  methodNotAllowed,
  unknown,
} from './admission.ts'
import type { Answer } from './answer.ts'
import { Refusal } from './answer.ts'
import { authorizationOf, authorize } from './authorization.ts'
import type { Call } from './call.ts'
import { forbidden } from './call.ts'
import { authenticate, identityOf } from './identity/bearer.ts'
import { signInTarget } from './identity/routes.ts'
import type { Entra } from './identity/sign-in.ts'
import { checkLocks } from './lock.ts'
import { lastName, segmentsOf } from './path.ts'
import { checkPolicies } from './policy.ts'
import type { Match, Router } from './route.ts'
import { actionOf } from './route.ts'
import type { Throttle } from './throttle.ts'
import { classOf } from './throttle.ts'

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
  /** Lower-case; undefined for what is above subscriptions. */
  readonly subscription: string | undefined
  readonly identity: string | undefined
  readonly run: () => Answer
}

export interface Front extends Entra {
  readonly router: Router
  readonly throttle: Throttle
}

const operations: Readonly<Record<string, string>> = {
  GET: 'get',
  HEAD: 'get',
  PUT: 'put',
  PATCH: 'patch',
  POST: 'post',
  DELETE: 'delete',
}

/** Never throws: what is wrong with a path is answered when it is run. */
export function targetOf(front: Front, incoming: Incoming): Target {
  const operation = operations[incoming.method] ?? incoming.method.toLowerCase()
  try {
    const segments = segmentsOf(withoutParentPath(machineTokenPath(incoming.rawPath)))
    return (
      signInTarget(front, incoming, segments) ?? armTarget(front, incoming, segments, operation)
    )
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const nowhere = { name: '', subscription: undefined, identity: undefined }
    return { type: 'unknown', operation, ...nowhere, run: () => error.answer() }
  }
}

/**
 * The Azure CLI's generic commands write `providers/<namespace>/<parent path>/<type>` with an empty parent
 * path, and ARM takes it. Any other empty segment is refused.
 */
const withoutParentPath = (rawPath: string): string =>
  rawPath.replace(/(\/providers\/[^/]+)\/\/(?=[^/])/i, '$1/')

/** msal-node 5.6 ends the path with a slash where AZURE_POD_IDENTITY_AUTHORITY_HOST names the host. */
const machineTokenPath = (rawPath: string): string =>
  rawPath.replace(/^(\/metadata\/identity\/oauth2\/token)\/$/i, '$1')

function armTarget(
  front: Front,
  incoming: Incoming,
  segments: readonly string[],
  operation: string,
): Target {
  const path = `/${segments.join('/')}`
  const match = front.router.find(incoming.method, segments)
  const authorization = authorizationOf(path)
  const route = typeof match === 'object' ? match.route : undefined
  const authorizing = authorization?.called === undefined ? 'list' : operation
  return {
    type: route?.type ?? authorization?.type ?? 'unknown',
    operation: route?.operation ?? (authorization === undefined ? operation : authorizing),
    name: lastName(path),
    subscription: subscriptionOf(segments),
    identity: identityOf(front.tokens, incoming)?.name,
    run: () =>
      answered(() =>
        answerOf(front, incoming, segments, authorization === undefined ? match : 'authorization'),
      ),
  }
}

/** Lower-case. */
const subscriptionOf = ([first, second]: readonly string[]): string | undefined =>
  first?.toLowerCase() === 'subscriptions' ? second?.toLowerCase() : undefined

type Found = Match | 'methodNotAllowed' | 'authorization' | undefined

function answerOf(
  front: Front,
  incoming: Incoming,
  segments: readonly string[],
  found: Found,
): Answer {
  const caller = authenticate(front, incoming)
  checkContent(incoming)
  const match = typeof found === 'object' ? found : undefined
  const subscriptionId = subscriptionOf(segments)
  const { method, query, headers, text } = incoming
  const call: Call = {
    world: front.world,
    method,
    path: `/${segments.join('/')}`,
    names: match?.names ?? {},
    query,
    headers,
    text,
    apiVersion: apiVersionOf(incoming),
    caller,
  }
  const limits = front.throttle.pass({
    method,
    type: match?.route.type ?? 'unknown',
    operation: match?.route.operation ?? 'get',
    subscriptionId,
    scope: match?.scope ?? '',
    caller,
  })
  const answer = answered(() => {
    if (subscriptionId !== undefined) checkSubscription(call, subscriptionId)
    return run(call, found, segments, subscriptionId)
  })
  return { ...answer, headers: { ...limits, ...answer.headers } }
}

function answered(run: () => Answer): Answer {
  try {
    return run()
  } catch (error) {
    if (error instanceof Refusal) return error.answer()
    throw error
  }
}

function run(
  call: Call,
  found: Found,
  segments: readonly string[],
  subscriptionId: string | undefined,
): Answer {
  if (found === 'authorization') return authorize(call)
  if (found === undefined) throw unknown(segments, call.apiVersion)
  if (found === 'methodNotAllowed') throw methodNotAllowed(call)
  const { route, scope } = found
  const action = actionOf(route)
  if (action !== 'none' && !call.world.roles.allows(call.caller.objectId, action, scope)) {
    throw forbidden(call.caller, action, scope)
  }
  if (subscriptionId !== undefined && classOf(call.method) !== 'reads') {
    checkEnabled(call, route, subscriptionId)
    checkRegistered(call, route.type, subscriptionId)
    checkLocks(call.world, classOf(call.method), scope)
    if (call.method === 'PUT') checkPolicies(call.world, route.type, scope)
  }
  return route.handle(call)
}
