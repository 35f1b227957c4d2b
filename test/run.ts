/**
 * `npm test`: everything that CI checks. First the checks of check.ts, then the rings of tests,
 * cheapest first, each in processes of its own. Ends with one line of totals, and with exit code 0
 * only if something ran, everything that was registered ran, and all of it passed.
 */
import { runChecks } from './check.ts'
import { type Choice, parse, UsageError } from './runner/arguments.ts'
import { environmentOf } from './runner/environment.ts'
import { shuffled } from './runner/order.ts'
import { runFiles } from './runner/process.ts'
import { add, nothing, type Result, totals } from './runner/result.ts'
import { type Ring, rings } from './runner/rings.ts'
import { filesOf, homeless, testFiles } from './runner/select.ts'

const failed = (file: string, message: string): Result => ({
  ...nothing,
  failures: [{ file, test: '(run)', message }],
})

async function runRing(ring: Ring, files: readonly string[], choice: Choice, told: AbortSignal) {
  const { seed, testSeconds = ring.testSeconds } = choice
  const deadline = AbortSignal.timeout(ring.ringSeconds * 1000)
  const signal = AbortSignal.any([told, deadline])
  const order = shuffled(files, seed, ring.name)
  const tasks = ring.isolated ? order.map((file) => [file]) : [order]
  const { env, stop } = await environmentOf(ring, signal)
  try {
    let result = nothing
    for (const task of tasks) {
      if (signal.aborted) result = add(result, failed(task.join(', '), 'was not run'))
      else result = add(result, await runFiles({ files: task, seed, testSeconds }, { env, signal }))
    }
    return result
  } finally {
    await stop()
  }
}

async function runAll(choice: Choice, told: AbortSignal) {
  const { isChosen, isPart, patterns } = choice
  let result = nothing
  const timed = async (name: string, question: string, run: () => Promise<Result>) => {
    console.log(`\n── ${name}: ${question}`)
    const start = performance.now()
    const part = await run().catch((error: unknown) =>
      failed(name, error instanceof Error ? error.message : String(error)),
    )
    const seconds = ((performance.now() - start) / 1000).toFixed(1)
    console.log(`── ${name}: ${totals(part)}, in ${seconds} s`)
    result = add(result, part)
  }
  if (isChosen('check')) await timed('check', 'Is the code as it should be?', () => runChecks(told))
  const all = testFiles()
  for (const file of homeless(all, rings)) result = add(result, failed(file, 'is of no one ring'))
  let some = isPart && isChosen('check') ? 1 : 0
  for (const ring of rings.filter(({ name }) => isChosen(name))) {
    const files = filesOf(ring, all, patterns)
    some += files.length
    if (told.aborted || (files.length === 0 && patterns.length > 0)) continue
    if (files.length === 0) result = add(result, failed(ring.name, 'the ring has no test file'))
    else await timed(ring.name, ring.question, () => runRing(ring, files, choice, told))
  }
  if (some === 0) result = add(result, failed(patterns.join(' '), 'no test file has such a path'))
  if (told.aborted) result = add(result, failed('(all)', 'stopped by a signal'))
  return result
}

function report(result: Result): void {
  console.log()
  for (const name of result.skipped) console.log(`skipped: ${name}`)
  for (const { file, test, message } of result.failures) {
    console.log(`failed: ${file}: ${test}\n        ${message.split('\n')[0]}`)
  }
  console.log(totals(result))
  process.exitCode = result.failures.length === 0 ? 0 : 1
}

const controller = new AbortController()
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.on(signal, () => controller.abort())
}
try {
  const choice = parse(process.argv.slice(2))
  console.log(`order by seed ${choice.seed} (--seed ${choice.seed} repeats it)`)
  report(await runAll(choice, controller.signal))
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(error.message)
  process.exitCode = 2
}
