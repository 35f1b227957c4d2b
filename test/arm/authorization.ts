/** Microsoft.Authorization over ARM, at any scope: role definitions and assignments, locks, policies. */
import type { Answer } from './answer.ts'
import { Refusal } from './answer.ts'
import type { Call } from './call.ts'
import { forbidden } from './call.ts'
import { locks, lockType } from './lock.ts'
import { policyAssignments, policyType } from './policy.ts'
import { assignmentType, assignments } from './role-assignment.ts'
import { definitionType, definitions } from './role-definition.ts'

const refused = (status: number, code: string, message: string) =>
  new Refusal(status, { code, message })

interface Kind {
  readonly type: string
  /** Names are GUIDs. */
  readonly guids?: true
  readonly handle: (call: Call, scope: string, called: string | undefined) => Answer
}

/** By the last type in the path, in lower case. */
const kinds: Readonly<Record<string, Kind>> = {
  roledefinitions: { type: definitionType, guids: true, handle: definitions },
  roleassignments: { type: assignmentType, guids: true, handle: assignments },
  locks: { type: lockType, handle: locks },
  policyassignments: { type: policyType, handle: policyAssignments },
}

/** The scope, kind and name in a path of Microsoft.Authorization; undefined for any other path. */
export function authorizationOf(path: string) {
  const match = /^(.*)\/providers\/Microsoft\.Authorization\/([^/]+)(?:\/([^/]+))?$/i.exec(path)
  const [, scope = '', name = '', called] = match ?? []
  const kind = kinds[name.toLowerCase()]
  return kind && { ...kind, scope, called }
}

/** Answers such a path. The caller needs the action on the scope; reads of definitions are free. */
export function authorize(call: Call): Answer {
  const target = authorizationOf(call.path)
  if (target === undefined) throw new Error('the dispatcher sends no other path')
  const { scope, type, called, guids, handle } = target
  const verbs: Readonly<Record<string, string>> = { GET: 'read', PUT: 'write', DELETE: 'delete' }
  const verb = verbs[call.method]
  if (verb === undefined || (called === undefined && verb !== 'read')) {
    throw refused(
      405,
      'MethodNotAllowed',
      `The method ${call.method} is not allowed on '${call.path}'.`,
    )
  }
  if (
    guids &&
    called !== undefined &&
    !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(called)
  ) {
    throw refused(400, 'InvalidRoleId', `The role id '${called}' is not a GUID.`)
  }
  const action = `${type}/${verb}`
  const isFree = verb === 'read' && type === definitionType
  const at = scope === '' ? '/' : scope
  if (!isFree && !call.world.roles.allows(call.caller.objectId, action, at))
    throw forbidden(call.caller, action, at)
  return handle(call, scope, called)
}
