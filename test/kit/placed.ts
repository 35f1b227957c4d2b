/** An object with a value put into a place, as schemas name places. */
import type { Json, JsonObject } from '../../operator/api/schema.ts'

/** The object with that value in that place; `[]` makes a list of one. */
export function placed(object: JsonObject, path: string, value: Json): JsonObject {
  const [first = '', ...rest] = path.split('.')
  const isList = first.endsWith('[]')
  const name = isList ? first.slice(0, -2) : first
  const before = isList ? (object[name] as readonly Json[] | undefined)?.[0] : object[name]
  const below =
    rest.length === 0 ? value : placed((before ?? {}) as JsonObject, rest.join('.'), value)
  return { ...object, [name]: isList ? [below] : below }
}
