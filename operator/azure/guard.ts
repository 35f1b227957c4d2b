/**
 * What must hold in the moment before a write. Pure. In doubt it does not hold: an answer that lacks what
 * the guard asks for is as good as a foreign one.
 */
import type { Guard } from './action.ts'
import { endpointOf, sameText, zoneOf, type Id } from './id.ts'
import { text } from './json.ts'
import type { Kind, Models, Tags } from './model.ts'
import type { Observed } from './observed.ts'

/** Tag names on what we make: our cluster and object's uid, and the object's name for people. */
export const pgpeOwner = 'pgpeOwner'
export const pgpeObject = 'pgpeObject'

/** A tag by its name, which Azure compares without case. */
export function tagOf(tags: Tags, name: string): string | undefined {
  for (const [key, value] of tags) if (sameText(key, name)) return value
  return undefined
}

/** The resource that the guard is about; undefined for a guard that can't hold for this kind. */
export function guarded(guard: Guard, id: Id<Kind>): Id<Kind> | undefined {
  if (guard.is !== 'parentOwned') return id
  if (is('zoneGroup', id)) return endpointOf(id)
  if (is('virtualNetworkLink', id)) return zoneOf(id)
  return undefined
}

const is = <K extends Kind>(kind: K, id: Id<Kind>): id is Id<K> => id.kind === kind

/** Whether what was seen just now is what the guard asks for. */
export function holds(guard: Guard, seen: Observed<Models[Kind]>): boolean {
  if (seen.is === 'unreadable') return false
  if (guard.is === 'absent') return seen.is === 'absent'
  if (seen.is === 'absent') return false
  const resource = seen.value
  switch (guard.is) {
    case 'owned':
    case 'parentOwned':
      return isOwned(resource, guard.owner, guard.resourceGuid)
    case 'unchanged':
      return text(resource.raw['etag']) === guard.etag && guard.etag !== ''
    case 'bound':
      return isBound(resource, guard)
  }
}

/** Our tag; or no owner's tag at all on the very incarnation that we made. */
function isOwned(resource: Models[Kind], owner: string, resourceGuid: string | undefined): boolean {
  if (!('tags' in resource)) return false
  const tag = tagOf(resource.tags, pgpeOwner)
  if (tag !== undefined) return tag === owner
  const guid = 'resourceGuid' in resource ? resource.resourceGuid : undefined
  return resourceGuid !== undefined && sameText(guid, resourceGuid)
}

function isBound(resource: Models[Kind], guard: Extract<Guard, { readonly is: 'bound' }>): boolean {
  if (resource.id.kind !== 'connection' || !('groupIds' in resource)) return false
  const connection = resource as Models['connection']
  return (
    sameText(connection.privateEndpointId, guard.privateEndpointId) &&
    sameTexts(connection.groupIds, guard.groupIds) &&
    guard.states.includes(connection.state)
  )
}

const sameTexts = (a: readonly string[], b: readonly string[]): boolean => {
  const key = (texts: readonly string[]): string =>
    JSON.stringify(texts.map((one) => one.toLowerCase()).toSorted())
  return key(a) === key(b)
}
