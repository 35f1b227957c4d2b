/**
 * Azure Policy: assignments of a built-in definition to any scope, and what it forbids there and below. Of
 * Microsoft's built-in definitions it has "Not allowed resource types". An assignment, and its end, take
 * effect as late as those of roles.
 */
import type { Answer } from './answer.ts'
import { Refusal, gateway } from './answer.ts'
import { anything, list, object, oneOf, required, text } from './body.ts'
import type { Call } from './call.ts'
import { bodyOf } from './call.ts'
import { within } from './lock.ts'
import { keyOf, lastName } from './path.ts'
import type { World } from './world.ts'

export const policyType = 'Microsoft.Authorization/policyAssignments'

const definition = {
  name: 'Not allowed resource types',
  id: '/providers/Microsoft.Authorization/policyDefinitions/6c112d4e-5bc7-47ae-a041-ea2d9dccd749',
  version: '2.0.0',
} as const

export interface PolicyAssignment {
  readonly id: string
  readonly name: string
  readonly scope: string
  readonly displayName: string
  readonly enforced: boolean
  readonly types: readonly string[]
  readonly effectiveFrom: number
  effectiveUntil: number
}

const assignmentBody = object({
  id: anything,
  name: anything,
  type: anything,
  location: anything,
  identity: anything,
  properties: object({
    policyDefinitionId: text,
    displayName: text,
    description: anything,
    metadata: anything,
    scope: anything,
    enforcementMode: oneOf('Default', 'DoNotEnforce'),
    parameters: object({
      listOfResourceTypesNotAllowed: object({ value: list(text) }),
      effect: anything,
    }),
  }),
})

const render = ({ id, name, scope, displayName, enforced, types }: PolicyAssignment) => ({
  properties: {
    displayName,
    policyDefinitionId: definition.id,
    scope,
    parameters: { listOfResourceTypesNotAllowed: { value: types } },
    enforcementMode: enforced ? 'Default' : 'DoNotEnforce',
  },
  id,
  type: policyType,
  name,
})

const standing = ({ policies }: World): readonly PolicyAssignment[] =>
  [...policies.values()].filter(({ effectiveUntil }) => effectiveUntil === Infinity)

/** Answers requests for one assignment of a scope, or for all of them. */
export function policyAssignments(call: Call, scope: string, called: string | undefined): Answer {
  const { world } = call
  if (called === undefined) {
    const found = standing(world).filter((each) => within(each.scope, scope))
    return { status: 200, body: { value: found.map(render) } }
  }
  const id = `${scope}/providers/${policyType}/${called}`
  const found = standing(world).find((each) => keyOf(each.id) === keyOf(id))
  switch (call.method) {
    case 'PUT': {
      const made = assignmentOf(call, id, scope, called)
      world.policies.set(keyOf(id), made)
      return { status: 201, body: render(made) }
    }
    case 'DELETE':
      if (found === undefined) return { status: 204 }
      found.effectiveUntil = world.clock.now() + world.lag.role * 1000
      return { status: 200, body: render(found) }
    default:
      if (found !== undefined) return { status: 200, body: render(found) }
      throw new Refusal(404, {
        code: 'PolicyAssignmentNotFound',
        message: `The policy assignment '${called}' is not found.`,
      })
  }
}

function assignmentOf(call: Call, id: string, scope: string, called: string): PolicyAssignment {
  const { clock, lag } = call.world
  const { properties = {} } = bodyOf(call, assignmentBody)
  const wanted = required(properties.policyDefinitionId, 'properties.policyDefinitionId')
  if (keyOf(wanted) !== keyOf(definition.id)) {
    throw new Refusal(404, {
      code: 'PolicyDefinitionNotFound',
      message: `The policy definition '${lastName(wanted)}' could not be found.`,
    })
  }
  return {
    id,
    name: called,
    scope,
    displayName: properties.displayName ?? definition.name,
    enforced: properties.enforcementMode !== 'DoNotEnforce',
    types: properties.parameters?.listOfResourceTypesNotAllowed?.value ?? [],
    effectiveFrom: clock.now() + lag.role * 1000,
    effectiveUntil: Infinity,
  }
}

/** Refuses a PUT that an assignment forbids. Text: Microsoft, "RequestDisallowedByPolicy error". */
export function checkPolicies({ clock, policies }: World, type: string, target: string): void {
  const now = clock.now()
  const against = [...policies.values()].find(
    (each) =>
      each.enforced &&
      each.effectiveFrom <= now &&
      now < each.effectiveUntil &&
      within(target, each.scope) &&
      each.types.some((one) => keyOf(one) === keyOf(type)),
  )
  if (against === undefined) return
  const { id, displayName } = against
  const identifiers = JSON.stringify([
    { policyAssignment: { name: displayName, id }, policyDefinition: definition },
  ])
  const name = lastName(target)
  throw new Refusal(
    403,
    {
      code: 'RequestDisallowedByPolicy',
      target: name,
      message: `Resource '${name}' was disallowed by policy. Policy identifiers: '${identifiers}'.`,
    },
    gateway,
  )
}
