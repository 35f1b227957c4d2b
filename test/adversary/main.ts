/**
 * `npm run adversary -- [--histories N] [--seed N] [--threads N] [--result FILE]`: the histories of
 * decision.adversary.test.ts, as many as one likes, then the broken bindings. Exit code 0 only if nobody
 * was approved whom no decision allows, and each broken binding was noticed. FILE gets the result.
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { brokenBindings } from '../kit/broken-bindings.ts'
import { added, nothing, type Sum } from '../kit/adversary.ts'
import { played } from './played.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = 'operator/decision'

function given() {
  const { values } = parseArgs({
    options: {
      histories: { type: 'string', default: '100000' },
      seed: { type: 'string', default: '1' },
      threads: { type: 'string', default: String(availableParallelism()) },
      result: { type: 'string' },
    },
  })
  const { result } = values
  const [histories, seed] = [Number(values.histories), Number(values.seed)]
  const threads = Number(values.threads)
  const good =
    [histories, seed, threads].every(Number.isSafeInteger) && histories > 0 && threads > 0
  if (!good) throw new Error('--histories, --seed and --threads are whole numbers')
  return { histories, seed, threads, result }
}

const git = (...args: readonly string[]): string =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()

/** Which sources were played against; a checkout without git has no name for them. */
function sources(): string {
  try {
    const changed = git('status', '--porcelain', '--', folder) !== ''
    return `${git('rev-parse', `HEAD:${folder}`)}${changed ? ', with changes' : ''}`
  } catch {
    return 'unknown'
  }
}

async function main(): Promise<void> {
  const { histories, seed, threads, result } = given()
  const tree = sources()
  const begun = Date.now()
  const sum = await playMany(seed, histories, threads)
  const seconds = Math.round((Date.now() - begun) / 1000)
  const broken = brokenBindings.map((_, index) => ({ seed, histories: 10_000, broken: index }))
  const sums = await played(broken, { threads })
  const noticed = sums.map(({ histories: needed, wrong }) =>
    wrong.length > 0 ? String(needed) : 'not noticed',
  )
  const text = page({ sum, seed, seconds, tree, noticed })
  process.stdout.write(text)
  if (result !== undefined) writeFileSync(result, text)
  const good = sum.histories === histories && sum.wrong.length === 0
  if (!good || noticed.includes('not noticed')) process.exitCode = 1
}

/** In parts, so that somebody who waits sees it move. */
async function playMany(seed: number, histories: number, threads: number): Promise<Sum> {
  const size = 5_000
  const parts = Array.from({ length: Math.ceil(histories / size) }, (_, index) => ({
    seed: seed + index * size,
    histories: Math.min(size, histories - index * size),
  }))
  let sum = nothing
  const onSum = (more: Sum): void => {
    sum = added(sum, more)
    const seeds = sum.wrong.map(({ seed: one }) => ` SEED=${one}`).join('')
    process.stderr.write(`${sum.histories} histories, ${sum.wrong.length} wrong${seeds}\n`)
  }
  await played(parts, { threads, onSum })
  return sum
}

function page(run: {
  readonly sum: Sum
  readonly seed: number
  readonly seconds: number
  readonly tree: string
  readonly noticed: readonly string[]
}): string {
  const { sum, seed, seconds, tree, noticed } = run
  const rows: readonly (readonly [string, string | number])[] = [
    ['date', new Date().toISOString().slice(0, 10)],
    [`git tree of ${folder}`, tree],
    ['seed', seed],
    ['histories', sum.histories],
    ['moves of strangers', sum.moves],
    ['decisions made, changed, suspended, withdrawn', sum.decisions],
    ['deaths of the process, and losses of its lead', sum.deaths],
    ['approvals that Azure took', sum.approvals],
    ['**approvals of an identity that no decision allows**', sum.wrong.length],
    ['reached somebody who came under the very name in the instant of the write', sum.overtaken],
    ['writes that took such an approval back', sum.revoked],
    ['left standing: the decision was withdrawn at once, and then the process died', sum.forgotten],
    ['seconds', seconds],
  ]
  return [
    '# Strangers against the binding of decisions',
    '',
    `\`npm run adversary -- --histories ${sum.histories} --seed ${seed}\``,
    '',
    '| | |',
    '| --- | --- |',
    ...rows.map(([name, value]) => `| ${name} | ${value} |`),
    '',
    'In half of the histories Azure is made worse than it is: another endpoint can come under a full name that',
    'is taken. Only there can an approval reach somebody between our last look and the write, or while Azure works on',
    'it; it counts as wrong unless it has been taken back in the end. The one exception is counted by itself: the',
    "decision, or its status, was gone, and so was the process that knew of the write (docs/decisions.md, 'Limits').",
    '',
    'The binding broken on purpose, and after how many histories that was noticed:',
    '',
    '| broken | histories |',
    '| --- | --- |',
    ...brokenBindings.map(({ name }, index) => `| ${name} | ${noticed[index]} |`),
    '',
    ...sum.wrong.map(({ seed: one, what }) => `- SEED=${one}: ${what.join('; ')}`),
    ...(sum.wrong.length > 0 ? [''] : []),
  ].join('\n')
}

await main()
