#!/usr/bin/env node
/**
 * The process of kubectl-pgpe: arguments, streams, Ctrl-C, the exit code. Must hold nothing that a test would
 * want to call.
 */
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline/promises'
import { systemClock } from '../runtime/clock.ts'
import { run } from './run.ts'
import type { Stream } from './world.ts'

declare const PGPE_VERSION: string | undefined

const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (stopping.signal.aborted) process.exit(130)
    stopping.abort()
  })
}
// A reader like `head` may have enough before we are done.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

const stream = (to: NodeJS.WriteStream): Stream => ({
  write: (text) => void to.write(text),
  isTerminal: to.isTTY === true,
})

async function ask(question: string): Promise<string | undefined> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const closed = new Promise<undefined>((resolve) => lines.once('close', () => resolve(undefined)))
  lines.once('SIGINT', () => stopping.abort())
  const answer = lines.question(question, { signal: stopping.signal }).catch(() => undefined)
  try {
    return await Promise.race([answer, closed])
  } finally {
    lines.close()
  }
}

async function standardInput(): Promise<string> {
  process.stdin.setEncoding('utf8')
  let text = ''
  for await (const chunk of process.stdin) text += String(chunk)
  return text
}

async function main(): Promise<void> {
  const people = process.stdin.isTTY === true && process.stderr.isTTY === true
  process.exitCode = await run(process.argv.slice(2), {
    environment: process.env,
    out: stream(process.stdout),
    err: stream(process.stderr),
    ask: people ? ask : undefined,
    read: (path) => (path === '-' ? standardInput() : readFile(path, 'utf8')),
    clock: systemClock,
    random: Math.random,
    signal: stopping.signal,
    version: typeof PGPE_VERSION === 'string' ? PGPE_VERSION : 'dev',
  })
}

void main()
