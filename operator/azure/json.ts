/** Looking into JSON that somebody else wrote. Never follows a prototype, never throws. */
import type { Json, JsonObject } from './model.ts'

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The object, or an empty one for anything else. */
export const object = (value: Json | undefined): JsonObject => (isObject(value) ? value : {})

/** The objects of a list; nothing for anything else. */
export const objects = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter(isObject) : []

export const text = (value: Json | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined

export const entries = (of: JsonObject): readonly (readonly [string, Json])[] => Object.entries(of)
