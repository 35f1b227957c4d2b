/** One measured number: what it is, what it should be, what a peer needs. Decides nothing. */

export interface Figure {
  /** Which part measured it. */
  readonly part: string
  readonly name: string
  /** How many endpoints. */
  readonly n: number
  readonly value: number
  readonly unit: string
  /** At most this is wanted. */
  readonly goal?: number
  /** Azure Service Operator v2.20 against a comparable stand-in for Azure. */
  readonly peer?: number
  /** What a reader must know to trust it: compressions, floors, details. */
  readonly note?: string
}

type More = {
  readonly [K in 'goal' | 'peer' | 'note']?: Figure[K] | undefined
}

/** Makes the figures of one part and size. */
export const figuresOf =
  (part: string, n: number) =>
  (name: string, value: number, unit: string, more: More = {}): Figure => {
    const given = Object.entries(more).filter(([, each]) => each !== undefined)
    return { part, n, name, value, unit, ...Object.fromEntries(given) }
  }

export const isReached = ({ value, goal }: Figure): boolean | undefined =>
  goal === undefined || Number.isNaN(value) ? undefined : value <= goal

/** Three digits that mean something. */
export const shown = (value: number): string => {
  if (Number.isNaN(value)) return 'not measured'
  if (Number.isInteger(value)) return value.toLocaleString('en-US')
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) || 1)))
  return value.toFixed(Math.min(3, digits))
}
