/**
 * Values of a schema, without an API server: completed by its defaults, or cut to its limits. Never
 * says whether a value is valid.
 */
import type { Json, JsonObject, Schema } from './schema.ts'

const isObject = (json: Json | undefined): json is JsonObject =>
  typeof json === 'object' && json !== null && !Array.isArray(json)

const entries = (json: Json | undefined): readonly (readonly [string, Json])[] =>
  isObject(json) ? Object.entries(json) : []

/** Walks a value beside its schema. Undefined values are left out, as JSON does. */
function map(
  value: Json,
  schema: JsonObject,
  change: (value: Json, schema: JsonObject) => Json,
): Json {
  const changed = change(value, schema)
  const { items, properties, additionalProperties } = schema
  if (Array.isArray(changed)) {
    return isObject(items) ? changed.map((item: Json) => map(item, items, change)) : changed
  }
  if (!isObject(changed)) return changed
  const known = isObject(properties) ? properties : {}
  const below = (name: string) => (Object.hasOwn(known, name) ? known[name] : additionalProperties)
  return Object.fromEntries(
    entries(changed)
      .filter(([, child]) => child !== undefined)
      .map(([name, child]) => {
        const at = below(name)
        return [name, isObject(at) ? map(child, at, change) : child]
      }),
  )
}

function withDefaults(value: Json, { properties }: JsonObject): Json {
  if (!isObject(value)) return value
  const missing = entries(properties).flatMap(([name, child]) => {
    const filling = isObject(child) ? child['default'] : undefined
    return value[name] === undefined && filling !== undefined ? [[name, filling] as const] : []
  })
  return { ...value, ...Object.fromEntries(missing) }
}

/** What a reader gets when `written` is stored: the API server's defaulting. */
export const complete = <T, W>(schema: Schema<T, W>, written: W): T =>
  map(written as Json, schema.json, withDefaults) as T

const ellipsis = '…'

function cut(value: Json, { maxLength, maxItems }: JsonObject): Json {
  if (typeof value === 'string' && typeof maxLength === 'number') {
    const characters = value.length > maxLength ? [...value] : []
    return characters.length > maxLength
      ? characters.slice(0, maxLength - 1).join('') + ellipsis
      : value
  }
  return Array.isArray(value) && typeof maxItems === 'number' ? value.slice(0, maxItems) : value
}

/**
 * The value with texts cut to `maxLength` characters and lists to `maxItems`: whatever Azure or a
 * stranger wrote, the API server does not refuse a status for its size. Values within the limits come
 * back equal.
 */
export const fit = <T>(schema: Schema<T, unknown>, value: T): T =>
  map(value as Json, schema.json, cut) as T
