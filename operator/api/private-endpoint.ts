/** The kind PostgresPrivateEndpoint: one private endpoint to a flexible server, its DNS, its approval. */
import { definition, type Definition } from './definition.ts'
import { rules } from './endpoint-rules.ts'
import { spec, type EndpointSpec } from './endpoint-spec.ts'
import { status, type EndpointStatus } from './endpoint-status.ts'
import { apiVersion } from './group.ts'
import type { Metadata } from './kubernetes.ts'

export { annotations, apiVersion, group, labels, version } from './group.ts'
export { spec, type EndpointSpec, type WrittenEndpointSpec } from './endpoint-spec.ts'
export { status, type EndpointStatus } from './endpoint-status.ts'

export const kind = 'PostgresPrivateEndpoint'
export const plural = 'postgresprivateendpoints'
/** Held from before the first write to Azure until a fresh look has found nothing left. */
export const finalizer = 'pgpe.dev/private-endpoint'

export interface PostgresPrivateEndpoint {
  readonly apiVersion: typeof apiVersion
  readonly kind: typeof kind
  readonly metadata: Metadata
  readonly spec: EndpointSpec
  readonly status?: EndpointStatus
}

const ready = (field: string): string => `.status.conditions[?(@.type=="Ready")].${field}`

const made: Definition = {
  kind,
  plural,
  singular: 'postgresprivateendpoint',
  shortName: 'pgpe',
  about:
    'A private endpoint to an Azure Database for PostgreSQL flexible server, with its private DNS and the request for its approval.',
  spec,
  status,
  rules,
  columns: [
    { name: 'Server', jsonPath: '.status.server', about: "The server's short name." },
    { name: 'Ready', jsonPath: ready('status'), about: 'Whether it can be used.' },
    { name: 'Reason', jsonPath: ready('reason'), about: 'Why, in one word.' },
    { name: 'Connection', jsonPath: '.status.connection.state', about: "The connection's state." },
    { name: 'IP', jsonPath: '.status.privateIPAddresses[0]', about: 'The private address.' },
    { name: 'Age', jsonPath: '.metadata.creationTimestamp', type: 'date', about: 'Since when.' },
    { name: 'Endpoint-ID', jsonPath: '.status.privateEndpointId', wide: true, about: 'ARM id.' },
    { name: 'FQDN', jsonPath: '.status.fqdns[0]', wide: true, about: 'The private name.' },
    { name: 'Server-State', jsonPath: '.status.serverState', wide: true, about: 'Of the server.' },
    { name: 'Message', jsonPath: ready('message'), wide: true, about: 'Why, in a sentence.' },
  ],
}

export const crd = definition(made)
/** For the reference and for tests. */
export { made as definition }
