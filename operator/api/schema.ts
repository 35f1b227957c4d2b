/**
 * Builds the part of JSON Schema that Kubernetes calls structural, and nothing else: a kind that
 * type-checks here is a kind that the API server accepts. One value is the schema, the type of what
 * is read (`Infer`: defaults filled in) and the type of what is written (`Written`). Never decides
 * what a field means; that stands in the files of the kinds.
 */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

declare const read: unique symbol
declare const written: unique symbol

export interface Schema<T, W = T> {
  readonly json: JsonObject
  /** Absent: a required field. */
  readonly presence?: 'optional' | 'defaulted'
  readonly [read]?: T
  readonly [written]?: W
}

/** What the API server answers: defaulted fields are there. */
export type Infer<S> = S extends Schema<infer T, infer _> ? T : never
/** What a user writes: defaulted fields may be left out. */
export type Written<S> = S extends Schema<infer _, infer W> ? W : never

type Fields = { readonly [name: string]: Schema<unknown> }
type With<F, P> = {
  [K in keyof F]: F[K] extends { readonly presence: P } ? K : never
}[keyof F]
type Optional<F> = With<F, 'optional'>
type Defaulted<F> = With<F, 'defaulted'>
type Flat<T> = { readonly [K in keyof T]: T[K] }

type ReadShape<F extends Fields> = Flat<
  { readonly [K in Exclude<keyof F, Optional<F>>]: Infer<F[K]> } & {
    readonly [K in Optional<F>]?: Infer<F[K]>
  }
>
type WrittenShape<F extends Fields> = Flat<
  { readonly [K in Exclude<keyof F, Optional<F> | Defaulted<F>>]: Written<F[K]> } & {
    readonly [K in Optional<F> | Defaulted<F>]?: Written<F[K]>
  }
>

/** A rule that the API server checks in CEL, with the sentence that a user reads when it fails. */
export interface Rule {
  readonly rule: string
  readonly message: string
  /** Where the error points to, relative to the rule's own place: `.serverId`. */
  readonly fieldPath?: string
  /** Default: FieldValueInvalid. */
  readonly reason?: 'FieldValueForbidden' | 'FieldValueRequired'
}

export interface Notes {
  readonly about: string
  readonly rules?: readonly Rule[]
}

const notes = (given: Notes | string): JsonObject => {
  const { about, rules = [] } = typeof given === 'string' ? { about: given } : given
  const validations = rules.map((rule) => ({ ...rule }))
  return {
    description: about,
    ...(validations.length > 0 && { 'x-kubernetes-validations': validations }),
  }
}

/** Every text is bounded: CEL's cost estimate, and with it the CRD, depends on it. Counted in characters. */
export const text = (
  about: Notes | string,
  limits: { readonly maxLength: number; readonly minLength?: number; readonly pattern?: string },
): Schema<string> => ({ json: { type: 'string', ...notes(about), ...limits } })

/** RFC 3339, e.g. `2026-11-21T15:04:05Z`. */
export const time = (about: Notes | string): Schema<string> => ({
  json: { type: 'string', format: 'date-time', ...notes(about) },
})

export const choice = <const V extends string>(
  about: Notes | string,
  values: readonly V[],
): Schema<V> => ({ json: { type: 'string', ...notes(about), enum: values } })

export const flag = (about: Notes | string): Schema<boolean> => ({
  json: { type: 'boolean', ...notes(about) },
})

export const integer = (
  about: Notes | string,
  limits: { readonly minimum?: number; readonly maximum?: number } = {},
): Schema<number> => ({ json: { type: 'integer', format: 'int64', ...notes(about), ...limits } })

interface ListLimits {
  readonly maxItems: number
  readonly minItems?: number
}

/** One statement as a whole: the last writer's list holds. */
export const list = <T, W>(
  about: Notes | string,
  of: Schema<T, W>,
  limits: ListLimits,
): Schema<readonly T[], readonly W[]> => ({
  json: {
    type: 'array',
    ...notes(about),
    ...limits,
    items: of.json,
    'x-kubernetes-list-type': 'atomic',
  },
})

/** Each text at most once; under server-side apply each writer owns its own items. */
export const set = <T extends string>(
  about: Notes | string,
  of: Schema<T>,
  limits: ListLimits,
): Schema<readonly T[]> => ({
  json: { ...list(about, of, limits).json, 'x-kubernetes-list-type': 'set' },
})

/** Merged by key under server-side apply, so that two writers can own different entries. */
export const keyed = <T, W>(
  about: Notes | string,
  of: Schema<T, W>,
  key: keyof T & string,
  limits: ListLimits,
): Schema<readonly T[], readonly W[]> => ({
  json: {
    ...list(about, of, limits).json,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': [key],
  },
})

/** Free keys, texts as values. */
export const texts = (
  about: Notes | string,
  limits: { readonly maxProperties: number; readonly maxLength: number },
): Schema<{ readonly [key: string]: string }> => ({
  json: {
    type: 'object',
    ...notes(about),
    maxProperties: limits.maxProperties,
    additionalProperties: { type: 'string', maxLength: limits.maxLength },
  },
})

export const optional = <T, W>(
  of: Schema<T, W>,
): Schema<T, W> & { readonly presence: 'optional' } => ({ ...of, presence: 'optional' })

/** The API server fills the value in, for readers and for rules alike. */
export const defaulted = <T, W>(
  of: Schema<T, W>,
  value: W & Json,
): Schema<T, W> & { readonly presence: 'defaulted' } => ({
  json: { ...of.json, default: value },
  presence: 'defaulted',
})

export function object<const F extends Fields>(
  about: Notes | string,
  fields: F,
): Schema<ReadShape<F>, WrittenShape<F>> {
  const names = Object.keys(fields)
  const required = names.filter((name) => fields[name]?.presence === undefined)
  return {
    json: {
      type: 'object',
      ...notes(about),
      properties: Object.fromEntries(names.map((name) => [name, fields[name]?.json ?? null])),
      ...(required.length > 0 && { required }),
    },
  }
}
