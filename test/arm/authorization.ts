/** Role definitions and assignments over ARM, at any scope. */
import type { Answer } from './answer.ts'
import { Refusal } from './answer.ts'
import type { Call } from './call.ts'
import { forbidden } from './call.ts'
import { assignmentType, assignments } from './role-assignment.ts'
import { definitionType, definitions } from './role-definition.ts'

const refused = (status: number, code: string, message: string) =>
  new Refusal(status, { code, message })

/** The scope, kind and name in a path of Microsoft.Authorization; undefined for any other path. */
export function authorizationOf(path: string) {
  const match =
    /^(.*)\/providers\/Microsoft\.Authorization\/(roleDefinitions|roleAssignments)(?:\/([^/]+))?$/i.exec(
      path,
    )
  if (match === null) return undefined
  const [, scope = '', kind = '', called] = match
  const isDefinition = kind.toLowerCase() === 'roledefinitions'
  return {
    scope,
    type: isDefinition ? definitionType : assignmentType,
    called,
    handle: isDefinition ? definitions : assignments,
  }
}

/** Answers such a path. The caller needs the action on the scope; reads of definitions are free. */
export function authorize(call: Call): Answer {
  const target = authorizationOf(call.path)
  if (target === undefined) throw new Error('the dispatcher sends no other path')
  const { scope, type, called, handle } = target
  const verbs: Readonly<Record<string, string>> = { GET: 'read', PUT: 'write', DELETE: 'delete' }
  const verb = verbs[call.method]
  if (verb === undefined || (called === undefined && verb !== 'read')) {
    throw refused(
      405,
      'MethodNotAllowed',
      `The method ${call.method} is not allowed on '${call.path}'.`,
    )
  }
  if (called !== undefined && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(called)) {
    throw refused(400, 'InvalidRoleId', `The role id '${called}' is not a GUID.`)
  }
  const action = `${type}/${verb}`
  const isFree = verb === 'read' && type === definitionType
  const at = scope === '' ? '/' : scope
  if (!isFree && !call.world.roles.allows(call.caller.objectId, action, at))
    throw forbidden(call.caller, action, at)
  return handle(call, scope, called)
}
