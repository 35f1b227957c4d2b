/** The command line of `npm test`. */
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { rings } from './rings.ts'

export const usage = `usage: npm test -- [--ring NAME]… [--seed N] [--test-seconds N] [PATTERN]…
  --ring NAME   only this ring: check, ${rings.map(({ name }) => name).join(', ')}
  --seed N      the order of an earlier run
  --test-seconds N  a test's deadline, where it asks for none; else its ring's
  PATTERN       only files whose path contains it`

/** A command line that can't be understood; its message says why. */
export class UsageError extends Error {}

export interface Choice {
  readonly isChosen: (ring: string) => boolean
  /** Whether some only are wanted, by ring or pattern. */
  readonly isPart: boolean
  readonly patterns: readonly string[]
  readonly seed: number
  /** A test's deadline, where it asks for none; absent: its ring's. */
  readonly testSeconds: number | undefined
}

/** @throws UsageError */
export function parse(args: readonly string[]): Choice {
  const { values, positionals } = parsed(args)
  const chosen = values.ring ?? []
  const known = ['check', ...rings.map(({ name }) => name)]
  const unknown = chosen.find((name) => !known.includes(name))
  if (unknown !== undefined) throw new UsageError(`there is no ring ${unknown}\n${usage}`)
  const seed = number('seed', values.seed) ?? randomInt(1, 1_000_000)
  const testSeconds = number('test-seconds', values['test-seconds'])
  const isPart = chosen.length > 0 || positionals.length > 0
  return {
    isChosen: (ring) =>
      chosen.includes(ring) || (chosen.length === 0 && (ring !== 'check' || !isPart)),
    isPart,
    patterns: positionals,
    seed,
    testSeconds,
  }
}

function number(name: string, text: string | undefined): number | undefined {
  if (text === undefined || /^[1-9]\d{0,8}$/.test(text))
    return text === undefined ? undefined : Number(text)
  throw new UsageError(`--${name} ${text} is not a number from 1\n${usage}`)
}

function parsed(args: readonly string[]) {
  try {
    const options = {
      ring: { type: 'string', multiple: true },
      seed: { type: 'string' },
      'test-seconds': { type: 'string' },
    } as const
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
  }
}
