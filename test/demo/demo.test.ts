/** The demo as a person starts it: to its end, past its deadline, and with its operator killed. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { deadline } from '../runner/deadline.ts'
import { azureAtTheEnd, azureOf } from './azure-afterwards.ts'
import { type DemoRun, startDemo } from './child.ts'
import { seededDelays } from './seeded.ts'
import { pause } from './waiting.ts'

const demo = suite('demo')
const never = new AbortController().signal
/** It takes one minute or, with kills, two; a busy machine may need a multiple of that. */
const seconds = 540

/** The last table that was printed: columns but for names that Azure's ids go into, and for ages. */
function finalTable(printed: string): readonly string[] {
  const tables = printed.split('$ kubectl get pgpe,epcd -A\n').at(-1) ?? ''
  return tables
    .split('\n')
    .filter((line) => /^ {4}(network|databases) /.test(line))
    .map((line) => line.trim().replace(/warehouse-[0-9a-f]{16}/, 'warehouse-<hash>'))
    .map((line) => line.split(/ +/).slice(0, -1).join(' '))
}

const subscription = '9ea5f1ca-b1d9-47dd-9f9c-434244c43c62'

const rows = [
  /^network \S+\/archive archive True \S+ Approved 10\.1\.1\.\d+$/,
  /^network \S+\/billing billing True \S+ Approved 10\.1\.1\.50$/,
  /^network \S+\/ledger ledger True \S+ Approved 10\.1\.1\.\d+$/,
  /^network \S+\/orders orders True \S+ Approved 10\.1\.1\.\d+$/,
  /^databases \S+\/approve-ledger ledger Approve .*True /,
  /^databases \S+\/reject-unknown warehouse Reject .*True /,
  new RegExp(
    `^databases \\S+/warehouse-<hash> warehouse Approve Approved ${subscription}/dbt-emea-warehouse True `,
  ),
  /^databases \S+\/warehouse-inbox warehouse True /,
]

function checkTable(printed: string): void {
  const table = finalTable(printed)
  assert.is(table.length, rows.length, `wanted ${rows.length} rows:\n${table.join('\n')}`)
  for (const row of rows) {
    assert.ok(
      table.some((line) => row.test(line)),
      `no row like ${row} in:\n${table.join('\n')}`,
    )
  }
}

/** Processes that are told to end may need a moment. */
async function nothingRemains(run: DemoRun): Promise<void> {
  for (let look = 0; look < 50 && run.remains().length > 0; look++) await pause(200, never)
  assert.equal(run.remains(), [])
}

const playsOnce = async (): Promise<void> => {
  const run = startDemo('--once')
  try {
    assert.is(await run.ended, 0, run.printed())
    checkTable(run.printed())
    for (const letter of 'abcdefgh') assert.match(run.printed(), `\n(${letter}) `)
    assert.match(run.printed(), 'REQUESTS OF THE OPERATOR TO AZURE')
    await nothingRemains(run)
  } finally {
    await run.clear()
  }
}

demo(
  'plays every scene once, ends with exit code 0, and leaves nothing behind',
  deadline(seconds, playsOnce),
)

demo(
  'says what is missing when the deadline comes, ends with 1, and leaves nothing behind',
  async () => {
    const run = startDemo('--once', '--deadline', '1')
    try {
      assert.is(await run.ended, 1, run.printed())
      assert.match(run.printed(), 'not finished after 1 s')
      assert.match(run.printed(), 'pgpe network/archive should be so: it is Ready and Approved')
      await nothingRemains(run)
    } finally {
      await run.clear()
    }
  },
)

const survivesKills = async (): Promise<void> => {
  const run = startDemo()
  const over = new AbortController()
  try {
    const killed = killAgainAndAgain(run, over.signal)
    killed.catch(() => undefined)
    await run.line(/It took \d+ s\. Ctrl-C ends everything\./)
    over.abort()
    assert.ok((await killed) >= 3, 'the operator was killed too seldom to prove anything')
    checkTable(run.printed())
    assert.equal(await azureOf(run.directory), azureAtTheEnd)
    run.child.kill('SIGTERM')
    assert.is(await run.ended, 0, run.printed())
    await nothingRemains(run)
  } finally {
    over.abort()
    await run.clear()
  }
}

demo(
  'ends in the same state when its operator is killed again and again',
  deadline(seconds, survivesKills),
)

/** At moments drawn by a seed, which is printed; answers with how often. */
async function killAgainAndAgain(run: DemoRun, signal: AbortSignal): Promise<number> {
  const { seed, delays } = seededDelays(200, 6_000)
  console.log(`kills by seed ${seed} (PGPE_TEST_SEED)`)
  let kills = 0
  let from = 0
  for (const delay of delays) {
    const { index, match } = await run.line(/the operator is (?:ready:|back,) pid (\d+)/, from)
    await pause(delay, signal)
    if (signal.aborted) return kills
    process.kill(Number(match[1]), 'SIGKILL')
    kills++
    from = index + 1
  }
  return kills
}

demo.run()
