'use strict'
/**
 * Decides who works when several processes want the same thing made: a lock file that names its
 * holder, so that the lock of a dead holder does not block the next one. Plain CommonJS: the
 * launcher needs it before anything is installed.
 */
const fs = require('node:fs')

/** A lock is written at once after it is made; one that stays empty so long lost its maker in between. */
const emptyLockMs = 10_000
const pollMs = 200

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

/** Linux tells when a process began, so that a reused process id is not mistaken for its predecessor. */
function startOf(pid) {
  const stat = read(`/proc/${pid}/stat`)
  return stat === undefined ? '' : stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
}

/** This process, as a text that `isAlive` understands in any other process of this machine. */
const identity = () => `${process.pid} ${startOf(process.pid)}`

function isAlive(holder) {
  const [pid, start] = holder.split(' ')
  try {
    process.kill(Number(pid), 0)
  } catch (error) {
    if (error.code !== 'EPERM') return false
  }
  return startOf(pid) === (start ?? '')
}

function ageMs(file) {
  const stat = fs.statSync(file, { throwIfNoEntry: false })
  return stat === undefined ? 0 : Date.now() - stat.mtimeMs
}

function isStale(lock) {
  const holder = read(lock)
  if (holder === undefined) return false
  return holder === '' ? ageMs(lock) > emptyLockMs : !isAlive(holder)
}

function create(file, text) {
  try {
    fs.writeFileSync(file, text, { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

/** Removes a dead holder's lock. Without the guard, two finders could remove each other's new one. */
function breakStale(lock) {
  const guard = `${lock}.break`
  if (create(guard, '')) {
    if (isStale(lock)) fs.rmSync(lock, { force: true })
    fs.rmSync(guard, { force: true })
  } else if (ageMs(guard) > emptyLockMs) {
    fs.rmSync(guard, { force: true })
  }
}

/**
 * Has `work` done by one process at a time. Whoever had to wait finds it done by another, perhaps.
 * @param isDone looked at once the lock is held, and while waiting for it; true makes `work` needless
 * @param onWait called once if another process holds the lock
 */
async function once({ lock, isDone, onWait, work }) {
  let told = false
  while (!create(lock, identity())) {
    if (isStale(lock)) {
      breakStale(lock)
      continue
    }
    if (!told) onWait()
    told = true
    await new Promise((resolve) => setTimeout(resolve, pollMs))
    if (isDone()) return
  }
  try {
    if (!isDone()) await work()
  } finally {
    fs.rmSync(lock, { force: true })
  }
}

module.exports = { identity, isAlive, once }
