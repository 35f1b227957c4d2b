'use strict'
/**
 * Decides whether the installed packages are those of package-lock.json, and has npm install them
 * if not, one start at a time. Plain CommonJS that any Node from 18 on runs, before anything is
 * installed: must never import a package. Writes only node_modules and, meanwhile, `.installing`.
 */
const { spawn } = require('node:child_process')
const { createHash } = require('node:crypto')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { once } = require('./lock.cjs')

const root = path.dirname(__dirname)
const lockfile = path.join(root, 'package-lock.json')
const stampFile = path.join(root, 'node_modules', '.installed')
const pinnedNode = path.join(root, 'node_modules', 'node', 'bin', 'node')

/** A failure that its one line explains: no stack is wanted. */
class Refusal extends Error {}

const say = (text) => process.stderr.write(`pgpe-operator: ${text}\n`)

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

// ---- Are the packages installed?

/** What an installation is made for: the same lockfile on another platform is another installation. */
function wantedStamp() {
  const hash = createHash('sha256').update(fs.readFileSync(lockfile)).digest('hex')
  return [hash, os.platform(), os.arch()].join(' ')
}

/** True after somebody ran npm himself: npm's own record of what it installed agrees with the lockfile. */
function npmInstalledTheSame() {
  const record = read(path.join(root, 'node_modules', '.package-lock.json'))
  if (record === undefined) return false
  const installed = JSON.parse(record).packages
  const { '': _project, ...wanted } = JSON.parse(fs.readFileSync(lockfile, 'utf8')).packages
  const same = ([name, { version, integrity, optional, peer }]) => {
    const found = installed[name]
    if (found === undefined) return optional === true || peer === true
    return found.version === version && found.integrity === integrity
  }
  return (
    Object.entries(wanted).every(same) &&
    Object.keys(installed).every((name) => wanted[name] !== undefined)
  )
}

function isInstalled() {
  if (!fs.existsSync(pinnedNode)) return false
  const stamp = wantedStamp()
  if (read(stampFile) === stamp) return true
  if (!npmInstalledTheSame()) return false
  fs.writeFileSync(stampFile, stamp)
  return true
}

/**
 * Returns once the packages of package-lock.json are installed.
 * @param ended waits for a child process, passing signals on to it: see launch.cjs
 */
async function install(ended) {
  if (isInstalled()) return
  await once({
    lock: path.join(root, '.installing'),
    isDone: isInstalled,
    onWait: () => say('waiting for another start, which is installing the packages'),
    work: () => runNpm(ended),
  })
}

async function runNpm(ended) {
  say('installing the packages of package-lock.json, once (npm ci)')
  const npm = process.env.npm_execpath ?? ''
  const [program, ...before] = /npm-cli\.[cm]?js$/.test(npm) ? [process.execPath, npm] : ['npm']
  const child = spawn(program, [...before, 'ci', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
  const { code, signal, error } = await ended(child)
  if (error) throw new Refusal(`cannot run npm, which comes with Node.js: ${error.message}`)
  if (signal) throw new Refusal(`npm ci was stopped by ${signal}`)
  if (code !== 0) {
    throw new Refusal(`npm ci failed, as its message above says; it needs the npm registry`)
  }
  if (!fs.existsSync(pinnedNode)) {
    throw new Refusal('npm ci left out Node.js: allow install scripts (ignore-scripts=false)')
  }
  fs.writeFileSync(stampFile, wantedStamp())
}

module.exports = { install, pinnedNode, Refusal, root, say }
