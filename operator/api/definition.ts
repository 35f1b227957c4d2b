/** A CustomResourceDefinition from a kind's schemas, rules and columns. */
import { group, version } from './group.ts'
import type { JsonObject, Rule, Schema } from './schema.ts'

export interface Column {
  /** kubectl prints it in capitals. */
  readonly name: string
  readonly jsonPath: string
  readonly about: string
  /** Default: string. */
  readonly type?: 'date' | 'integer'
  /** Only with `-o wide`. */
  readonly wide?: boolean
}

export interface Definition {
  readonly kind: string
  readonly plural: string
  readonly singular: string
  readonly shortName: string
  readonly about: string
  readonly spec: Schema<unknown>
  readonly status: Schema<unknown>
  /** Rules at the root, where spec, status and metadata.name are in sight. */
  readonly rules: readonly Rule[]
  readonly columns: readonly Column[]
  /** For field selectors. */
  readonly selectableFields?: readonly string[]
}

/** So that no tool takes an object that nobody has looked at for a ready one (kstatus). */
const unseen = { observedGeneration: -1 }

export const openApi = ({ about, spec, status, rules }: Definition): JsonObject => ({
  type: 'object',
  description: about,
  ...(rules.length > 0 && { 'x-kubernetes-validations': rules.map((rule) => ({ ...rule })) }),
  required: ['spec'],
  properties: {
    apiVersion: { type: 'string', description: 'Version of the schema.' },
    kind: { type: 'string', description: 'Kind of the object.' },
    metadata: { type: 'object' },
    spec: spec.json,
    status: { ...status.json, default: unseen },
  },
})

export const definition = (made: Definition) =>
  ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${made.plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: {
        kind: made.kind,
        listKind: `${made.kind}List`,
        plural: made.plural,
        singular: made.singular,
        shortNames: [made.shortName],
        categories: ['azure', 'pgpe-dev'],
      },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          ...(made.selectableFields && {
            selectableFields: made.selectableFields.map((jsonPath) => ({ jsonPath })),
          }),
          additionalPrinterColumns: made.columns.map(({ name, jsonPath, about, type, wide }) => ({
            name,
            type: type ?? 'string',
            description: about,
            jsonPath,
            ...(wide === true && { priority: 1 }),
          })),
          schema: { openAPIV3Schema: openApi(made) },
        },
      ],
    },
  }) as const
