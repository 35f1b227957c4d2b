/**
 * Reading fields of what Azure sent, with their types checked. Pure. A field that is missing where it
 * may be, or null, is absent; one of another type makes the whole answer undecodable: `Undecodable` is
 * thrown here and caught in one place, decode/table.ts. Must never take garbage for emptiness.
 */
import { parseId, type Id, type IdKind } from '../id.ts'
import { isObject } from '../json.ts'
import type { Json, JsonObject, Tags } from '../model.ts'

/** Thrown by the readers below, with the path of the field. */
export class Undecodable extends Error {
  constructor(path: string, wanted: string) {
    super(`${path} is not ${wanted}`)
    this.name = 'Undecodable'
  }
}

/** Well-formed, but naming what no spec of ours can name, such as a wildcard record. */
export class Unnameable extends Undecodable {}

/** No list or text of an answer is longer. */
const mostItems = 20_000
const longestText = 65_536

/** Own fields alone: `constructor` and its kin are nobody's answer. */
export const field = (of: JsonObject, key: string): Json | undefined => {
  const value = Object.hasOwn(of, key) ? of[key] : undefined
  return value === null ? undefined : value
}

export function optionalText(of: JsonObject, key: string): string | undefined {
  const value = field(of, key)
  if (value === undefined) return undefined
  if (typeof value !== 'string' || value.length > longestText) throw new Undecodable(key, 'a text')
  return value
}

export function requiredText(of: JsonObject, key: string): string {
  const value = optionalText(of, key)
  if (value === undefined || value === '') throw new Undecodable(key, 'there')
  return value
}

/** A text where Azure writes `""` for nothing. */
export const filledText = (of: JsonObject, key: string): string | undefined => {
  const value = optionalText(of, key)
  return value === '' ? undefined : value
}

export function optionalNumber(of: JsonObject, key: string): number | undefined {
  const value = field(of, key)
  if (value === undefined) return undefined
  if (typeof value !== 'number') throw new Undecodable(key, 'a number')
  return value
}

export function optionalBoolean(of: JsonObject, key: string): boolean | undefined {
  const value = field(of, key)
  if (value === undefined) return undefined
  if (typeof value !== 'boolean') throw new Undecodable(key, 'true or false')
  return value
}

export function optionalObject(of: JsonObject, key: string): JsonObject | undefined {
  const value = field(of, key)
  if (value === undefined) return undefined
  if (!isObject(value)) throw new Undecodable(key, 'an object')
  return value
}

export function requiredObject(of: JsonObject, key: string): JsonObject {
  const value = optionalObject(of, key)
  if (value === undefined) throw new Undecodable(key, 'there')
  return value
}

function optionalItems(of: JsonObject, key: string): readonly Json[] | undefined {
  const value = field(of, key)
  if (value === undefined) return undefined
  if (!Array.isArray(value) || value.length > mostItems) throw new Undecodable(key, 'a list')
  return value
}

/** A list of objects; undefined when the answer lacks it. */
export function optionalObjects(of: JsonObject, key: string): readonly JsonObject[] | undefined {
  return optionalItems(of, key)?.map((item) => {
    if (!isObject(item)) throw new Undecodable(key, 'a list of objects')
    return item
  })
}

export const objectsOf = (of: JsonObject, key: string): readonly JsonObject[] =>
  optionalObjects(of, key) ?? []

export function textsOf(of: JsonObject, key: string): readonly string[] {
  return (optionalItems(of, key) ?? []).map((item) => {
    if (typeof item !== 'string' || item.length > longestText)
      throw new Undecodable(key, 'a list of texts')
    return item
  })
}

/** Tags or metadata. A map, as any name at all may stand in it. */
export function mapOf(of: JsonObject, key: string): Tags {
  const pairs = Object.entries(optionalObject(of, key) ?? {})
  return new Map(
    pairs.map(([name, value]) => {
      if (typeof value !== 'string') throw new Undecodable(`${key}.${name.slice(0, 80)}`, 'a text')
      return [name, value]
    }),
  )
}

/** `uksouth`, for `UK South` too. */
export const locationOf = (of: JsonObject): string =>
  requiredText(of, 'location').toLowerCase().replaceAll(' ', '')

/** The ARM id of a reference such as `{"id": "…"}`. */
export const referenceOf = (of: JsonObject, key: string): string | undefined => {
  const reference = optionalObject(of, key)
  return reference && filledText(reference, 'id')
}

export const referencesOf = (of: JsonObject, key: string): readonly string[] =>
  objectsOf(of, key).map((reference) => requiredText(reference, 'id'))

export function idOf<K extends IdKind>(kind: K, of: JsonObject): Id<K> {
  return parsed(kind, requiredText(of, 'id'))
}

/** An id that the plans follow. */
export function parsed<K extends IdKind>(kind: K, text: string): Id<K> {
  const id = parseId(kind, text)
  if (id === undefined) throw new Unnameable('id', `the id of a ${kind}`)
  return id
}

/** Resources without a state of provisioning are done (ARM's rules for asynchronous operations). */
export const provisioningStateOf = (properties: JsonObject): string =>
  filledText(properties, 'provisioningState') ?? 'Succeeded'

/** The last segment of an id; what some answers give instead of a name. */
export const lastSegment = (id: string): string => id.slice(id.lastIndexOf('/') + 1)
