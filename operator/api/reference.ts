/** A kind's schema as the Markdown reference that users read: every field, and every rule with its message. */
import { openApi, type Definition } from './definition.ts'
import { group, version } from './group.ts'
import { code, table } from './markdown.ts'
import type { Json, JsonObject } from './schema.ts'

/** One place in a schema: `spec.dns.zoneId`; items of a list are `[]`. */
export interface Place {
  readonly path: string
  readonly json: JsonObject
  readonly required: boolean
}

const isObject = (json: Json | undefined): json is JsonObject =>
  typeof json === 'object' && json !== null && !Array.isArray(json)

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

function typeOf({ json }: Place): string {
  const { type, format, items, maxItems, enum: values, additionalProperties } = json
  if (Array.isArray(values)) return values.map((value) => code(String(value))).join(', ')
  if (type === 'array') {
    const of = isObject(items) ? typeOf({ path: '', json: items, required: true }) : ''
    return `list of at most ${String(maxItems)}: ${of}`
  }
  if (isObject(additionalProperties)) return `map, at most ${String(json['maxProperties'])} entries`
  if (type === 'string' && format === 'date-time') return 'time'
  if (type === 'string') return `text, at most ${String(json['maxLength'])} characters`
  if (type === 'integer') return 'number'
  return type === 'boolean' ? 'true or false' : String(type)
}

function presence({ path, json, required }: Place): string {
  const value = json['default']
  if (value !== undefined) return isObject(value) ? 'filled in' : code(String(value))
  return required && !path.startsWith('status') ? 'required' : ''
}

function fields(top: string, all: readonly Place[]): readonly string[] {
  const below = all.filter(({ path }) => path.startsWith(`${top}.`) && !path.endsWith('[]'))
  return table(
    ['field', 'type', 'default', 'meaning'],
    below.map((place) => [
      code(place.path),
      typeOf(place),
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
    ...fields('spec', all),
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
