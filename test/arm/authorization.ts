/** Role definitions and assignments over ARM, at any scope. */
import type { Answer } from './answer.ts'
import { Refusal } from './answer.ts'
import { anything, list, object, required, text } from './body.ts'
import type { Call } from './call.ts'
import { bodyOf, forbidden } from './call.ts'
import { lastName } from './path.ts'
import type { RoleAssignment, RoleDefinition } from './roles.ts'

const definitionType = 'Microsoft.Authorization/roleDefinitions'
const assignmentType = 'Microsoft.Authorization/roleAssignments'

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

const refused = (status: number, code: string, message: string) => new Refusal(status, { code, message })

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
    permissions: list(object({ actions: texts, notActions: texts, dataActions: texts, notDataActions: texts })),
  }),
})
const assignmentBody = object({
  id: anything,
  name: anything,
  type: anything,
  properties: object({ roleDefinitionId: text, principalId: text, principalType: text, description: text, condition: anything, conditionVersion: anything, scope: anything }),
})

/** `roleName eq 'x'`, `atScope()`, `assignedTo('x')`, `principalId eq 'x'`, `type eq 'x'`. */
const clauseOf = (call: Call, member: string): string | undefined =>
  new RegExp(`${member}(?:\\s+eq\\s+|\\()'([^']*)'`, 'i').exec(call.query.get('$filter') ?? '')?.[1]

function definitions(call: Call, scope: string, called: string | undefined): Answer {
  const { roles } = call.world
  const visible = (of: RoleDefinition) => of.tenantId === undefined || of.tenantId === call.caller.tenantId
  if (called === undefined) {
    const roleName = clauseOf(call, 'roleName')
    const kind = clauseOf(call, 'type')
    const value = roles
      .definitions()
      .filter((of) => visible(of) && (roleName === undefined || of.roleName === roleName) && (kind === undefined || of.type === kind))
      .map((of) => renderDefinition(scope, of))
    return { status: 200, body: { value } }
  }
  const found = roles.definition(called)
  switch (call.method) {
    case 'PUT':
      return define(call, scope, called, found)
    case 'DELETE': {
      if (found === undefined) return { status: 204 }
      if (roles.assignments().some((each) => each.definition.toLowerCase() === found.name.toLowerCase())) {
        throw refused(400, 'RoleDefinitionHasAssignments', 'There are existing role assignments referencing role (code: RoleDefinitionHasAssignments).')
      }
      roles.undefine(called)
      return { status: 200, body: renderDefinition(scope, found) }
    }
    default:
      if (found === undefined || !visible(found)) {
        throw refused(404, 'RoleDefinitionDoesNotExist', `The specified role definition with ID '${called}' does not exist.`)
      }
      return { status: 200, body: renderDefinition(scope, found) }
  }
}

function define(call: Call, scope: string, called: string, found: RoleDefinition | undefined): Answer {
  if (found?.type === 'BuiltInRole') throw refused(400, 'RoleDefinitionIsBuiltIn', 'A built-in role cannot be changed.')
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

function assignments(call: Call, scope: string, called: string | undefined): Answer {
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
      if (found === undefined) throw refused(404, 'RoleAssignmentNotFound', `The role assignment '${called}' is not found.`)
      return { status: 200, body: renderAssignment(found) }
  }
}

function assign(call: Call, scope: string, called: string, found: RoleAssignment | undefined): Answer {
  const { roles, clock, directory } = call.world
  const { properties } = bodyOf(call, assignmentBody)
  const definition = roles.definition(lastName(required(properties?.roleDefinitionId, 'properties.roleDefinitionId')))
  const principalId = required(properties?.principalId, 'properties.principalId')
  if (definition === undefined) {
    throw refused(400, 'RoleDefinitionDoesNotExist', `The specified role definition with ID '${lastName(properties?.roleDefinitionId ?? '')}' does not exist.`)
  }
  if (directory.byObjectId.get(principalId)?.tenantId !== call.caller.tenantId) {
    throw refused(400, 'PrincipalNotFound', `Principal ${principalId.replaceAll('-', '')} does not exist in the directory ${call.caller.tenantId}.`)
  }
  const same = roles
    .assignments()
    .find((each) => each.principalId === principalId && each.definition === definition.name && each.scope.toLowerCase() === scope.toLowerCase())
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

/** The scope, kind and name in a path of Microsoft.Authorization; undefined for any other path. */
export function authorizationOf(path: string) {
  const match = /^(.*)\/providers\/Microsoft\.Authorization\/(roleDefinitions|roleAssignments)(?:\/([^/]+))?$/i.exec(path)
  if (match === null) return undefined
  const [, scope = '', kind = '', called] = match
  const isDefinition = kind.toLowerCase() === 'roledefinitions'
  return { scope, type: isDefinition ? definitionType : assignmentType, called, handle: isDefinition ? definitions : assignments }
}

/** Answers such a path. The caller needs the action on the scope; reads of definitions are free. */
export function authorize(call: Call): Answer {
  const target = authorizationOf(call.path)
  if (target === undefined) throw new Error('the dispatcher sends no other path')
  const { scope, type, called, handle } = target
  const verbs: Readonly<Record<string, string>> = { GET: 'read', PUT: 'write', DELETE: 'delete' }
  const verb = verbs[call.method]
  if (verb === undefined || (called === undefined && verb !== 'read')) {
    throw refused(405, 'MethodNotAllowed', `The method ${call.method} is not allowed on '${call.path}'.`)
  }
  if (called !== undefined && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(called)) {
    throw refused(400, 'InvalidRoleId', `The role id '${called}' is not a GUID.`)
  }
  const action = `${type}/${verb}`
  const isFree = verb === 'read' && type === definitionType
  const at = scope === '' ? '/' : scope
  if (!isFree && !call.world.roles.allows(call.caller.objectId, action, at)) throw forbidden(call.caller, action, at)
  return handle(call, scope, called)
}
