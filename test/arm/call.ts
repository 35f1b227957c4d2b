/** One request to ARM, as handlers see it, and the checks that every provider shares. */
import { Refusal, gateway } from './answer.ts'
import type { Check } from './body.ts'
import { invalidContent } from './body.ts'
import type { Subscription } from './directory.ts'
import type { SimulatedIdentity } from './simulator.ts'
import type { World } from './world.ts'

export interface Call {
  readonly world: World
  readonly method: string
  /** Decoded, without the query. */
  readonly path: string
  /** Values of the route's `{names}`. */
  readonly names: Readonly<Record<string, string>>
  /** Keys in lower case. */
  readonly query: ReadonlyMap<string, string>
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Undefined when there was no body or it was not JSON. */
  readonly text: string
  readonly apiVersion: string
  readonly caller: SimulatedIdentity
}

export function name(call: Call, which: string): string {
  const value = call.names[which]
  if (value === undefined) throw new Error(`the route has no name ${which}`)
  return value
}

export function subscription(call: Call): Subscription {
  const found = call.world.directory.subscriptions.get(name(call, 'subscription').toLowerCase())
  if (found === undefined) throw new Error('the dispatcher lets no other subscription through')
  return found
}

/** The body, checked; a body that is no JSON object is refused. */
export function bodyOf<T>(call: Call, check: Check<T>): T {
  let parsed: unknown
  try {
    parsed = JSON.parse(call.text)
  } catch {
    throw call.text.trim() === ''
      ? new Refusal(400, { code: 'MissingRequestBody', message: 'The request body is missing.' })
      : invalidContent('Unexpected character encountered while parsing value')
  }
  return check(parsed, '')
}

/** Text of AuthorizationFailed and LinkedAuthorizationFailed: Azure's own, recorded in azure-docs#96892. */
export const forbidden = (caller: SimulatedIdentity, action: string, scope: string): Refusal =>
  new Refusal(
    403,
    {
      code: 'AuthorizationFailed',
      message:
        `The client '${caller.clientId}' with object id '${caller.objectId}' does not have authorization to perform action ` +
        `'${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    },
    gateway,
  )

/** What a write needs on another resource than its own. */
export interface Link {
  /** Full action, e.g. `Microsoft.Network/virtualNetworks/subnets/join/action`. */
  readonly action: string
  /** As the message names it, where that differs. */
  readonly named?: string
  readonly scope: string
}

/** Refuses a write whose caller lacks an action on a linked scope. */
export function requireLinks(
  call: Call,
  action: string,
  scope: string,
  links: readonly Link[],
): void {
  const { caller, world } = call
  const missing = links.filter(
    (link) => !world.roles.allows(caller.objectId, link.action, link.scope),
  )
  if (missing.length === 0) return
  throw new Refusal(
    403,
    {
      code: 'LinkedAuthorizationFailed',
      message:
        `The client '${caller.clientId}' with object id '${caller.objectId}' has permission to perform action '${action}' ` +
        `on scope '${scope}'; however, it does not have permission to perform action(s) ` +
        `'${missing.map((link) => link.named ?? link.action).join(',')}' on the linked scope(s) ` +
        `'${missing.map((link) => link.scope).join(',')}' (respectively) or the linked scope(s) are invalid.`,
    },
    gateway,
  )
}
