/** Results on standard output, in the format that was asked for. Decides nothing about what they say. */
import { stringify } from 'yaml'
import { type Given, valueOf } from './flags.ts'
import { colours, noPaint, type Paint } from './paint.ts'
import type { Stream, World } from './world.ts'

export const paintOf = ({ environment }: World, stream: Stream): Paint =>
  stream.isTerminal && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb'
    ? colours
    : noPaint

export const yaml = (value: unknown): string =>
  stringify(value, { lineWidth: 0, aliasDuplicateObjects: false })

/** `value` for programs, `lines` for people. */
export function emit(
  world: World,
  given: Given,
  value: unknown,
  lines: (paint: Paint) => readonly string[],
): void {
  world.out.write(text(world, valueOf(given, 'output'), value, lines))
}

function text(
  world: World,
  format: string | undefined,
  value: unknown,
  lines: (paint: Paint) => readonly string[],
): string {
  if (format === 'json') return `${JSON.stringify(value, null, 2)}\n`
  if (format === 'yaml') return yaml(value)
  return lines(paintOf(world, world.out))
    .map((line) => `${line}\n`)
    .join('')
}

/** Beside the result: what was left out, what is awaited. */
export function remark({ err }: World, line: string): void {
  err.write(`kubectl-pgpe: ${line}\n`)
}
