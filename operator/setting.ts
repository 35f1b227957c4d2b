/** How the text of a setting becomes a value: one parser for each kind of value. Pure. */

export type Parsed<T> =
  { readonly is: 'value'; readonly value: T } | { readonly is: 'wrong'; readonly expected: string }
export type Parser<T> = (text: string) => Parsed<T>

export interface Setting<T> {
  /** Without dashes; its environment variable is PGPE_ and this in capitals. */
  readonly flag: string
  /** As a user would write it; empty: none. */
  readonly default: string
  readonly meaning: string
  readonly parse: Parser<T>
  /** A flag without a value means yes. */
  readonly isSwitch?: true
}

const value = <T>(given: T): Parsed<T> => ({ is: 'value', value: given })
const wrong = (expected: string): Parsed<never> => ({ is: 'wrong', expected })

export const text: Parser<string> = value
export const optionalText: Parser<string | undefined> = (given) =>
  value(given === '' ? undefined : given)

/** A name as Kubernetes takes it. */
export const name: Parser<string> = (given) =>
  dnsName.test(given) && given.length <= 253 ? value(given) : wrong('a name of Kubernetes')
export const optionalName: Parser<string | undefined> = (given) =>
  given === '' ? value(undefined) : name(given)
const dnsName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/

export const optionalLabel: Parser<string | undefined> = (given) => {
  if (given === '') return value(undefined)
  return /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/.test(given)
    ? value(given)
    : wrong('the value of a label')
}

export const names: Parser<readonly string[]> = (given) => {
  const all = given.split(',').flatMap((each) => (each.trim() === '' ? [] : [each.trim()]))
  return all.every((each) => name(each).is === 'value')
    ? value([...new Set(all)])
    : wrong('names of Kubernetes, separated by commas')
}

export const whole =
  (least: number, most: number): Parser<number> =>
  (given) => {
    const number = /^\d{1,9}$/.test(given) ? Number(given) : NaN
    return number >= least && number <= most
      ? value(number)
      : wrong(`a whole number from ${least} to ${most}`)
  }

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

/** ms. Written with its unit, so that nobody takes seconds for minutes. */
export const duration =
  (least: string, most: string): Parser<number> =>
  (given) => {
    const ms = milliseconds(given)
    const within = ms >= milliseconds(least) && ms <= milliseconds(most)
    return within ? value(ms) : wrong(`a duration like 500ms, 30s, 5m or 12h, ${least} to ${most}`)
  }

function milliseconds(given: string): number {
  const [, number = '', unit = ''] = /^(\d{1,9}(?:\.\d+)?)(ms|s|m|h)$/.exec(given) ?? []
  return number === '' ? NaN : Number(number) * (units[unit] ?? NaN)
}

export const oneOf =
  <const T extends string>(...choices: readonly T[]): Parser<T> =>
  (given) => {
    const found = choices.find((choice) => choice === given)
    return found === undefined ? wrong(`one of ${choices.join(', ')}`) : value(found)
  }

export const yesOrNo: Parser<boolean> = (given) =>
  given === 'true' || given === 'false' ? value(given === 'true') : wrong('true or false')

/** A port; 0: any free one; undefined: none at all. */
export const optionalPort: Parser<number | undefined> = (given) => {
  if (given === 'off') return value(undefined)
  const port = whole(0, 65_535)(given)
  return port.is === 'value' ? port : wrong('off, or a port (0: any free one)')
}

/** Some of the choices, at least one, in the order of the choices. */
export const someOf =
  <const T extends string>(...choices: readonly T[]): Parser<readonly T[]> =>
  (given) => {
    const all = given.split(',').flatMap((each) => (each.trim() === '' ? [] : [each.trim()]))
    const known = choices.filter((choice) => all.includes(choice))
    return known.length > 0 && known.length === new Set(all).size
      ? value(known)
      : wrong(`one or more of ${choices.join(', ')}, separated by commas`)
  }
