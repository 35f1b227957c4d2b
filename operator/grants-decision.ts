/**
 * Who may write an EndpointConnectionDecision, and whose name stands on it. The operator's own account
 * may keep undecided inbox rows and nothing else: even one that was taken over leaves no approval that
 * looks like a person's.
 */
import * as decision from './api/connection-decision.ts'
import type { JsonObject } from './api/schema.ts'
import {
  acts,
  allowed,
  asked,
  bindingOf,
  constraints,
  inLowerCase,
  refusal,
  same,
  sameOwners,
  type Policy,
  type Validation,
} from './grants.ts'
import { by, rows } from './grants-row.ts'
import { decisionPolicy } from './permissions.ts'

const { annotations, labels, plural, version } = decision

export const verbOf = { Approve: 'approve', Reject: 'reject', Delete: 'disconnect' } as const
const verbs = Object.values(verbOf)

/** The spec but for who decided it. */
const sameContent =
  "object.spec.all(k, k == 'decidedBy' || k in oldObject.spec && oldObject.spec[k] == object.spec[k]) && oldObject.spec.all(k, k == 'decidedBy' || k in object.spec)"

const may = (verb: string): string => `variables.may${verb.charAt(0).toUpperCase()}${verb.slice(1)}`

/** For the old action and the new: nobody weakens what he could not have decided. */
const decides = ([action, verb]: readonly [string, string]): Validation => ({
  guards: `${verb} servers`,
  expression: `variables.removed || !('${action}' in [variables.before, variables.after]) || ${may(verb)}`,
  ...refusal([verb], 'servers', 'variables.server'),
})

const grants: readonly Validation[] = [
  ...Object.entries(verbOf).map(decides),
  {
    guards: 'deleting a Reject',
    expression:
      "!variables.removed || variables.before != 'Reject' || has(namespaceObject.metadata.deletionTimestamp) || variables.mayReject",
    ...refusal(['reject'], 'servers', 'variables.server'),
  },
  {
    guards: 'any verb',
    expression: `variables.removed || variables.operator || variables.before + variables.after != '' || ${verbs.map(may).join(' || ')}`,
    ...refusal(verbs, 'servers', 'variables.server'),
  },
  asked({
    verb: 'use',
    resource: 'identities',
    name: 'object.spec.identityRef.name',
    when: '!variables.removed && !variables.operator && object.spec.?identityRef.hasValue()',
  }),
]

const signature: Validation = {
  guards: 'decidedBy',
  expression: `variables.removed || ${by('object')} in ['', request.userInfo.username] || request.operation == 'UPDATE' && ${by('object')} == ${by('oldObject')} && ${sameContent}`,
  message:
    'spec.decidedBy.username names whoever wrote the decision: remove it, or set it to your own user name',
  messageExpression: `'spec.decidedBy.username is ' + ${by('object')} + ', and the decision is written by ' + request.userInfo.username + ': remove it, or set it to your own user name'`,
}

const quiet = [
  same('labels', labels.class),
  same('labels', labels.inbox),
  same('annotations', annotations.ignoreHa),
  sameOwners,
]

/** @param operator the user name of the operator's own account */
export const decisions = (operator: string): Policy => ({
  name: decisionPolicy,
  plural,
  version,
  operations: ['CREATE', 'UPDATE', 'DELETE'],
  matchConditions: [acts(quiet)],
  variables: [
    { name: 'operator', expression: `request.userInfo.username == '${operator}'` },
    { name: 'removed', expression: "request.operation == 'DELETE'" },
    {
      name: 'before',
      expression: "oldObject == null ? '' : oldObject.spec.?action.orValue('')",
    },
    { name: 'after', expression: "object == null ? '' : object.spec.?action.orValue('')" },
    {
      name: 'server',
      expression: inLowerCase('(object == null ? oldObject : object).spec.serverId'),
    },
    // Each is asked at most once, and only where an expression gets that far.
    ...verbs.map((verb) => ({
      name: may(verb).replace('variables.', ''),
      expression: allowed({ verb, resource: 'servers', name: 'variables.server' }),
    })),
  ],
  validations: [...rows, ...grants, signature],
  auditAnnotations: [
    { key: 'server', valueExpression: 'variables.server' },
    {
      key: 'action',
      valueExpression: `(variables.before == '' ? 'none' : variables.before) + ' > ' + (variables.removed ? 'removed' : variables.after == '' ? 'none' : variables.after)`,
    },
    {
      key: 'connections',
      valueExpression: `(object == null ? oldObject : object).spec.?connections.?names.orValue([]).join(' ')`,
    },
  ],
})

const stampName = 'pgpe-decided-by'

/**
 * Writes the user's name into a decision, and keeps it there while nothing else changes. A name that
 * somebody gave himself is left to the policy above, which refuses it.
 */
export const stamp: readonly JsonObject[] = [
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingAdmissionPolicy',
    metadata: { name: stampName },
    spec: {
      failurePolicy: 'Fail',
      reinvocationPolicy: 'IfNeeded',
      matchConstraints: constraints({ plural, version, operations: ['CREATE', 'UPDATE'] }),
      matchConditions: [
        {
          name: 'decides',
          expression:
            "has(object.spec.action) || has(object.spec.decidedBy) || request.operation == 'UPDATE' && (has(oldObject.spec.action) || has(oldObject.spec.decidedBy))",
        },
        {
          name: 'says-nothing-else',
          expression: `${by('object')} == '' || request.operation == 'UPDATE' && ${by('object')} == ${by('oldObject')}`,
        },
      ],
      variables: [
        {
          name: 'decider',
          expression: `request.operation == 'UPDATE' && ${sameContent} ? ${by('oldObject')} : request.userInfo.username`,
        },
      ],
      mutations: [
        {
          patchType: 'ApplyConfiguration',
          applyConfiguration: {
            expression:
              "variables.decider == '' ? Object{} : Object{spec: Object.spec{decidedBy: Object.spec.decidedBy{username: variables.decider}}}",
          },
        },
      ],
    },
  },
  bindingOf('MutatingAdmissionPolicyBinding', stampName),
]
