/**
 * Faults on request: which answers go wrong, and how. Set through `POST /_simulator/faults` or
 * `Simulator.faults`. This file decides whether a fault strikes; server.ts makes it felt on the wire.
 */
import { integer, invalidContent, list, object, oneOf, required, text } from './body.ts'
import type { Check } from './body.ts'
import type { Dice } from './dice.ts'

export interface Fault {
  readonly match: {
    /** HTTP method, or `*`. */
    readonly method: string
    /** ARM type as the request log names it (`Microsoft.Network/privateEndpoints`, `token`), or `*`. */
    readonly type: string
    /** Last name in the path, compared without case. */
    readonly name?: string
    /** Id of the subscription in the path. */
    readonly subscription?: string
    /** Name of the calling identity as in identities.json. */
    readonly identity?: string
  }
  /** Strikes the n-th matching request only, counted from 1. */
  readonly nth?: number
  /** Strikes with this probability, by the seed. Neither `nth` nor `rate`: strikes always. */
  readonly rate?: number
  /** Strikes so many times at most. */
  readonly times?: number
  readonly effect: Effect
}

export interface Effect {
  /**
   * - `error`: answers `status` (500), `code` (InternalServerError) and `message`, and does nothing; with
   *   `seconds` it carries them as Retry-After.
   * - `lostRequest`: the connection breaks and nothing was done.
   * - `lostAnswer`: it is done, then the connection breaks.
   * - `delay`: it is done, and answered `seconds` (1) of real time later.
   * - `hang`: it is done and never answered, or `seconds` later the connection breaks.
   * - `truncate`: it is done, and the answer ends half-way.
   * - `wrongBody`: it is done, and the answer's body is not what ARM sends (HTML).
   * - `flap`: every other matching request is answered as by `error`, the first one included.
   */
  readonly kind:
    'error' | 'lostRequest' | 'lostAnswer' | 'delay' | 'hang' | 'truncate' | 'wrongBody' | 'flap'
  readonly status?: number
  readonly code?: string
  readonly message?: string
  readonly seconds?: number
}

/** What a fault may match. */
export interface Request {
  readonly method: string
  readonly type: string
  /** Last name in the path. */
  readonly name: string
  /** Id of the subscription in the path, where there is one. */
  readonly subscription: string | undefined
  /** Name of the caller, where one is known. */
  readonly identity: string | undefined
}

interface Armed {
  readonly fault: Fault
  readonly number: number
  matched: number
  struck: number
}

const is = (wanted: string | undefined, given: string | undefined): boolean =>
  wanted === undefined || wanted === '*' || wanted.toLowerCase() === given?.toLowerCase()

export class Faults {
  readonly #dice: Dice
  #armed: Armed[] = []
  #number = 0

  constructor(dice: Dice) {
    this.#dice = dice
  }

  add(faults: readonly Fault[]): void {
    for (const fault of faults)
      this.#armed.push({ fault, number: this.#number++, matched: 0, struck: 0 })
  }

  clear(): void {
    this.#armed = []
  }

  /** The effect of the first fault that strikes. Every fault that matches counts the request. */
  strike(request: Request): Effect | undefined {
    let first: Effect | undefined
    for (const each of this.#armed) {
      const { match } = each.fault
      const matches =
        is(match.method, request.method) &&
        is(match.type, request.type) &&
        is(match.name, request.name) &&
        is(match.subscription, request.subscription) &&
        is(match.identity, request.identity)
      if (!matches) continue
      each.matched += 1
      if (first !== undefined || !this.#strikes(each)) continue
      each.struck += 1
      first = each.fault.effect
    }
    return first
  }

  #strikes({ fault, number, matched, struck }: Armed): boolean {
    if (struck >= (fault.times ?? Infinity)) return false
    if (fault.nth !== undefined && matched !== fault.nth) return false
    if (fault.rate !== undefined && !this.#dice.chance(`fault ${number}`, fault.rate)) return false
    return fault.effect.kind !== 'flap' || matched % 2 === 1
  }
}

const amount: Check<number> = (value, path) => {
  if (typeof value === 'number' && value >= 0) return value
  throw invalidContent(`'${path}' is not a number`)
}

const faultList = list(
  object({
    match: object({ method: text, type: text, name: text, subscription: text, identity: text }),
    nth: integer,
    rate: amount,
    times: integer,
    effect: object({
      kind: oneOf(
        'error',
        'lostRequest',
        'lostAnswer',
        'delay',
        'hang',
        'truncate',
        'wrongBody',
        'flap',
      ),
      status: integer,
      code: text,
      message: text,
      seconds: amount,
    }),
  }),
)

const without = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T

/** The faults of a posted body; throws the refusal of one that is none. */
export const faultsOf = (body: unknown): readonly Fault[] =>
  faultList(body, '').map(({ match, effect, ...rest }, index) => {
    const method = required(match?.method, `[${index}].match.method`)
    const type = required(match?.type, `[${index}].match.type`)
    const kind = required(effect?.kind, `[${index}].effect.kind`)
    return without({
      ...rest,
      match: without({ ...match, method, type }),
      effect: without({ ...effect, kind }),
    }) as Fault
  })
