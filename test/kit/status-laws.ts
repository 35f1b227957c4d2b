/**
 * What must hold of every status that is ever written, whatever the story: the conditions' own laws, as
 * kstatus, Helm, Flux and `kubectl wait` rely on them, and that they agree with the rest of the status.
 * The worlds of the tests ask at each write; a broken law fails the scenario.
 */
import { catalogue as ofDecisions } from '../../operator/decision/conditions.ts'
import { catalogue as ofEndpoints } from '../../operator/endpoint/conditions.ts'
import { laws } from '../../operator/api/condition.ts'
import type { Catalogue } from '../../operator/api/catalogue.ts'
import type {
  DecisionStatus,
  EndpointConnectionDecision,
} from '../../operator/api/connection-decision.ts'
import type {
  EndpointStatus,
  PostgresPrivateEndpoint,
} from '../../operator/api/private-endpoint.ts'
import type { StoredCondition } from '../../operator/api/kubernetes.ts'

interface Status {
  readonly observedGeneration?: number | undefined
  readonly conditions?: readonly StoredCondition[] | undefined
}

/** @param generation of the object as it was when it was looked at */
function brokenByAny(status: Status, generation: number, catalogue: Catalogue): readonly string[] {
  const seen = status.observedGeneration
  return [
    ...laws(status.conditions ?? [], generation, catalogue),
    ...(seen === generation ? [] : [`observedGeneration is ${seen}, not ${generation}`]),
  ]
}

/** Conditions that may stand beside a Ready that is True. */
const harmless = ['Conflicted', 'Drifted', 'ServerNotReady', 'Suspended', 'Throttled']
const states = { PendingApproval: 'Pending', Rejected: 'Rejected', Disconnected: 'Disconnected' }

export function brokenByEndpoint(
  { metadata, spec }: PostgresPrivateEndpoint,
  status: EndpointStatus,
): readonly string[] {
  const broken = [...brokenByAny(status, metadata.generation, ofEndpoints)]
  const { conditions = [], connection, drift = [], dns, privateIPAddresses = [] } = status
  const find = (wanted: string) => conditions.find(({ type }) => type === wanted)
  const law = (holds: boolean, otherwise: string) => {
    if (!holds) broken.push(otherwise)
  }
  for (const [type, state] of Object.entries(states)) {
    law(!find(type) || connection?.state === state, `${type}, and the state is not ${state}`)
  }
  law(!find('Drifted') || drift.length > 0, 'Drifted, and status.drift is empty')
  law(
    (find('Suspended') !== undefined) === (spec.suspend === true),
    'Suspended is not as spec.suspend is',
  )
  if (find('Ready')?.status !== 'True') return broken
  const beside = conditions
    .map(({ type }) => type)
    .filter((type) => Object.hasOwn(ofEndpoints, type))
  law(
    beside.every((type) => type === 'Ready' || harmless.includes(type)),
    `Ready beside ${beside.join(', ')}`,
  )
  law(connection?.state === 'Approved', 'Ready, and the connection is not approved')
  law(status.provisioningState === 'Succeeded', 'Ready, and not Succeeded')
  law(metadata.deletionTimestamp === undefined, 'Ready, and being deleted')
  const recorded = dns?.records?.flatMap(({ ipAddresses }) => ipAddresses) ?? []
  law(
    spec.dns.mode === 'None' || privateIPAddresses.every((address) => recorded.includes(address)),
    `Ready, and the record holds ${recorded.join(', ')} instead of ${privateIPAddresses.join(', ')}`,
  )
  return broken
}

export const brokenByDecision = (
  { metadata }: EndpointConnectionDecision,
  status: DecisionStatus,
): readonly string[] => brokenByAny(status, metadata.generation, ofDecisions)

/** @throws Error that names the laws that are broken */
export function demand(broken: readonly string[], status: object): void {
  if (broken.length === 0) return
  throw new Error(`An unlawful status: ${broken.join('; ')}. ${JSON.stringify(status)}`)
}
