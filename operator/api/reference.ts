/** A kind's schema as the Markdown reference that users read: every field, and every rule with its message. */
import { openApi, type Definition } from './definition.ts'
import { annotations, group, labels, version } from './group.ts'
import { code, table } from './markdown.ts'
import { examples } from './reference-examples.ts'
import { isObject, typeOf } from './reference-type.ts'
import type { Json, JsonObject } from './schema.ts'

/** One place in a schema: `spec.dns.zoneId`; items of a list are `[]`. */
export interface Place {
  readonly path: string
  readonly json: JsonObject
  readonly required: boolean
}

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)

/** The place itself and all places below it, in the schema's order. */
export function places(json: JsonObject, path = '', required = true): readonly Place[] {
  const { properties, items, required: names } = json
  const needs = (name: string): boolean => Array.isArray(names) && names.includes(name)
  const children = Object.entries(isObject(properties) ? properties : {})
  return [
    { path, json, required },
    ...children.flatMap(([name, child]) =>
      isObject(child) ? places(child, join(path, name), needs(name)) : [],
    ),
    ...(isObject(items) ? places(items, `${path}[]`) : []),
  ]
}

export interface PlacedRule {
  readonly path: string
  /** What the API server's error points to. */
  readonly field: string
  readonly rule: string
  readonly message: string
}

/** Every CEL rule of a schema, with the place that it stands at. */
export const rulesOf = (json: JsonObject): readonly PlacedRule[] =>
  places(json).flatMap((place) => {
    const found = place.json['x-kubernetes-validations']
    return (Array.isArray(found) ? found : []).filter(isObject).map((rule) => ({
      path: place.path,
      field: `${place.path}${String(rule['fieldPath'] ?? '')}`.replace(/^[.]/, ''),
      rule: String(rule['rule']),
      message: String(rule['message']),
    }))
  })

/** Lists and maps as one writes them in YAML's flow style, which JSON is. */
const shown = (example: Json): string =>
  code(typeof example === 'string' ? example : JSON.stringify(example))

function presence({ path, json, required }: Place): string {
  const value = json['default']
  if (value !== undefined) return isObject(value) ? 'filled in' : code(String(value))
  return required && !path.startsWith('status') ? 'required' : ''
}

function fields(
  top: string,
  all: readonly Place[],
  given: Readonly<Record<string, Json>> = {},
): readonly string[] {
  const below = all.filter(({ path }) => path.startsWith(`${top}.`) && !path.endsWith('[]'))
  return table(
    ['field', 'type', 'default', 'meaning'],
    below.map((place) => [
      code(place.path),
      [
        typeOf(place.json),
        ...(given[place.path] === undefined ? [] : [`such as ${shown(given[place.path] ?? '')}`]),
      ].join(', '),
      presence(place),
      String(place.json['description'] ?? ''),
    ]),
  )
}

function rules(json: JsonObject): readonly string[] {
  const where = new Map<string, readonly string[]>()
  for (const { field, message } of rulesOf(json)) {
    where.set(message, [...(where.get(message) ?? []), code(field)])
  }
  return table(
    ['where', 'what the API server says'],
    [...where].map(([message, fields]) => [fields.join(', '), message]),
  )
}

const columns = (made: Definition): readonly string[] =>
  table(
    ['column', 'from', 'meaning'],
    made.columns.map(({ name, jsonPath, about, wide }) => [
      name.toUpperCase() + (wide ? ' (wide)' : ''),
      code(jsonPath),
      about,
    ]),
  )

/** The sections about one kind, below a heading of level 2. */
export function reference(made: Definition): string {
  const json = openApi(made)
  const all = places(json)
  return [
    `## ${made.kind}`,
    '',
    `${made.about} \`apiVersion: ${group}/${version}\`, namespaced, short name \`${made.shortName}\`.`,
    '',
    '### Spec',
    '',
    ...fields('spec', all, examples[made.shortName]),
    '',
    `Manifests for every case, each of which is tried: [charts/pgpe-operator/examples](../charts/pgpe-operator/examples).`,
    '',
    '### Rules that the API server checks',
    '',
    ...rules(json),
    '',
    '### Status',
    '',
    ...fields('status', all),
    '',
    '### Columns',
    '',
    ...columns(made),
    '',
  ].join('\n')
}

const marks: readonly (readonly [name: string, of: string, meaning: string])[] = [
  [
    annotations.reconcileRequestedAt,
    'annotation of both kinds',
    'Any new value asks for a look at Azure now; it comes back in `status.lastHandledReconcileAt`.',
  ],
  [annotations.fluxReconcileRequestedAt, 'annotation of both kinds', "Flux's own, honoured too."],
  [
    annotations.recreate,
    'annotation of PostgresPrivateEndpoint',
    'A new value has a Rejected or Disconnected endpoint made anew, once; it comes back in `status.lastHandledRecreate`.',
  ],
  [
    annotations.adoptFrom,
    'annotation of PostgresPrivateEndpoint',
    "Another cluster's id: with `adoptionPolicy: IfMatching` an endpoint of that cluster may be taken over.",
  ],
  [
    annotations.ignoreHa,
    'annotation of EndpointConnectionDecision',
    '`true`: Reject and Delete do not wait until high availability has settled.',
  ],
  [
    labels.class,
    'label of both kinds',
    'Which operator of the cluster an object belongs to: the one whose setting `--class` is this value; without the label the one that has no such setting.',
  ],
  [
    labels.inbox,
    'label of EndpointConnectionDecision',
    'On rows of an inbox: whose rows they are. Set by the operator.',
  ],
]

/** What can be written on an object beside its spec. */
export const marksPage = (): string =>
  [
    '## Annotations and labels',
    '',
    ...table(
      ['name', 'of', 'meaning'],
      marks.map(([name, of, meaning]) => [code(name), of, meaning]),
    ),
    '',
  ].join('\n')
