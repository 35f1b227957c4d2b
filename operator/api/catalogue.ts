/**
 * Every condition that a kind can report is declared once, as data. The compiler then refuses a reason
 * that is not in the catalogue, the pace of retries is looked up in it, and the user's reference is
 * printed from it. The catalogues themselves stand with their kinds.
 */
import type { Condition, Status, StoredCondition } from './kubernetes.ts'
import { table } from './markdown.ts'
import { onOneLine } from './printable.ts'

/**
 * How soon a failure is tried again. fast: seconds, it passes by itself. throttle: when Azure says.
 * slow: minutes, others must act first. user-fix: rarely, because only a change by a person helps.
 */
export type RetryClass = 'fast' | 'throttle' | 'slow' | 'user-fix'

/** What a reason means; what to do about it, when a person can help; how soon it is tried again. */
export type Reason =
  | string
  | {
      readonly means: string
      readonly remedy?: string
      readonly retry?: Exclude<RetryClass, 'user-fix'>
    }
  | { readonly means: string; readonly remedy: string; readonly retry: 'user-fix' }

export type Reasons = { readonly [reason: string]: Reason }

/** Has a status at every moment: True is good. */
interface Positive {
  readonly means: string
  readonly polarity?: 'positive'
  readonly True?: Reasons
  readonly False?: Reasons
  readonly Unknown?: Reasons
}

/** Present only while it holds: True is worth a look. */
interface AbnormalTrue {
  readonly means: string
  readonly polarity: 'abnormal-true'
  readonly True: {
    readonly [reason: string]: { readonly means: string; readonly remedy: string }
  }
}

export type Entry = Positive | AbnormalTrue
export type Catalogue = { readonly [type: string]: Entry }

export type TypeOf<C> = keyof C & string
export type StatusOf<C, T extends keyof C> = keyof C[T] & Status
export type ReasonOf<C, T extends keyof C, S extends keyof C[T]> = keyof C[T][S] & string

/** Every condition that the catalogue allows, as one union. */
export type ConditionOf<C> = {
  [T in TypeOf<C>]: {
    [S in StatusOf<C, T>]: Condition<T> & {
      readonly status: S
      readonly reason: ReasonOf<C, T, S>
    }
  }[StatusOf<C, T>]
}[TypeOf<C>]

/** Characters that the API server takes in a condition's message. */
const longest = 32_768

/** Returns the only way to make a condition of this catalogue. Whatever its message quotes, it can be printed. */
export const speaker =
  <const C extends Catalogue>(_catalogue: C) =>
  <T extends TypeOf<C>, S extends StatusOf<C, T>, R extends ReasonOf<C, T, S>>(
    type: T,
    status: S,
    reason: R,
    message = '',
  ): Condition<T> & { readonly status: S; readonly reason: R } => ({
    type,
    status,
    reason,
    message: onOneLine(message, longest),
  })

/** What the catalogue says about a condition's reason. */
export interface Explained {
  readonly means: string
  readonly remedy?: string
  readonly retry?: RetryClass
}

const reasonsOf = (entry: Entry, status: Status): Reasons =>
  (entry.polarity === 'abnormal-true'
    ? status === 'True'
      ? entry.True
      : undefined
    : entry[status]) ?? {}

const own = <T>(of: { readonly [key: string]: T }, key: string): T | undefined =>
  Object.hasOwn(of, key) ? of[key] : undefined

/** Undefined when the catalogue doesn't know the type, the reason, or the reason for that status. */
export function explain(
  catalogue: Catalogue,
  { type, status, reason }: Pick<Condition, 'type' | 'status' | 'reason'>,
): Explained | undefined {
  const entry = own(catalogue, type)
  const found = entry && own(reasonsOf(entry, status), reason)
  return typeof found === 'string' ? { means: found } : found
}

export interface Row extends Explained {
  readonly type: string
  readonly status: Status
  readonly reason: string
}

/** Every (type, status, reason) of the catalogue: for tests that each can be reached. */
export const rows = (catalogue: Catalogue): readonly Row[] =>
  Object.entries(catalogue).flatMap(([type, entry]) =>
    (['True', 'False', 'Unknown'] as const).flatMap((status) =>
      Object.entries(reasonsOf(entry, status)).map(([reason, text]) => ({
        type,
        status,
        reason,
        ...(typeof text === 'string' ? { means: text } : text),
      })),
    ),
  )

/** The catalogue as Markdown sections for the user's reference, below a heading of level 2. */
export function page(kind: string, catalogue: Catalogue): string {
  const head = ['status', 'reason', 'meaning', 'what to do', 'tried again']
  const sections = Object.entries(catalogue).map(([type, entry]) => {
    const abnormal = entry.polarity === 'abnormal-true' ? ' Present only while it holds.' : ''
    const cells = rows({ [type]: entry }).map((row) => [
      row.status,
      row.reason,
      row.means,
      row.remedy ?? '',
      row.retry ?? '',
    ])
    return [`### ${type}`, '', `${entry.means}${abnormal}`, '', ...table(head, cells), ''].join(
      '\n',
    )
  })
  return [`## Conditions of ${kind}`, '', ...sections].join('\n')
}

const everyKind = ['Ready', 'Reconciling', 'Stalled']

/** True for a type that the catalogue declares or that every kind has; other writers' are theirs. */
export const ours = (catalogue: Catalogue, { type }: Pick<StoredCondition, 'type'>): boolean =>
  everyKind.includes(type) || Object.hasOwn(catalogue, type)
