/** `npm run demo`: arguments, signals and the exit code. Decides nothing else. */
import { Refusal } from '../control-plane/control-plane.ts'
import { demo } from './demo.ts'
import { parseOptions, usage } from './options.ts'
import { Screen } from './screen.ts'
import { Unfinished } from './waiting.ts'

const begun = performance.now()
const elapsed = (): number => (performance.now() - begun) / 1000

async function main(): Promise<number> {
  const wish = parseOptions(process.argv.slice(2))
  if ('help' in wish) return say(usage, 0)
  if ('mistake' in wish) return say(`pgpe-operator demo: ${wish.mistake}\n\n${usage}`, 2)
  const stop = new AbortController()
  let signal: NodeJS.Signals | undefined
  // A terminal and npm both pass Ctrl-C on: the second one means the same as the first.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      signal ??= name
      stop.abort(new Error(`ended by ${name}`))
    })
  }
  const colour = process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === ''
  const screen = new Screen(process.stdout, colour)
  try {
    await demo({ options: wish.options, screen, stop: stop.signal, elapsed })
    return 0
  } catch (error) {
    if (signal !== undefined) return say('\npgpe-operator demo: stopped\n', 130)
    return say(`\npgpe-operator demo: ${inWords(error as Error)}\n`, 1)
  }
}

/** Where one line explains it, no stack is wanted. */
const inWords = (error: Error): string =>
  error instanceof Unfinished || error instanceof Refusal
    ? error.message
    : (error.stack ?? String(error))

function say(text: string, code: number): number {
  if (code === 0) process.stdout.write(text)
  else process.stderr.write(text)
  return code
}

process.exitCode = await main()
