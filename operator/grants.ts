/**
 * What a write to the API server is asked about, as rows: verb, virtual resource, whose id, and when. A
 * row becomes one expression of an admission policy, because the authorizer may be asked once in each:
 * a question costs 350,000 of the 1,000,000 that an expression may (Kubernetes, apis/cel). Decides
 * nothing about Azure; whoever may write the object at all is Kubernetes RBAC's affair.
 */
import type { JsonObject } from './api/schema.ts'
import { quote } from './api/cel.ts'
import { group } from './api/group.ts'

/** The account that the operator runs as, as the API server names it. */
export const operatorUser = 'system:serviceaccount:pgpe-system:pgpe-operator'

/** The virtual resources: nothing of that name is stored, rules of RBAC speak about them. */
export type Virtual = 'servers' | 'subnets' | 'zones' | 'virtualnetworks' | 'identities'

/** Who may what by the roles that allow all; a team's own role narrows them by resourceNames. */
export const verbsOf: { readonly [resource in Virtual]: readonly string[] } = {
  servers: ['connect', 'approve', 'reject', 'disconnect'],
  subnets: ['join'],
  zones: ['join'],
  virtualnetworks: ['join'],
  identities: ['use'],
}

/** Expressions are CEL, over `object`, `oldObject`, `request` and the policy's variables. */
export interface Ask {
  readonly verb: string
  readonly resource: Virtual
  /** The resource's name, as rules of RBAC spell it: an ARM id in lower case, or an identity's name. */
  readonly name: string
  readonly when: string
  /** What else helps, as the end of a sentence. */
  readonly or?: string
}

export interface Validation {
  /** For tests: what this one guards. The API server never sees it. */
  readonly guards: string
  readonly expression: string
  readonly message: string
  readonly messageExpression?: string
}

export const inLowerCase = (id: string): string => `${id}.lowerAscii()`

export const allowed = ({ verb, resource, name }: Omit<Ask, 'when'>): string =>
  `authorizer.group(${quote(group)}).resource(${quote(resource)}).namespace(request.namespace).name(${name}).check(${quote(verb)}).allowed()`

/** Who lacks what, on what, where, and the rule that mends it. */
export const refusal = (verbs: readonly string[], resource: Virtual, name: string, or = '') => {
  const shown = verbs.join(' or ')
  return {
    message: `verb ${shown} on ${resource}.${group} is missing${or}`,
    messageExpression: [
      quote(`${shown} on ${resource}.${group} `),
      name,
      quote(' is missing: '),
      'request.userInfo.username',
      quote(' needs in namespace '),
      'request.namespace',
      quote(
        ` a Role with the rule {apiGroups: [${group}], resources: [${resource}], verbs: [${verbs[0]}], resourceNames: ["`,
      ),
      name,
      quote(`"]}${or}`),
    ].join(' + '),
  }
}

export const asked = (ask: Ask): Validation => ({
  guards: `${ask.verb} ${ask.resource}`,
  expression: `!(${ask.when}) || ${allowed(ask)}`,
  ...refusal([ask.verb], ask.resource, ask.name, ask.or),
})

const at = (which: 'object' | 'oldObject', place: string, key: string): string =>
  `${which}.metadata.?${place}[?${quote(key)}]`

export const same = (place: 'labels' | 'annotations', key: string): string =>
  `${at('object', place, key)} == ${at('oldObject', place, key)}`

export const sameOwners = 'object.metadata.?ownerReferences == oldObject.metadata.?ownerReferences'

/**
 * Whether a write changes anything that acts. What only describes (other labels and annotations,
 * finalizers, the same manifest once more) is nobody's question, and neither is the status.
 */
export const acts = (unchanged: readonly string[]): JsonObject => ({
  name: 'changes-what-acts',
  expression: `request.operation != 'UPDATE' || !(${[
    'object.spec == oldObject.spec',
    ...unchanged,
  ].join(' && ')})`,
})

const metadata = (name: string): JsonObject => ({
  name,
  labels: { 'app.kubernetes.io/name': 'pgpe-operator', 'app.kubernetes.io/part-of': 'grants' },
})

/** A line in the API server's audit log, where one is kept: `<policy>/<key>`. */
export type AuditAnnotation = {
  readonly key: string
  /** CEL; a text. */
  readonly valueExpression: string
}

export interface Policy {
  readonly name: string
  readonly plural: string
  readonly version: string
  readonly operations: readonly string[]
  readonly matchConditions: readonly JsonObject[]
  readonly variables: readonly { readonly name: string; readonly expression: string }[]
  readonly validations: readonly Validation[]
  readonly auditAnnotations?: readonly AuditAnnotation[]
}

export const constraints = ({
  plural,
  version,
  operations,
}: Pick<Policy, 'plural' | 'version' | 'operations'>): JsonObject => ({
  resourceRules: [{ apiGroups: [group], apiVersions: [version], operations, resources: [plural] }],
})

/** The policy and the binding that puts it into force everywhere; both have one name. */
export const manifestsOf = (policy: Policy): readonly JsonObject[] => [
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: metadata(policy.name),
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: constraints(policy),
      matchConditions: policy.matchConditions,
      variables: policy.variables,
      validations: policy.validations.map(({ expression, message, messageExpression }) => ({
        expression,
        message,
        ...(messageExpression !== undefined && { messageExpression }),
        reason: 'Forbidden',
      })),
      ...(policy.auditAnnotations && { auditAnnotations: policy.auditAnnotations }),
    },
  },
  bindingOf('ValidatingAdmissionPolicyBinding', policy.name, { validationActions: ['Deny'] }),
]

export const bindingOf = (kind: string, policyName: string, spec: JsonObject = {}): JsonObject => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind,
  metadata: metadata(policyName),
  spec: { policyName, ...spec },
})
