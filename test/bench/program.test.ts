/** A measurement ends with the operator: a program that dies says so, with its last words. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Program } from './program.ts'

const programs = suite('programs of a bench')
const directory = mkdtempSync(join(tmpdir(), 'bench-'))
programs.after(() => rmSync(directory, { recursive: true, force: true }))

const program = (code: string): Program =>
  new Program({
    ...{ name: 'the operator', argv: ['--eval', code], env: process.env },
    logFile: join(directory, 'operator.log'),
  })

programs('whoever ends unasked is told of with its last lines', async () => {
  const { promise, resolve } = Promise.withResolvers<Error>()
  program("console.log('out of memory'); process.exit(3)").onDeath(resolve)
  assert.is((await promise).message, 'the operator ended (exit code 3):\nout of memory')
})

programs('whoever is told to end has not died', async () => {
  let died = false
  const one = program("console.log('here'); setInterval(() => undefined, 1000)")
  one.onDeath(() => (died = true))
  await one.line((line) => line === 'here')
  await one.stop()
  assert.not(died)
})

programs.run()
