/** What a field takes, in the words of the reference: its type and how long or large it may be. Pure. */
import { code } from './markdown.ts'
import type { Json, JsonObject } from './schema.ts'

export const isObject = (json: Json | undefined): json is JsonObject =>
  typeof json === 'object' && json !== null && !Array.isArray(json)

/** `1 to 80`, `36`, `at most 512`. */
function range(least: Json | undefined, most: Json | undefined): string {
  if (least === most) return String(most)
  const [low, high] = [String(least ?? 0), String(most)]
  return low === '0' ? `at most ${high}` : `${low} to ${high}`
}

export function typeOf(json: JsonObject): string {
  const { type, format, items, enum: values, additionalProperties } = json
  if (Array.isArray(values)) return values.map((value) => code(String(value))).join(', ')
  if (type === 'array') {
    const of = isObject(items) ? typeOf(items) : ''
    return `list of ${range(json['minItems'], json['maxItems'])}: ${of}`
  }
  if (isObject(additionalProperties)) {
    const { minLength, maxLength } = additionalProperties
    return `map of texts, at most ${String(json['maxProperties'])} entries of ${range(minLength, maxLength)} characters`
  }
  if (type === 'string' && format === 'date-time') return 'time'
  if (type === 'string') return `text, ${range(json['minLength'], json['maxLength'])} characters`
  if (type === 'integer') return numberOf(json)
  return type === 'boolean' ? 'true or false' : String(type)
}

function numberOf({ minimum, maximum }: JsonObject): string {
  if (maximum !== undefined) return `number, ${range(minimum, maximum)}`
  return minimum === undefined ? 'number' : `number, at least ${String(minimum)}`
}
