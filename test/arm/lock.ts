/**
 * Management locks: `Microsoft.Authorization/locks` on any scope, and what they hold back there and below.
 * Microsoft, "Lock your resources": CanNotDelete lets everything pass but deletions, ReadOnly reads only.
 */
import type { Answer } from './answer.ts'
import { Refusal, gateway } from './answer.ts'
import { anything, object, oneOf, required, text } from './body.ts'
import type { Call } from './call.ts'
import { bodyOf } from './call.ts'
import { keyOf } from './path.ts'
import type { OperationClass } from './throttle.ts'
import type { World } from './world.ts'

export const lockType = 'Microsoft.Authorization/locks'

export interface Lock {
  readonly id: string
  readonly name: string
  readonly scope: string
  readonly level: 'CanNotDelete' | 'ReadOnly'
  readonly notes: string | undefined
}

const lockBody = object({
  id: anything,
  name: anything,
  type: anything,
  properties: object({
    level: oneOf('CanNotDelete', 'ReadOnly'),
    notes: text,
    owners: anything,
  }),
})

const render = ({ id, name, level, notes }: Lock) => ({
  properties: { level, ...(notes === undefined ? {} : { notes }) },
  id,
  type: lockType,
  name,
})

/** Answers requests for one lock of a scope, or for all of them. */
export function locks(call: Call, scope: string, called: string | undefined): Answer {
  const all = call.world.locks
  if (called === undefined) {
    const found = [...all.values()].filter((each) => keyOf(each.scope).startsWith(keyOf(scope)))
    return { status: 200, body: { value: found.map(render) } }
  }
  const id = `${scope}/providers/${lockType}/${called}`
  const found = all.get(keyOf(id))
  switch (call.method) {
    case 'PUT': {
      const { properties } = bodyOf(call, lockBody)
      const level = required(properties?.level, 'properties.level')
      const made: Lock = { id, name: called, scope, level, notes: properties?.notes }
      all.set(keyOf(id), made)
      return { status: found === undefined ? 201 : 200, body: render(made) }
    }
    case 'DELETE':
      return { status: all.delete(keyOf(id)) ? 200 : 204 }
    default:
      if (found !== undefined) return { status: 200, body: render(found) }
      throw new Refusal(404, {
        code: 'LockNotFound',
        message: `The lock '${called}' could not be found.`,
      })
  }
}

/** Whether `inner` is the scope or lies below it. */
export const within = (inner: string, scope: string): boolean =>
  `${keyOf(inner)}/`.startsWith(`${keyOf(scope)}/`)

/** Refuses what a lock forbids. What is deleted takes with it what lies below: locks there count too. */
export function checkLocks({ locks: all }: World, kind: OperationClass, target: string): void {
  if (kind === 'reads') return
  const holding = [...all.values()].filter(({ scope, level }) => {
    if (within(target, scope)) return kind === 'deletes' || level === 'ReadOnly'
    return kind === 'deletes' && within(scope, target)
  })
  if (holding.length === 0) return
  const verb = kind === 'deletes' ? 'delete' : 'write'
  const scopes = holding.map(({ scope }) => scope).join(',')
  throw new Refusal(
    409,
    {
      code: 'ScopeLocked',
      message:
        `The scope '${target}' cannot perform ${verb} operation because following scope(s) are locked: '${scopes}'. ` +
        'Please remove the lock and try again.',
    },
    gateway,
  )
}
