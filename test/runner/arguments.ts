/** The command line of `npm test`. */
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { rings } from './rings.ts'

export const usage = `usage: npm test -- [--ring NAME]… [--seed N] [PATTERN]…
  --ring NAME   only this ring: check, ${rings.map(({ name }) => name).join(', ')}
  --seed N      the order of an earlier run
  PATTERN       only files whose path contains it`

/** A command line that can't be understood; its message says why. */
export class UsageError extends Error {}

export interface Choice {
  readonly isChosen: (ring: string) => boolean
  /** Whether some only are wanted, by ring or pattern. */
  readonly isPart: boolean
  readonly patterns: readonly string[]
  readonly seed: number
}

/** @throws UsageError */
export function parse(args: readonly string[]): Choice {
  const { values, positionals } = parsed(args)
  const chosen = values.ring ?? []
  const known = ['check', ...rings.map(({ name }) => name)]
  const unknown = chosen.find((name) => !known.includes(name))
  if (unknown !== undefined) throw new UsageError(`there is no ring ${unknown}\n${usage}`)
  const seed = values.seed === undefined ? randomInt(1, 1_000_000) : Number(values.seed)
  if (!Number.isSafeInteger(seed)) throw new UsageError(`${values.seed} is not a seed\n${usage}`)
  const isPart = chosen.length > 0 || positionals.length > 0
  return {
    isChosen: (ring) =>
      chosen.includes(ring) || (chosen.length === 0 && (ring !== 'check' || !isPart)),
    isPart,
    patterns: positionals,
    seed,
  }
}

function parsed(args: readonly string[]) {
  try {
    const options = { ring: { type: 'string', multiple: true }, seed: { type: 'string' } } as const
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
  }
}
