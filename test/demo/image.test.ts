/**
 * The image as far as it can be tried without a container runtime: the Dockerfile's own steps, taken in
 * directories, and its entry point, run by our Node.js. Instructions that this file does not know fail it.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { root } from './root.ts'

interface Built {
  readonly directory: string
  readonly entryPoint: readonly string[]
  readonly user: string
  readonly bases: readonly string[]
}

const text = readFileSync(join(root, 'Dockerfile'), 'utf8')

/** Our own Node.js in place of the base image's. */
const env = {
  ...process.env,
  PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH']}`,
}

/** One directory for each stage; answers with the last one's. */
function build(home: string): Built {
  const stages = new Map<string, string>()
  const bases: string[] = []
  let [stage, directory, user, entryPoint] = ['', '', '', [] as readonly string[]]
  for (const line of text.split('\n').filter((each) => /^[A-Z]/.test(each))) {
    const [instruction = '', ...words] = line.split(' ')
    switch (instruction) {
      case 'FROM':
        bases.push(words[0] ?? '')
        stage = join(home, words[2] ?? 'image')
        stages.set(words[2] ?? '', stage)
        break
      case 'WORKDIR':
        directory = join(stage, words[0] ?? '')
        mkdirSync(directory, { recursive: true })
        break
      case 'COPY':
        copy(words, directory, stages)
        break
      case 'RUN':
        execFileSync('/bin/sh', ['-c', words.join(' ')], { cwd: directory, stdio: 'pipe', env })
        break
      case 'USER':
        user = words[0] ?? ''
        break
      case 'ENTRYPOINT':
        entryPoint = JSON.parse(words.join(' ')) as readonly string[]
        break
      case 'ENV':
        break
      default:
        throw new Error(`the Dockerfile says ${instruction}, which this test does not know`)
    }
  }
  return { directory, entryPoint, user, bases }
}

function copy(words: readonly string[], directory: string, stages: ReadonlyMap<string, string>) {
  const from =
    words[0]?.startsWith('--from=') === true ? words[0].slice('--from='.length) : undefined
  const paths = from === undefined ? words : words.slice(1)
  const into = join(directory, paths.at(-1) ?? '')
  for (const path of paths.slice(0, -1)) {
    if (from === undefined) assert.ok(isInContext(path), `.dockerignore leaves out ${path}`)
    const source = join(from === undefined ? root : (stages.get(from) ?? ''), path)
    const name = statSync(source).isDirectory() ? '' : (path.split('/').at(-1) ?? '')
    cpSync(source, join(into, name), { recursive: true, verbatimSymlinks: true })
  }
}

const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n')
const isInContext = (path: string): boolean => ignored.includes(`!${path}`)

/** Every file with its size and the time of its last change. */
const listing = (directory: string): readonly string[] =>
  readdirSync(directory, { recursive: true })
    .map(String)
    .map((name) => {
      const { size, mtimeMs } = statSync(join(directory, name))
      return `${name} ${size} ${mtimeMs}`
    })
    .toSorted()

const home = mkdtempSync(join(tmpdir(), 'pgpe-image-'))
let built: Built | undefined
const theImage = (): Built => (built ??= build(home))

const image = suite('image')
image.after(() => rmSync(home, { recursive: true }))

image('holds one program, its version, and the licences of the packages in it', () => {
  const { directory } = theImage()
  assert.equal(readdirSync(directory).toSorted(), ['dist', 'package.json'])
  const notices = readFileSync(join(directory, 'dist/THIRD-PARTY-NOTICES.txt'), 'utf8')
  const packages = [...notices.matchAll(/^={80}\n(\S+) \S+ \(\S.*\)$/gm)].map(([, name]) => name)
  for (const name of ['undici', '@azure/identity', 'pino']) assert.ok(packages.includes(name), name)
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  for (const name of packages) {
    assert.is.not(lock.packages[`node_modules/${name}`]?.dev, true, `${name} is for development`)
  }
})

image('starts by its entry point, and writes nothing', () => {
  const { directory, entryPoint } = theImage()
  const [node, ...argv] = entryPoint
  assert.is(node, '/nodejs/bin/node')
  const before = listing(directory)
  for (const option of ['--version', '--help']) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [...argv, option], {
      cwd: directory,
      encoding: 'utf8',
      env: {},
    })
    assert.is(status, 0, `${option}: ${stderr}`)
    assert.is(stderr, '')
    assert.ok(stdout.length > 0)
  }
  assert.equal(listing(directory), before)
})

image("runs as a user by number, on the Node.js of the lockfile's major version", () => {
  const { user, bases, directory } = theImage()
  assert.match(user, /^[1-9]\d*:[1-9]\d*$/)
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const [major] = lock.packages['node_modules/node'].version.split('.')
  for (const base of bases) assert.match(base, new RegExp(`node(js)?:?${major}\\b`))
  assert.ok(existsSync(join(directory, 'package.json')))
})

image.run()
