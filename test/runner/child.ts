/**
 * A process that runs test files, one after the other, and tells its parent what happens. Whatever
 * it does not live to tell is the parent's to notice.
 */
import { registerHooks } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Message, Task } from './message.ts'

const wrapper = new URL('uvu.ts', import.meta.url).href

// Test files import `uvu` and get our wrapper; the wrapper gets the real one.
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'uvu' && context.parentURL !== wrapper
      ? { url: wrapper, shortCircuit: true }
      : next(specifier, context),
})
const { close, open, runSuite } = await import('./uvu.ts')

/** For a file's top level: imports, tables, nothing that waits. */
const loadSeconds = 60

const tell = (message: Message): void => void process.send?.(message)

async function runFile(file: string, { seed, testSeconds }: Task): Promise<void> {
  let failures = 0
  const fail = (test: string, error: unknown): void => {
    failures++
    const message = error instanceof Error ? error.message : `thrown: ${String(error)}`
    tell({ is: 'failure', failure: { file, test, message } })
  }
  let [passed, failed] = [0, 0]
  const skipped: string[] = []
  tell({ is: 'begin', file, test: '(loading)', seconds: loadSeconds })
  open()
  try {
    await import(pathToFileURL(resolve(file)).href)
  } catch (error) {
    console.log(error)
    fail('(loading)', error)
  }
  const suites = close()
  if (failures === 0 && !suites.some(({ tests }) => tests.length > 0)) {
    fail('(loading)', new Error('the file has no test'))
  }
  for (const suite of suites) {
    const name = (test: string): string => (suite.name === '' ? test : `${suite.name} › ${test}`)
    if (suite.usesOnly) fail(name('(suite)'), new Error('uses only: the other tests would not run'))
    if (suite.runs !== 1 && suite.tests.length > 0) {
      const how = suite.runs === 0 ? 'is never run: call .run()' : 'is run more than once'
      fail(name('(suite)'), new Error(`the suite ${how}`))
    }
    skipped.push(...suite.skipped.map(name))
    const before = failures
    const onBegin = (test: string, seconds: number): void =>
      tell({ is: 'begin', file, test: name(test), seconds })
    const onFailure = (test: string, error: unknown): void => fail(name(test), error)
    try {
      const watcher = { seed, file, testSeconds, onBegin, onFailure }
      const [good, total] = await runSuite(suite, watcher)
      passed += good
      const missed = total - good
      if (missed > 0 && failures === before) fail(name('(suite)'), new Error(`${missed} failed`))
    } catch (error) {
      // A hook failed, which ends the suite; the tests that were to follow have not run.
      if (failures === before) fail(name('(suite)'), error)
    }
  }
  failed = failures
  tell({ is: 'file', file, passed, failed, skipped })
}

process.on('disconnect', () => process.exit(1))
const task = JSON.parse(process.argv[2] ?? '') as Task
for (const file of task.files) await runFile(file, task)
// What a test left open must not keep the ring waiting; what it left running, the parent looks for.
process.send?.({ is: 'end' } satisfies Message, () => process.exit(0))
