/**
 * What goes onto the wire with a write, of what the look right before it has shown. Pure. Must never start
 * a body from anything older than that look.
 */
import type { Action, Guard } from './action.ts'
import { changedEndpointBody } from './bodies.ts'
import { text } from './json.ts'
import type { JsonObject, Kind, Models } from './model.ts'
import type { Observed } from './observed.ts'

/** A change starts from the answer to the GET that its guard has asked for just now. */
export function bodyOf(
  action: Exclude<Action, { readonly do: 'delete' }>,
  seen: Observed<Models[Kind]> | undefined,
): JsonObject {
  if (action.do === 'put') return action.body
  if (seen?.is !== 'present') throw new Error('a change without a look')
  return changedEndpointBody(seen.value.raw, action.change)
}

/** Private DNS alone honours entity tags on writes; there the look becomes Azure's own check. */
export function preconditions(
  { id, guard }: { readonly id: Action['id']; readonly guard?: Guard },
  seen: Observed<Models[Kind]> | undefined,
): Readonly<Record<string, string>> {
  if (id.kind !== 'zone' && id.kind !== 'virtualNetworkLink') return {}
  if (guard?.is === 'absent') return { 'if-none-match': '*' }
  if (guard === undefined || guard.is === 'parentOwned' || seen?.is !== 'present') return {}
  const etag = text(seen.value.raw['etag'])
  return etag === undefined || etag === '' ? {} : { 'if-match': etag }
}
