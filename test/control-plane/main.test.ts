/** `npm run control-plane` as a script uses it: its handshake, how it ends, and what it leaves. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { start, type Started, until } from './started.ts'

interface Context {
  /** Holds the kubeconfigs, and the temporary directory of what is started. */
  home: string
  temporary: string
  kubeconfig: string
  started: Started[]
  begin: (kubeconfig?: string, ...args: readonly string[]) => Started
}

const test = suite<Context>('npm run control-plane')

test.before.each((context) => {
  context.home = mkdtempSync(join(tmpdir(), 'pgpe-main-'))
  context.temporary = mkdtempSync(join(context.home, 'tmp-'))
  context.kubeconfig = join(context.home, 'kubeconfig')
  context.started = []
  context.begin = (kubeconfig = context.kubeconfig, ...args) => {
    const command = ['npm', 'run', '--silent', 'control-plane', '--', '--kubeconfig', kubeconfig]
    const run = start([...command, ...args], { env: { TMPDIR: context.temporary } })
    context.started.push(run)
    return run
  }
})
test.after.each(async ({ started, home }) => {
  for (const run of started) {
    for (const { pid } of run.processes()) process.kill(pid, 'SIGKILL')
    await until(() => run.processes().length === 0)
  }
  rmSync(home, { recursive: true })
})

const ready = /^ready (\S+) kubectl=(\S+)/m

/** What kubectl answers, both outputs. */
function ask(kubectl: string, kubeconfig: string, ...args: readonly string[]): string {
  const always = ['--kubeconfig', kubeconfig]
  const { stdout, stderr } = spawnSync(kubectl, [...always, ...args], { encoding: 'utf8' })
  return stdout + stderr
}

/** Nothing of these runs is left: no process, no file. */
async function nothingIsLeft({ started, temporary, kubeconfig }: Context): Promise<void> {
  await until(() => started.every((run) => run.processes().length === 0))
  await until(() => readdirSync(temporary).length === 0)
  assert.not.ok(existsSync(kubeconfig))
}

const pidOf = (run: Started, part: string): number => {
  const found = run.processes().find(({ command }) => command.includes(part))
  assert.ok(found, `no process ${part}`)
  return found.pid
}

test('writes the kubeconfig, says ready, and SIGTERM to npm leaves nothing', async (context) => {
  const run = context.begin()
  const [, url, kubectl = ''] = await run.prints(ready)
  assert.match(readFileSync(context.kubeconfig, 'utf8'), `server: ${url}`)
  assert.match(ask(kubectl, context.kubeconfig, 'auth', 'whoami'), 'system:masters')
  run.child.kill('SIGTERM')
  assert.is(await run.ended, 0, run.printed())
  await nothingIsLeft(context)
})

test('a signal that comes again and again, as from a terminal and npm, ends it once', async (context) => {
  const run = context.begin()
  await run.prints(ready)
  const pid = pidOf(run, 'test/control-plane/main.ts')
  for (let times = 0; times < 3; times++) process.kill(pid, 'SIGINT')
  run.child.kill('SIGINT')
  assert.is(await run.ended, 0, run.printed())
  await nothingIsLeft(context)
})

test('clears up after itself when it is killed', async (context) => {
  const run = context.begin()
  await run.prints(ready)
  process.kill(pidOf(run, 'test/control-plane/main.ts'), 'SIGKILL')
  await run.ended
  await nothingIsLeft(context)
})

test('the next start clears up what was killed together with its guard', async (context) => {
  const first = context.begin()
  await first.prints(ready)
  const [directory = ''] = readdirSync(context.temporary)
  process.kill(pidOf(first, '/bin/sh -c'), 'SIGKILL')
  process.kill(pidOf(first, 'test/control-plane/main.ts'), 'SIGKILL')
  await first.ended
  assert.is(first.processes().length, 3)
  const second = context.begin()
  await second.prints(ready)
  assert.match(second.printed(), `clearing up after a control plane that was killed`)
  assert.equal(first.processes(), [])
  assert.not.ok(readdirSync(context.temporary).includes(directory))
  second.child.kill('SIGTERM')
  await second.ended
  await nothingIsLeft(context)
})

test('two can start at the same moment, and run side by side', async (context) => {
  const other = join(context.home, 'other')
  const runs = [context.begin(), context.begin(other)]
  const addresses = await Promise.all(runs.map((run) => run.prints(ready)))
  assert.is.not(addresses[0]?.[1], addresses[1]?.[1])
  for (const [index, file] of [context.kubeconfig, other].entries()) {
    const kubectl = addresses[index]?.[2] ?? ''
    assert.is(ask(kubectl, file, 'get', '--raw', '/readyz'), 'ok')
  }
  for (const run of runs) run.child.kill('SIGTERM')
  for (const run of runs) assert.is(await run.ended, 0, run.printed())
  await nothingIsLeft(context)
})

test('told to end while it starts, it ends and leaves nothing', async (context) => {
  const run = context.begin()
  await until(() => run.processes().some(({ command }) => command.includes('/kube-apiserver')))
  run.child.kill('SIGTERM')
  assert.is(await run.ended, 1, run.printed())
  assert.not.match(run.printed(), ready)
  await nothingIsLeft(context)
})

interface Refused {
  readonly args: (context: Context, takenPort: number) => readonly string[]
  readonly says: RegExp
}

const refused: Readonly<Record<string, Refused>> = {
  'a port that is taken': {
    args: ({ kubeconfig }, port) => ['--kubeconfig', kubeconfig, '--port', String(port)],
    says: /^control-plane: port \d+ of 127\.0\.0\.1 is taken: .*\n$/,
  },
  'what is no port': {
    args: ({ kubeconfig }) => ['--kubeconfig', kubeconfig, '--port', '70000'],
    says: /^control-plane: --port 70000 is not a port: .*\n$/,
  },
  'a kubeconfig of other clusters': {
    args: ({ kubeconfig }) => {
      writeFileSync(kubeconfig, 'current-context: production\n')
      return ['--kubeconfig', kubeconfig]
    },
    says: /^control-plane: \S+ holds something else: .*\n$/,
  },
  'a place where no file can be': {
    args: ({ home }) => ['--kubeconfig', join(home, 'no', 'such', 'folder')],
    says: /^control-plane: cannot write the kubeconfig to .*\n$/,
  },
  'no kubeconfig': { args: () => [], says: /^control-plane: usage: .*\n$/ },
  'an unknown option': { args: () => ['--prot', '1'], says: /^control-plane: .*'--prot'.*\n$/ },
}

for (const [what, { args, says }] of Object.entries(refused)) {
  test(`refuses ${what} in one line`, async (context) => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    try {
      const address = server.address()
      const port = typeof address === 'object' ? (address?.port ?? 0) : 0
      const program = 'test/control-plane/main.ts'
      const env = { TMPDIR: context.temporary }
      const run = start([process.execPath, program, ...args(context, port)], { env })
      context.started.push(run)
      assert.is(await run.ended, 1)
      assert.match(run.printed(), says)
      assert.equal(readdirSync(context.temporary), [])
    } finally {
      server.close()
    }
  })
}

test.run()
