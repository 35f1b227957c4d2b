/** Role definitions over ARM: built-in ones are read, a tenant's own are written. */
import type { Answer } from './answer.ts'
import { Refusal } from './answer.ts'
import { anything, list, object, required, text } from './body.ts'
import type { Call } from './call.ts'
import { bodyOf } from './call.ts'
import type { RoleDefinition } from './built-in-roles.ts'
import { clauseOf } from './role-filter.ts'

export const definitionType = 'Microsoft.Authorization/roleDefinitions'

const renderDefinition = (scope: string, of: RoleDefinition) => ({
  id: `${of.type === 'BuiltInRole' ? '' : scope}/providers/${definitionType}/${of.name}`,
  type: definitionType,
  name: of.name,
  properties: {
    roleName: of.roleName,
    type: of.type,
    description: of.description,
    assignableScopes: of.assignableScopes,
    permissions: of.permissions,
  },
})

const refused = (status: number, code: string, message: string) =>
  new Refusal(status, { code, message })

const texts = list(text)
const definitionBody = object({
  id: anything,
  name: anything,
  type: anything,
  properties: object({
    roleName: text,
    description: text,
    type: text,
    assignableScopes: texts,
    permissions: list(
      object({ actions: texts, notActions: texts, dataActions: texts, notDataActions: texts }),
    ),
  }),
})
export function definitions(call: Call, scope: string, called: string | undefined): Answer {
  const { roles } = call.world
  const visible = (of: RoleDefinition) =>
    of.tenantId === undefined || of.tenantId === call.caller.tenantId
  if (called === undefined) {
    const roleName = clauseOf(call, 'roleName')
    const kind = clauseOf(call, 'type')
    const value = roles
      .definitions()
      .filter(
        (of) =>
          visible(of) &&
          (roleName === undefined || of.roleName === roleName) &&
          (kind === undefined || of.type === kind),
      )
      .map((of) => renderDefinition(scope, of))
    return { status: 200, body: { value } }
  }
  const found = roles.definition(called)
  switch (call.method) {
    case 'PUT':
      return define(call, scope, called, found)
    case 'DELETE': {
      if (found === undefined) return { status: 204 }
      if (
        roles
          .assignments()
          .some((each) => each.definition.toLowerCase() === found.name.toLowerCase())
      ) {
        throw refused(
          400,
          'RoleDefinitionHasAssignments',
          'There are existing role assignments referencing role (code: RoleDefinitionHasAssignments).',
        )
      }
      roles.undefine(called)
      return { status: 200, body: renderDefinition(scope, found) }
    }
    default:
      if (found === undefined || !visible(found)) {
        throw refused(
          404,
          'RoleDefinitionDoesNotExist',
          `The specified role definition with ID '${called}' does not exist.`,
        )
      }
      return { status: 200, body: renderDefinition(scope, found) }
  }
}

function define(
  call: Call,
  scope: string,
  called: string,
  found: RoleDefinition | undefined,
): Answer {
  if (found?.type === 'BuiltInRole')
    throw refused(400, 'RoleDefinitionIsBuiltIn', 'A built-in role cannot be changed.')
  const { properties } = bodyOf(call, definitionBody)
  const made: RoleDefinition = {
    name: called.toLowerCase(),
    tenantId: call.caller.tenantId,
    roleName: required(properties?.roleName, 'properties.roleName'),
    description: properties?.description ?? '',
    type: 'CustomRole',
    assignableScopes: required(properties?.assignableScopes, 'properties.assignableScopes'),
    permissions: required(properties?.permissions, 'properties.permissions').map((each) => ({
      actions: each.actions ?? [],
      notActions: each.notActions ?? [],
      dataActions: each.dataActions ?? [],
      notDataActions: each.notDataActions ?? [],
    })),
  }
  call.world.roles.define(made)
  return { status: 201, body: renderDefinition(scope, made) }
}
