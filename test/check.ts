/**
 * What can be told of the code without running it: types, lint with types, format, and whether the
 * generated files are current. `npm run check` alone, or first in `npm test`. Repairs nothing:
 * `npm run format` and `npm run generate` do.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { add, nothing, type Result, totals } from './runner/result.ts'

interface Check {
  readonly name: string
  /** A JavaScript or TypeScript file from the project's root, and its arguments. */
  readonly command: readonly [file: string, ...args: string[]]
  /** What mends it. */
  readonly remedy: string
}

const checks: readonly Check[] = [
  {
    name: 'types',
    command: ['node_modules/typescript/bin/tsc', '--project', '.', '--pretty'],
    remedy: 'see the errors above',
  },
  {
    name: 'lint',
    command: [
      'node_modules/oxlint/bin/oxlint',
      '--type-aware',
      '--deny-warnings',
      '--report-unused-disable-directives',
    ],
    remedy: 'see the errors above',
  },
  {
    name: 'format',
    command: ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
    remedy: 'npm run format',
  },
  {
    name: 'generated files',
    command: ['operator/generate.ts', '--check'],
    remedy: 'npm run generate',
  },
]

const root = fileURLToPath(new URL('..', import.meta.url))

/** Each check counts as a test. */
export async function runChecks(signal: AbortSignal): Promise<Result> {
  let result = nothing
  for (const { name, command, remedy } of checks) {
    const [file] = command
    const how = existsSync(`${root}/${file}`) ? await run(command, signal) : `there is no ${file}`
    console.log(`${how === undefined ? 'ok    ' : 'failed'} ${name}`)
    const failure = { file: name, test: '(check)', message: `${how}; ${remedy}` }
    const part = how === undefined ? { passed: 1 } : { failures: [failure] }
    result = add(result, { ...nothing, ...part })
  }
  return result
}

/** @returns undefined if all is well, else how it ended */
function run(command: readonly string[], signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, command, { cwd: root, stdio: 'inherit', signal })
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code, by) => resolve(code === 0 ? undefined : (by ?? `exit code ${code}`)))
  })
}

if (import.meta.main) {
  const result = await runChecks(new AbortController().signal)
  console.log(totals(result))
  process.exitCode = result.failures.length === 0 ? 0 : 1
}
