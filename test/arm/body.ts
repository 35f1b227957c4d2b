/**
 * Request bodies: checked and typed by one table per type. Stricter than Azure: a member that the type
 * does not have, and a value of the wrong type, are refused with its path. Null counts as absent.
 */
import { Refusal } from './answer.ts'

export type Check<T> = (value: unknown, path: string) => T
export type Checked<C> = C extends Check<infer T> ? T : never

/** ARM's words for a body that it cannot read. */
export const invalidContent = (why: string): Refusal =>
  new Refusal(400, {
    code: 'InvalidRequestContent',
    message: `The request content was invalid and could not be deserialized: '${why}'.`,
  })

const kindOf = (value: unknown): string =>
  Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value

const wrong = (path: string, wanted: string, value: unknown): Refusal =>
  invalidContent(
    `Error converting value of type ${kindOf(value)} to type ${wanted}. Path '${path}'.`,
  )

export const text: Check<string> = (value, path) => {
  if (typeof value !== 'string') throw wrong(path, 'string', value)
  return value
}

export const flag: Check<boolean> = (value, path) => {
  if (typeof value !== 'boolean') throw wrong(path, 'boolean', value)
  return value
}

export const integer: Check<number> = (value, path) => {
  if (typeof value !== 'number' || !Number.isInteger(value)) throw wrong(path, 'integer', value)
  return value
}

/** Read-only members that clients send back, and members that the simulator keeps without a look inside. */
export const anything: Check<unknown> = (value) => value

export const oneOf =
  <const V extends readonly string[]>(...values: V): Check<V[number]> =>
  (value, path) => {
    const given = text(value, path).toLowerCase()
    const found = values.find((each) => each.toLowerCase() === given)
    if (found === undefined) {
      throw invalidContent(`Value '${given}' is not one of ${values.join(', ')}. Path '${path}'.`)
    }
    return found
  }

export const list =
  <T>(of: Check<T>): Check<readonly T[]> =>
  (value, path) => {
    if (!Array.isArray(value)) throw wrong(path, 'array', value)
    return value.map((item, index) => of(item, `${path}[${index}]`))
  }

export const textMap: Check<Readonly<Record<string, string>>> = (value, path) => {
  const members = membersOf(value, path)
  return Object.fromEntries(
    Object.entries(members).map(([name, each]) => [name, text(each, `${path}.${name}`)]),
  )
}

type Shape = Readonly<Record<string, Check<unknown>>>
export type Members<S extends Shape> = { readonly [K in keyof S]?: Checked<S[K]> | undefined }

function membersOf(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrong(path, 'object', value)
  }
  return value as Readonly<Record<string, unknown>>
}

/** An object of these members, each of them optional. Member names compare without case, as in Azure. */
export const object = <S extends Shape>(shape: S): Check<Members<S>> => {
  const names = new Map(Object.keys(shape).map((name) => [name.toLowerCase(), name]))
  return (value, path) => {
    const result: Record<string, unknown> = {}
    for (const [given, member] of Object.entries(membersOf(value, path))) {
      const name = names.get(given.toLowerCase())
      const at = path === '' ? given : `${path}.${given}`
      if (name === undefined) {
        throw invalidContent(`Could not find member '${given}' on object. Path '${at}'.`)
      }
      if (member !== null && member !== undefined) result[name] = shape[name]?.(member, at)
    }
    return result as Members<S>
  }
}

export const reference = object({ id: text, resourceGroup: anything })

/** The members that every tracked resource has around its `properties`. */
export const tracked = {
  id: anything,
  name: anything,
  type: anything,
  etag: anything,
  systemData: anything,
  location: text,
  tags: textMap,
} as const

/** Those of a child resource. */
export const child = {
  id: anything,
  name: anything,
  type: anything,
  etag: anything,
  systemData: anything,
} as const

/** The value, or what ARM says when a body lacks it. */
export function required<T>(value: T | undefined, path: string): T {
  if (value === undefined)
    throw invalidContent(`Required property '${path}' not found in JSON. Path ''.`)
  return value
}
