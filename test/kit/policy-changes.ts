/**
 * How the policy about decisions may have been changed in a cluster, as rows: what somebody did to it or to
 * its binding, and the words by which the operator tells it.
 */

/** Both objects as the API server gives them; a row changes them in place. */
export interface PolicyObjects {
  readonly policy: any
  readonly binding: any
}

export interface PolicyChange {
  readonly make: (objects: PolicyObjects) => void
  readonly says: RegExp
}

/** A row that looks at some writes only. */
const narrowed = (where: object): PolicyChange => ({
  make: ({ binding }) => (binding.spec.matchResources = where),
  says: /binding holds for some writes only/,
})
const looksElsewhere = (change: (constraints: any) => void): PolicyChange => ({
  make: ({ policy }) => change(policy.spec.matchConstraints),
  says: /looks at other writes/,
})
const variable = (policy: any, name: string) =>
  policy.spec.variables.find((each: any) => each.name === name)
const selector = { matchLabels: { team: 'a' } }

export const policyChanges: Readonly<Record<string, PolicyChange>> = {
  'a binding that only warns': {
    make: ({ binding }) => (binding.spec.validationActions = ['Warn', 'Audit']),
    says: /binding does not deny/,
  },
  'a binding for some namespaces': narrowed({ namespaceSelector: selector }),
  'a binding for some objects': narrowed({ objectSelector: selector }),
  'a binding for some operations': narrowed({
    resourceRules: [
      {
        apiGroups: ['pgpe.dev'],
        apiVersions: ['*'],
        operations: ['DELETE'],
        resources: ['endpointconnectiondecisions'],
      },
    ],
  }),
  'a binding that leaves some out': narrowed({
    excludeResourceRules: [
      {
        apiGroups: ['pgpe.dev'],
        apiVersions: ['*'],
        operations: ['CREATE'],
        resources: ['*'],
      },
    ],
  }),
  'a policy that fails open': {
    make: ({ policy }) => (policy.spec.failurePolicy = 'Ignore'),
    says: /lets through what it fails to check/,
  },
  'a policy that leaves somebody out': {
    make: ({ policy }) =>
      policy.spec.matchConditions.push({
        name: 'but-not-dana',
        expression: "request.userInfo.username != 'dana'",
      }),
    says: /under other conditions/,
  },
  'a policy that looks at new objects only': looksElsewhere(
    (constraints) => (constraints.resourceRules[0].operations = ['CREATE']),
  ),
  'a policy for some namespaces': looksElsewhere(
    (constraints) => (constraints.namespaceSelector = selector),
  ),
  'a policy for some objects': looksElsewhere(
    (constraints) => (constraints.objectSelector = selector),
  ),
  'a policy that leaves one name out': looksElsewhere(
    (constraints) =>
      (constraints.excludeResourceRules = [
        { ...constraints.resourceRules[0], resourceNames: ['mine'] },
      ]),
  ),
  'a question whose answer is always yes': {
    make: ({ policy }) => (variable(policy, 'mayApprove').expression = 'true'),
    says: /variable mayApprove of the policy is another/,
  },
  'an operator that everybody is': {
    make: ({ policy }) => (variable(policy, 'operator').expression = 'true'),
    says: /variable operator of the policy is another/,
  },
  'a validation that is gone': {
    make: ({ policy }) =>
      (policy.spec.validations = policy.spec.validations.filter(
        ({ message }: any) => !/verb reject/.test(message),
      )),
    says: /lacks a validation, "verb reject on servers/,
  },
  'a validation that was weakened': {
    make: ({ policy }) => {
      const one = policy.spec.validations.find(({ message }: any) =>
        /verb approve on/.test(message),
      )
      one.expression = `true || ${one.expression}`
    },
    says: /lacks a validation, "verb approve on servers/,
  },
}

/** What is no weakening. */
export const harmlessChanges: Readonly<Record<string, (objects: PolicyObjects) => void>> = {
  'the operator by another name': ({ policy }) =>
    (variable(policy, 'operator').expression =
      "request.userInfo.username == 'system:serviceaccount:platform:pgpe'"),
  'a validation more': ({ policy }) =>
    policy.spec.validations.push({
      expression: "object == null || object.metadata.name != 'forbidden'",
      message: 'not this name',
    }),
  'another wording': ({ policy }) => (policy.spec.validations[0].message = 'no'),
  'a binding that warns too': ({ binding }) => binding.spec.validationActions.push('Audit'),
  'a binding that says all in full': ({ binding }) =>
    (binding.spec.matchResources = {
      matchPolicy: 'Equivalent',
      namespaceSelector: {},
      objectSelector: {},
    }),
}
