/**
 * Which objects are meant: `orders`, `pgpe/orders`, `pgpe orders billing`, `epcd`, as kubectl reads them. A
 * name without a type may be of either kind. Pure.
 */
import * as decision from '../api/connection-decision.ts'
import * as endpoint from '../api/private-endpoint.ts'
import { Failure } from './failure.ts'

export type KindName = 'endpoint' | 'decision'
export const kindNames: readonly KindName[] = ['endpoint', 'decision']

export const shortNames = { endpoint: 'pgpe', decision: 'epcd' } as const satisfies Record<
  KindName,
  string
>

export interface Ref {
  readonly kinds: readonly KindName[]
  /** Absent: all of the namespace. */
  readonly name?: string
}

const typeWords: Readonly<Record<KindName, readonly string[]>> = {
  endpoint: wordsOf(endpoint.definition, endpoint.group),
  decision: wordsOf(decision.definition, decision.group),
}

function wordsOf(
  made: { readonly plural: string; readonly singular: string; readonly shortName: string },
  group: string,
): readonly string[] {
  const { plural, singular, shortName } = made
  return [plural, singular, shortName, `${plural}.${group}`, `${singular}.${group}`]
}

const kindOf = (word: string): KindName | undefined =>
  kindNames.find((kind) => typeWords[kind].includes(word.toLowerCase()))

/** Throws `Failure`. */
export function parseRefs(
  words: readonly string[],
  kinds: readonly KindName[] = kindNames,
): readonly Ref[] {
  const [first, ...rest] = words
  if (first === undefined) return kinds.map((kind) => ({ kinds: [kind] }))
  const kind = kindOf(first)
  if (kind === undefined) return words.map((word) => parseRef(word, kinds))
  if (rest.length === 0) return [{ kinds: [allowed(kind, kinds, first)] }]
  return rest.map((name) => ({ kinds: [allowed(kind, kinds, first)], name: checked(name) }))
}

function parseRef(word: string, kinds: readonly KindName[]): Ref {
  const slash = word.indexOf('/')
  if (slash < 0) return { kinds, name: checked(word) }
  const type = word.slice(0, slash)
  const kind = kindOf(type)
  if (kind === undefined) {
    throw new Failure(`'${type}' is no type of object: use ${Object.values(shortNames).join(', ')}`)
  }
  return { kinds: [allowed(kind, kinds, type)], name: checked(word.slice(slash + 1)) }
}

function allowed(kind: KindName, kinds: readonly KindName[], word: string): KindName {
  if (kinds.includes(kind)) return kind
  throw new Failure(`${word}: this command is about ${kinds.map((one) => shortNames[one]).join()}`)
}

const objectName = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/

function checked(name: string): string {
  if (objectName.test(name)) return name
  throw new Failure(`'${name}' is no name of an object`)
}
