/**
 * `npm run simulator -- --directory DIR [--port P] [--time-scale X] [--throttle[=providers]] [--seed N]`:
 * the ARM simulator until SIGTERM. Writes ca.crt, env and identities.json into DIR, then prints one line
 * that begins with `ready`. When it ends, those files are gone with the Azure that they described.
 */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { SimulatorOptions } from './simulator.ts'
import { startSimulator } from './start.ts'

const usage =
  'usage: npm run simulator -- --directory DIR [--port P] [--time-scale X] [--throttle[=providers]] [--seed N]'

/** Why it cannot start, as one line. */
class Unusable extends Error {}

const say = (line: string): void => void process.stderr.write(`simulator: ${line}\n`)

function number(
  name: string,
  text: string | undefined,
  isGood: (value: number) => boolean,
): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (text.trim() !== '' && isGood(value)) return value
  throw new Unusable(`--${name} ${text} is no such number; ${usage}`)
}

const throttles: Readonly<Record<string, NonNullable<SimulatorOptions['throttle']>>> = {
  off: 'off',
  arm: 'arm',
  providers: 'providers',
}

function given() {
  try {
    const options = {
      directory: { type: 'string' },
      port: { type: 'string' },
      'time-scale': { type: 'string' },
      throttle: { type: 'string' },
      seed: { type: 'string' },
    } as const
    // A value of its own is optional.
    const args = process.argv.slice(2).map((arg) => (arg === '--throttle' ? '--throttle=arm' : arg))
    return parseArgs({ options, args }).values
  } catch (error) {
    throw new Unusable(`${error instanceof Error ? error.message : String(error)}; ${usage}`)
  }
}

function settings(): SimulatorOptions {
  const { directory, port, throttle = 'off', seed, 'time-scale': timeScale } = given()
  if (directory === undefined || directory === '') throw new Unusable(usage)
  const mode = throttles[throttle]
  if (mode === undefined)
    throw new Unusable(`--throttle=${throttle} is neither arm nor providers; ${usage}`)
  // npm changes to the project's folder, and tells where the user was.
  const base = process.env['INIT_CWD'] ?? process.cwd()
  return {
    directory: resolve(base, directory),
    throttle: mode,
    port:
      number('port', port, (value) => Number.isInteger(value) && value >= 0 && value < 65_536) ?? 0,
    timeScale: number('time-scale', timeScale, (value) => value > 0 && value <= 1_000_000) ?? 1,
    seed: number('seed', seed, Number.isSafeInteger) ?? 1,
  }
}

/** What helps, where the person who called can help. */
function explained(error: unknown, { directory = '', port }: SimulatorOptions): unknown {
  if (!(error instanceof Error)) return error
  if ('code' in error && error.code === 'EADDRINUSE') {
    return new Unusable(`port ${port} is taken: name another with --port`)
  }
  if ('path' in error && String(error.path).startsWith(directory)) {
    return new Unusable(`cannot write to --directory: ${error.message}`)
  }
  return error
}

async function run(): Promise<void> {
  const options = settings()
  const told = new Promise<void>((end) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => end())
  })
  const simulator = await startSimulator(options).catch((error: unknown) => {
    throw explained(error, options)
  })
  try {
    console.log(`ready ${simulator.url} directory=${simulator.directory}`)
    await told
  } finally {
    await simulator.stop()
  }
}

// Whoever read our output may be gone before us; that is no reason to end badly.
process.stdout.on('error', () => undefined)
process.stderr.on('error', () => undefined)
try {
  await run()
} catch (error) {
  say(
    error instanceof Unusable
      ? error.message
      : String(error instanceof Error ? error.stack : error),
  )
  process.exitCode = 1
}
