'use strict'
/**
 * The door to every npm script: `node operator/launch.cjs <file> [arguments]`, run by any Node from 18 on.
 * Has the packages installed where they are missing, then hands over to the Node.js that the lockfile
 * pins. Must never import a package, never outlive the program it started, never leave it behind.
 *
 * Signals: SIGTERM, SIGINT and SIGHUP are passed on. A terminal and npm send Ctrl-C to the program as
 * well, so a program that is started here must take a repeated signal for the same request.
 */
const { spawn } = require('node:child_process')
const path = require('node:path')

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP']

/** How often a process looks whether the one that started it still lives. */
const parentCheckMs = 500

/** Set for the program that is started: the process whose end it shall not outlive. */
const parentVariable = 'PGPE_PARENT'

/** npm, where it started us: it may be killed without a word, and then nobody could stop the program. */
const npmParent = () => (process.env.npm_lifecycle_event ? process.ppid : undefined)

/** Resolves when the child has ended; until then passes signals on to it. */
function ended(child) {
  return new Promise((resolve) => {
    const pass = (signal) => child.kill(signal)
    for (const signal of signals) process.on(signal, pass)
    const watch = onParentGone(npmParent(), () => child.kill('SIGTERM'))
    const done = (result) => {
      for (const signal of signals) process.removeListener(signal, pass)
      clearInterval(watch)
      resolve(result)
    }
    child.once('error', (error) => done({ error }))
    child.once('exit', (code, signal) => done({ code, signal }))
  })
}

/** Calls back once the process that started this one has gone: its children then get another parent. */
function onParentGone(parent, then) {
  if (!parent) return undefined
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    then()
  }, parentCheckMs)
  return timer.unref()
}

async function handOver(file, args) {
  const { pinnedNode, Refusal, root } = require('./install.cjs')
  const argv = ['--require', __filename, '--disable-warning=ExperimentalWarning']
  argv.push(path.resolve(root, file), ...args)
  // A Node.js that can replace itself leaves no process in between, so that npm is the parent to watch.
  const replaces = typeof process.execve === 'function'
  const parent = replaces ? npmParent() : process.pid
  const env = { ...process.env, [parentVariable]: String(parent ?? '') }
  if (replaces) process.execve(pinnedNode, [pinnedNode, ...argv], env)
  const { code, signal, error } = await ended(spawn(pinnedNode, argv, { stdio: 'inherit', env }))
  if (error) throw new Refusal(`cannot run ${pinnedNode}: ${error.message}`)
  if (signal) process.kill(process.pid, signal)
  else process.exitCode = code
}

async function main([file, ...args]) {
  const { install, Refusal, say } = require('./install.cjs')
  try {
    if (file === undefined) throw new Refusal('usage: node operator/launch.cjs <file> [arguments]')
    await install(ended)
    await handOver(file, args)
  } catch (error) {
    say(error instanceof Refusal || error.code ? error.message : error.stack)
    process.exitCode = 1
  }
}

if (require.main === module) {
  process.emitWarning = () => undefined // execve is marked experimental
  void main(process.argv.slice(2))
} else {
  // Loaded into the program itself: when its starter was killed, it stops as if it had been told to.
  onParentGone(Number(process.env[parentVariable]), () => process.kill(process.pid, 'SIGTERM'))
  delete process.env[parentVariable]
}
