/**
 * The process: arguments, signals, exit codes. 0: told to end. 1: can't start, or must not go on.
 * 2: a setting that makes no sense. Must hold nothing that a test would want to call.
 *
 * A terminal sends Ctrl-C to every process of the command, and the launcher passes it on: signals that
 * come together are one. A later one ends the process at once.
 */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { type Config, help, readConfig } from './config.ts'
import { Problem } from './problem.ts'
import { systemClock } from './runtime/clock.ts'
import { createLog, errorFields, type Log } from './runtime/log.ts'

/** ms within which signals are one. */
const togetherMs = 1_000
/** ms beyond the grace of visits in which all else has to end, before the process ends regardless. */
const lateMs = 10_000

const version = (): string => {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { readonly version: string }).version
}

function complain(line: string): void {
  process.stderr.write(`pgpe-operator: ${line}\n`)
}

async function main(): Promise<void> {
  const request = readConfig(process.argv.slice(2), process.env)
  switch (request.is) {
    case 'help':
      return void process.stdout.write(help())
    case 'version':
      return void process.stdout.write(`${version()}\n`)
    case 'problem':
      complain(request.line)
      process.exitCode = 2
      return
    case 'config':
      return run(request.config)
  }
}

async function run(config: Config): Promise<void> {
  const log = createLog(config.logLevel)
  surviveDefects(log)
  const told = toldToEnd(log)
  const instance = `${config.instance ?? hostname()}_${randomUUID().slice(0, 8)}`
  try {
    // Late, so that --help and a mistake in a setting need not wait for all of it.
    const { Operator } = await import('./operator.ts')
    const operator = await Operator.start({
      ...{ config, log, instance, environment: process.env },
      clock: systemClock,
      random: Math.random,
      userAgent: `pgpe-operator/${version()}`,
      // Another process may act by now: whatever is under way ends here.
      onLost: () => process.exit(1),
    })
    void operator.lead().then(() => log.info('ready', { instance }))
    await told
    systemClock.timer(config.graceMs + lateMs, () => {
      log.error('stopping-late')
      process.exit(1)
    })
    const drained = await operator.stop()
    log.info('stopped', { drained })
    process.exit(0)
  } catch (error) {
    if (error instanceof Problem) complain(error.message)
    else log.error('unexpected', errorFields(error, { trace: true }))
    process.exit(1)
  }
}

/** Resolves at the first signal to end; one that comes later than together with it ends at once. */
function toldToEnd(log: Log): Promise<void> {
  return new Promise((resolve) => {
    let firstAt: number | undefined
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      process.on(signal, () => {
        const now = systemClock.monotonic()
        if (firstAt !== undefined && now - firstAt > togetherMs) process.exit(1)
        if (firstAt !== undefined) return
        firstAt = now
        log.info('stopping', { signal })
        resolve()
      })
    }
  })
}

/** A promise nobody waited for broke nothing else; an error thrown outside of one may have. */
function surviveDefects(log: Log): void {
  process.on('unhandledRejection', (error) =>
    log.error('unexpected', errorFields(error, { trace: true })),
  )
  process.on('uncaughtException', (error) => {
    log.error('unexpected', errorFields(error, { trace: true }))
    process.exit(1)
  })
}

await main()
