/** Role assignments over ARM, at any scope. */
import type { Answer } from './answer.ts'
import { Refusal } from './answer.ts'
import { anything, object, required, text } from './body.ts'
import type { Call } from './call.ts'
import { bodyOf } from './call.ts'
import { lastName } from './path.ts'
import { definitionType } from './role-definition.ts'
import { clauseOf } from './role-filter.ts'
import type { RoleAssignment } from './roles.ts'

export const assignmentType = 'Microsoft.Authorization/roleAssignments'

const renderAssignment = (of: RoleAssignment) => ({
  id: `${of.scope}/providers/${assignmentType}/${of.name}`,
  type: assignmentType,
  name: of.name,
  properties: {
    roleDefinitionId: `${of.scope.split('/').slice(0, 3).join('/')}/providers/${definitionType}/${of.definition}`,
    principalId: of.principalId,
    principalType: of.principalType,
    scope: of.scope,
    createdOn: of.createdOn,
    updatedOn: of.createdOn,
  },
})

const refused = (status: number, code: string, message: string) =>
  new Refusal(status, { code, message })

const assignmentBody = object({
  id: anything,
  name: anything,
  type: anything,
  properties: object({
    roleDefinitionId: text,
    principalId: text,
    principalType: text,
    description: text,
    condition: anything,
    conditionVersion: anything,
    scope: anything,
  }),
})

export function assignments(call: Call, scope: string, called: string | undefined): Answer {
  const { roles } = call.world
  if (called === undefined) {
    const principal = clauseOf(call, 'principalId') ?? clauseOf(call, 'assignedTo')
    const at = scope.toLowerCase()
    const above = /atScope\(\)/i.test(call.query.get('$filter') ?? '')
    const value = roles.assignments().filter((of) => {
      const theirs = of.scope.toLowerCase()
      const fits = at.startsWith(theirs) || (!above && theirs.startsWith(at))
      return fits && (principal === undefined || of.principalId === principal)
    })
    return { status: 200, body: { value: value.map(renderAssignment) } }
  }
  const found = roles.assignment(called)
  switch (call.method) {
    case 'PUT':
      return assign(call, scope, called, found)
    case 'DELETE':
      if (found === undefined) return { status: 204 }
      roles.unassign(called)
      return { status: 200, body: renderAssignment(found) }
    default:
      if (found === undefined)
        throw refused(
          404,
          'RoleAssignmentNotFound',
          `The role assignment '${called}' is not found.`,
        )
      return { status: 200, body: renderAssignment(found) }
  }
}

function assign(
  call: Call,
  scope: string,
  called: string,
  found: RoleAssignment | undefined,
): Answer {
  const { roles, clock, directory } = call.world
  const { properties } = bodyOf(call, assignmentBody)
  const definition = roles.definition(
    lastName(required(properties?.roleDefinitionId, 'properties.roleDefinitionId')),
  )
  const principalId = required(properties?.principalId, 'properties.principalId')
  if (definition === undefined) {
    throw refused(
      400,
      'RoleDefinitionDoesNotExist',
      `The specified role definition with ID '${lastName(properties?.roleDefinitionId ?? '')}' does not exist.`,
    )
  }
  if (directory.byObjectId.get(principalId)?.tenantId !== call.caller.tenantId) {
    throw refused(
      400,
      'PrincipalNotFound',
      `Principal ${principalId.replaceAll('-', '')} does not exist in the directory ${call.caller.tenantId}.`,
    )
  }
  const same = roles
    .assignments()
    .find(
      (each) =>
        each.principalId === principalId &&
        each.definition === definition.name &&
        each.scope.toLowerCase() === scope.toLowerCase(),
    )
  if (same !== undefined || found !== undefined) {
    throw refused(409, 'RoleAssignmentExists', 'The role assignment already exists.')
  }
  const made: RoleAssignment = {
    name: called.toLowerCase(),
    scope,
    definition: definition.name,
    principalId,
    principalType: properties?.principalType ?? 'ServicePrincipal',
    createdOn: clock.iso(),
  }
  roles.assign(made)
  return { status: 201, body: renderAssignment(made) }
}
