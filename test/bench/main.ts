/** `npm run bench`: arguments, signals, the exit code. Exit code 0: everything asked for was measured. */
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Refusal } from '../control-plane/control-plane.ts'
import { builtBundle } from './bundle.ts'
import type { Figure } from './figure.ts'
import { type Options, parseOptions, usage } from './options.ts'
import { writePage } from './page.ts'
import { parts } from './parts.ts'
import { surroundings } from './surroundings.ts'
import { tableOf } from './table.ts'

const say = (line: string): void => void process.stderr.write(`${line}\n`)

async function bench(options: Options, signal: AbortSignal): Promise<void> {
  const { only, n, seconds, json, profile, details, page } = options
  await builtBundle()
  const figures: Figure[] = []
  for (const part of parts.filter(({ name }) => only.some((each) => each === name))) {
    for (const size of n ?? part.sizes) {
      say(`── ${part.name}: ${part.about}; N = ${size}`)
      const progress = (line: string): void => {
        if (details || !line.startsWith(' ')) say(`   ${line}`)
      }
      const measured = await part.measure(size, {
        signal,
        seconds,
        progress,
        profiles: profile && resolve(profile),
      })
      figures.push(...measured)
      // At once, so that a run that breaks off later has not been in vain.
      if (page) await writePage(surroundings(), measured)
      console.log(tableOf(measured))
    }
  }
  const on = surroundings()
  const result = { ...on, figures }
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(result, undefined, 2)}\n`)
}

async function main(): Promise<number> {
  const wish = parseOptions(process.argv.slice(2))
  if ('help' in wish) return (void process.stdout.write(usage), 0)
  if ('mistake' in wish) return (say(`pgpe-operator bench: ${wish.mistake}\n\n${usage}`), 2)
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => stop.abort(new Error(`ended by ${name}`)))
  }
  try {
    await bench(wish.options, stop.signal)
    return 0
  } catch (error) {
    const { message, stack } = error as Error
    say(`pgpe-operator bench: ${error instanceof Refusal || stop.signal.aborted ? message : stack}`)
    return stop.signal.aborted ? 130 : 1
  }
}

process.exitCode = await main()
