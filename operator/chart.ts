/**
 * What the Helm chart knows of the operator, printed from the operator's own tables: flags with their
 * place in the values, permissions, and the schema of the values. The chart's templates hold no list of
 * their own. Decides nothing about how a release looks.
 */
import type { JsonObject } from './api/schema.ts'
import { settings } from './config.ts'
import { kubernetesPermissions } from './permissions.ts'
import type { Setting } from './setting.ts'

type Key = keyof typeof settings

/** Settings that have a place of their own in the values; the others are `settings.<flag>`. */
const places: { readonly [K in Key]?: string } = {
  namespaces: 'namespaces',
  class: 'class',
  kinds: 'kinds',
  endpointSelector: 'endpointSelector',
  clusterId: 'clusterId',
  allowUngated: 'grants.allowUngated',
  connectionInfo: 'connectionInfo',
  identityNames: 'identity.names',
  operatorIdentityNamespaces: 'operatorIdentity.namespaces',
}

/** Settings that the templates derive from the release itself. */
const derived: readonly Key[] = [
  'healthPort',
  'healthAddress',
  'leaseName',
  'leaseNamespace',
  'instance',
]

const rows = (Object.entries(settings) as [Key, Setting<unknown>][]).filter(
  ([key]) => !derived.includes(key),
)

/** For files/settings.yaml: each flag and where its value stands. */
export const chartSettings: JsonObject = {
  settings: rows.map(([key, { flag }]) => ({ flag, place: places[key] ?? `settings.${flag}` })),
}

/** For files/permissions.yaml. */
export const chartPermissions: JsonObject = {
  permissions: kubernetesPermissions.map(
    ({ apiGroup, resource, verbs, names, reach, kind, setting, unless }) => ({
      ...{ apiGroup, resource, verbs, reach },
      ...(names && { names }),
      ...(kind && { kind }),
      ...(setting && { setting }),
      ...(unless && { unless }),
    }),
  ),
}

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const
const open = { type: 'object' } as const
const texts = { type: 'array', items: text } as const
const some = { type: 'array' } as const
const labels = { type: 'object', additionalProperties: text } as const
const natural = (minimum: number): JsonObject => ({ type: 'integer', minimum })
const name = { type: 'string', pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$', maxLength: 63 } as const
const names = { type: 'array', items: name, uniqueItems: true } as const
const guid = { type: 'string', pattern: '^$|^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' }
const url = { type: 'string', pattern: '^$|^https://' } as const

const closed = (properties: JsonObject): JsonObject => ({
  type: 'object',
  additionalProperties: false,
  properties,
})

/** Flags that have no place of their own, by name. */
const further = (): JsonObject =>
  closed(
    Object.fromEntries(
      rows
        .filter(([key]) => places[key] === undefined)
        .map(([, row]) => [
          row.flag,
          {
            type: row.isSwitch ? 'boolean' : ['string', 'integer'],
            description: row.meaning,
          },
        ]),
    ),
  )

/** Of the pods and how they are spread. */
const pod: JsonObject = {
  extraEnv: some,
  podAnnotations: labels,
  podLabels: labels,
  priorityClassName: text,
  nodeSelector: labels,
  tolerations: some,
  affinity: open,
  topologySpreadConstraints: some,
  resources: open,
  podDisruptionBudget: closed({
    enabled: flag,
    maxUnavailable: { type: ['integer', 'string'] },
  }),
}

/** values.schema.json: every value there is, and none else. */
export const valuesSchema = (): JsonObject => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Values of pgpe-operator',
  ...closed({
    global: open,
    nameOverride: text,
    fullnameOverride: text,
    commonLabels: labels,
    image: closed({
      repository: text,
      tag: text,
      digest: { type: 'string', pattern: '^$|^sha256:[0-9a-f]{64}$' },
      pullPolicy: { enum: ['Always', 'IfNotPresent', 'Never'] },
    }),
    imagePullSecrets: some,
    replicas: natural(0),
    crds: closed({ enabled: flag, keep: flag }),
    namespaces: names,
    class: {
      type: 'string',
      pattern: '^$|^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$',
    },
    kinds: {
      type: 'array',
      items: { enum: ['endpoints', 'decisions'] },
      minItems: 1,
      uniqueItems: true,
    },
    endpointSelector: text,
    clusterId: text,
    operatorIdentity: closed({
      namespaces: names,
      clientId: guid,
      tenantId: guid,
      secretName: text,
    }),
    identity: closed({ names: { ...names, minItems: 1 } }),
    azure: closed({
      authorityHost: url,
      resourceManagerEndpoint: url,
      resourceManagerAudience: text,
    }),
    connectionInfo: flag,
    grants: closed({ enabled: flag, decidedBy: flag, operatorUsers: texts, allowUngated: flag }),
    roles: closed({ enabled: flag }),
    serviceAccount: closed({ create: flag, name: text, annotations: labels }),
    settings: further(),
    ...pod,
    networkPolicy: closed({
      enabled: flag,
      egressPorts: { type: 'array', items: { type: 'integer', minimum: 1, maximum: 65_535 } },
      metricsFrom: some,
    }),
    metrics: closed({
      port: { type: 'integer', minimum: 1, maximum: 65_535 },
      podMonitor: closed({ enabled: flag, labels, interval: text }),
      rules: closed({ enabled: flag, labels, runbooks: url }),
      dashboard: closed({ enabled: flag, labels }),
    }),
  }),
})
