/**
 * Whether the policy about decisions asks what this version asks, everywhere: compared with what the
 * chart ships, because a policy that was narrowed, or whose words were changed, would let pass what
 * nobody checked. More validations than ours are welcome. Pure; reads nothing.
 */
import { isDeepStrictEqual } from 'node:util'
import { decisions } from './grants-decision.ts'
import { manifestsOf, operatorUser } from './grants.ts'
import { decisionPolicy } from './permissions.ts'

type Loose = Readonly<Record<string, unknown>>

/** As the API server gives them. */
export interface PolicyFound {
  readonly policy: { readonly spec?: unknown }
  readonly binding: { readonly spec?: unknown }
}

/** Which accounts operators run as is the installer's to say; all else is ours. */
const operatorIs =
  /^request\.userInfo\.username (== '[A-Za-z0-9:@._-]+'|in \['[A-Za-z0-9:@._-]+'(, '[A-Za-z0-9:@._-]+')*\])$/

/** What is other than it should be, as the end of a sentence; undefined: in place, as shipped. */
export function changeOf({ policy, binding }: PolicyFound): string | undefined {
  const found = fields(policy.spec)
  const [shipped] = manifestsOf(decisions(operatorUser))
  return changeOfPolicy(found, fields(shipped?.['spec'])) ?? changeOfBinding(fields(binding.spec))
}

const isSameVariable = (ours: Loose, theirs: Loose): boolean =>
  ours['name'] === 'operator' && theirs['name'] === 'operator'
    ? operatorIs.test(String(theirs['expression']))
    : isDeepStrictEqual(theirs, ours)

function changeOfPolicy(found: Loose, shipped: Loose): string | undefined {
  if (found['failurePolicy'] !== undefined && found['failurePolicy'] !== 'Fail') {
    return 'the policy lets through what it fails to check (spec.failurePolicy)'
  }
  if (found['paramKind'] !== undefined) return 'the policy takes parameters (spec.paramKind)'
  const where = (spec: Loose): unknown => constraintsOf(spec['matchConstraints'])
  if (!isDeepStrictEqual(where(found), where(shipped))) {
    return 'the policy looks at other writes (spec.matchConstraints)'
  }
  if (!isDeepStrictEqual(rows(found['matchConditions']), rows(shipped['matchConditions']))) {
    return 'the policy looks under other conditions (spec.matchConditions)'
  }
  const changed = rows(shipped['variables']).find(
    (ours) => !rows(found['variables']).some((theirs) => isSameVariable(ours, theirs)),
  )
  if (changed) return `the variable ${String(changed['name'])} of the policy is another`
  const expressions = new Set(rows(found['validations']).map(({ expression }) => expression))
  const lacking = rows(shipped['validations']).find(
    ({ expression }) => !expressions.has(expression),
  )
  return lacking && `the policy lacks a validation, "${String(lacking['message'])}"`
}

function changeOfBinding(found: Loose): string | undefined {
  if (found['policyName'] !== decisionPolicy) {
    return 'the binding is of another policy (spec.policyName)'
  }
  const actions = found['validationActions']
  if (!Array.isArray(actions) || !actions.includes('Deny')) {
    return 'the binding does not deny (spec.validationActions)'
  }
  if (found['paramRef'] !== undefined) return 'the binding takes parameters (spec.paramRef)'
  if (!isDeepStrictEqual(constraintsOf(found['matchResources']), constraintsOf({}))) {
    return 'the binding holds for some writes only (spec.matchResources)'
  }
  return undefined
}

/** With the defaults that the API server writes in. */
function constraintsOf(given: unknown): Loose {
  const { resourceRules, ...rest } = fields(given)
  const rules = rows(resourceRules).map((rule) => ({ scope: '*', ...rule }))
  const usual = { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} }
  return { ...usual, ...rest, resourceRules: rules }
}

const fields = (value: unknown): Loose =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Loose) : {}
const rows = (value: unknown): readonly Loose[] => (Array.isArray(value) ? value.map(fields) : [])
