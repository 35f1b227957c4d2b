/**
 * The launcher, in a project of its own, whose lockfile names one package: a folder that plays the
 * pinned Node.js. Installing it is npm's real work, but needs no registry.
 */
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { root, start, type Started, until } from './started.ts'

interface Context {
  project: string
  launch: (program: string, ...args: readonly string[]) => Started
}

const test = suite<Context>('launcher')

const version = '24.0.0'
const dependencies = { node: 'file:pinned' }
const lockfile = {
  name: 'project',
  lockfileVersion: 3,
  requires: true,
  packages: {
    '': { name: 'project', dependencies },
    pinned: { name: 'node', version },
    'node_modules/node': { resolved: 'pinned', link: true },
  },
}

const programs = {
  // Says what it was given, then waits to be told to end.
  'waits.mjs': `
    process.on('SIGTERM', () => { console.log('told to end'); process.exit(7) })
    setInterval(() => {}, 1000)
    console.log('runs as', process.pid, process.argv.slice(2).join())`,
  'ends.mjs': `console.log('ran'); process.exitCode = Number(process.argv[2] ?? 0)`,
  'dies.mjs': `process.kill(process.pid, 'SIGKILL')`,
  // Plays a Node.js that cannot replace itself by another program.
  'old.cjs': `delete process.execve`,
}

test.before.each((context) => {
  const project = mkdtempSync(join(tmpdir(), 'pgpe-launch-'))
  mkdirSync(join(project, 'operator'))
  for (const name of ['launch.cjs', 'install.cjs', 'lock.cjs']) {
    cpSync(join(root, 'operator', name), join(project, 'operator', name))
  }
  for (const [name, text] of Object.entries(programs)) writeFileSync(join(project, name), text)
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'project', dependencies }))
  writeFileSync(join(project, 'package-lock.json'), JSON.stringify(lockfile))
  mkdirSync(join(project, 'pinned', 'bin'), { recursive: true })
  writeFileSync(join(project, 'pinned', 'package.json'), JSON.stringify({ name: 'node', version }))
  symlinkSync(process.execPath, join(project, 'pinned', 'bin', 'node'))
  context.project = project
  context.launch = (program, ...args) =>
    start([process.execPath, 'operator/launch.cjs', program, ...args], { cwd: project })
})
test.after.each(({ project }) => rmSync(project, { recursive: true }))

/** The same, by a Node.js that has to stay in between. */
const launchOld = (project: string, program: string, ...args: readonly string[]): Started =>
  start([process.execPath, '--require', './old.cjs', 'operator/launch.cjs', program, ...args], {
    cwd: project,
  })

const installing = /installing the packages of/g
const installs = ({ printed }: Started): number => printed().match(installing)?.length ?? 0

test('installs what is missing, once, and hands the arguments over', async ({ launch }) => {
  const first = launch('ends.mjs', '3')
  assert.is(await first.ended, 3, first.printed())
  assert.is(installs(first), 1)
  const second = launch('ends.mjs')
  assert.is(await second.ended, 0, second.printed())
  assert.is(second.printed(), 'ran\n')
})

test('installs anew when the lockfile has changed', async ({ launch, project }) => {
  await launch('ends.mjs').ended
  const changed = { ...lockfile, packages: { ...lockfile.packages, extra: { name: 'extra' } } }
  mkdirSync(join(project, 'extra'))
  writeFileSync(join(project, 'extra', 'package.json'), JSON.stringify({ name: 'extra' }))
  writeFileSync(join(project, 'package-lock.json'), JSON.stringify(changed))
  const again = launch('ends.mjs')
  await again.ended
  assert.is(installs(again), 1, again.printed())
})

test('two starts at the same moment install once', async ({ launch, project }) => {
  const both = [launch('ends.mjs'), launch('ends.mjs')]
  for (const one of both) assert.is(await one.ended, 0, one.printed())
  assert.is(
    both.map(installs).reduce((a, b) => a + b),
    1,
  )
  assert.not.ok(existsSync(join(project, '.installing')))
})

test('takes over from an installation that was killed', async ({ launch, project }) => {
  writeFileSync(join(project, '.installing'), '4194305 12345')
  const run = launch('ends.mjs')
  assert.is(await run.ended, 0, run.printed())
  assert.not.ok(existsSync(join(project, '.installing')))
})

test('says in one line that npm failed', async ({ launch, project }) => {
  appendFileSync(join(project, 'package-lock.json'), 'x')
  const run = launch('ends.mjs')
  assert.is(await run.ended, 1)
  assert.match(run.printed(), /^pgpe-operator: npm ci failed.*$/m)
  assert.not.match(run.printed(), /at .*launch\.cjs|at .*install\.cjs/)
  assert.not.ok(existsSync(join(project, '.installing')))
})

test('says in one line that there is no npm', async ({ project }) => {
  const env = { PATH: '', npm_execpath: '' }
  const run = start([process.execPath, 'operator/launch.cjs', 'ends.mjs'], { cwd: project, env })
  assert.is(await run.ended, 1)
  assert.match(run.printed(), /^pgpe-operator: cannot run npm.*$/m)
})

test('says how it is used', async ({ project }) => {
  const run = start([process.execPath, 'operator/launch.cjs'], { cwd: project })
  assert.is(await run.ended, 1)
  assert.match(run.printed(), /^pgpe-operator: usage: /)
})

test('passes SIGTERM on, and ends as the program ends', async ({ project }) => {
  const run = launchOld(project, 'waits.mjs', 'a', 'b')
  const [, pid] = await run.prints(/runs as (\d+) a,b/)
  assert.is.not(Number(pid), run.child.pid)
  run.child.kill('SIGTERM')
  assert.is(await run.ended, 7, run.printed())
  assert.is(run.printed().match(/told to end/g)?.length, 1)
  assert.equal(run.processes(), [])
})

test('ends by the signal that ended the program', async ({ project }) => {
  assert.is(await launchOld(project, 'dies.mjs').ended, 'SIGKILL')
})

test('a program whose launcher was killed stops as if it had been told to', async ({ project }) => {
  const run = launchOld(project, 'waits.mjs')
  await run.prints(/runs as/)
  run.child.kill('SIGKILL')
  await until(() => run.processes().length === 0)
  await until(() => run.printed().includes('told to end'))
})

test('where Node.js can replace itself, no launcher stays in between', async ({ launch }) => {
  const run = launch('waits.mjs')
  const [, pid] = await run.prints(/runs as (\d+)/)
  run.child.kill('SIGTERM')
  assert.is(await run.ended, 7)
  assert.is(Number(pid), run.child.pid)
})

test('stops the program when the npm that started it was killed', async ({ launch, project }) => {
  await launch('ends.mjs').ended
  const scripts = { wait: 'exec node operator/launch.cjs waits.mjs' }
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ ...JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')), scripts }),
  )
  const run = start(['npm', 'run', 'wait'], { cwd: project })
  await run.prints(/runs as/)
  run.child.kill('SIGKILL')
  await until(() => run.processes().length === 0)
})

test.run()
