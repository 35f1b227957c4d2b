/** The kind EndpointConnectionDecision: what happens to connections that others request on a server. */
import { spec, type DecisionSpec } from './decision-spec.ts'
import { status, type DecisionStatus } from './decision-status.ts'
import { definition, type Definition } from './definition.ts'
import { apiVersion } from './group.ts'
import type { Metadata } from './kubernetes.ts'

export { annotations, apiVersion, group, labels, version } from './group.ts'
export { spec, type DecisionSpec, type WrittenDecisionSpec } from './decision-spec.ts'
export { status, type DecisionStatus } from './decision-status.ts'

export const kind = 'EndpointConnectionDecision'
export const plural = 'endpointconnectiondecisions'

export interface EndpointConnectionDecision {
  readonly apiVersion: typeof apiVersion
  readonly kind: typeof kind
  readonly metadata: Metadata
  readonly spec: DecisionSpec
  readonly status?: DecisionStatus
}

const ready = (field: string): string => `.status.conditions[?(@.type=="Ready")].${field}`

const made: Definition = {
  kind,
  plural,
  singular: 'endpointconnectiondecision',
  shortName: 'epcd',
  about:
    "A decision about private endpoint connections that others, in this cluster or in a stranger's tenant, request on a flexible server.",
  spec,
  status,
  rules: [],
  columns: [
    { name: 'Server', jsonPath: '.status.server', about: "The server's short name." },
    { name: 'Action', jsonPath: '.spec.action', about: 'What is decided; empty: nothing yet.' },
    { name: 'State', jsonPath: '.status.state', about: 'Of the one connection that is pinned.' },
    { name: 'Requester', jsonPath: '.status.requester', about: 'Who asks, as Azure asserts it.' },
    { name: 'Ready', jsonPath: ready('status'), about: 'Whether all has its outcome.' },
    { name: 'Reason', jsonPath: ready('reason'), about: 'Why, in one word.' },
    {
      name: 'Pending',
      jsonPath: '.status.pending',
      type: 'integer',
      about: 'Connections that wait.',
    },
    { name: 'Age', jsonPath: '.metadata.creationTimestamp', type: 'date', about: 'Since when.' },
    {
      name: 'Approved',
      jsonPath: '.status.approved',
      type: 'integer',
      wide: true,
      about: 'Approved connections.',
    },
    {
      name: 'Rejected',
      jsonPath: '.status.rejected',
      type: 'integer',
      wide: true,
      about: 'Rejected connections.',
    },
    { name: 'Message', jsonPath: ready('message'), wide: true, about: 'Why, in a sentence.' },
  ],
  selectableFields: ['.spec.action', '.spec.serverId', '.status.state'],
}

export const crd = definition(made)
/** For the reference and for tests. */
export { made as definition }
