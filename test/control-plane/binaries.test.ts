/** Where the programs of a control plane come from: what the user brings, the cache, a download, Go. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { cacheDirectory, findBinaries } from './binaries.ts'
import { build } from './build.ts'
import { download, publishedSum } from './download.ts'
import { type Package, packages, programs } from './packages.ts'
import { Refusal } from './refusal.ts'
import { start, type Started, until } from './started.ts'

interface Context {
  home: string
  cache: string
  said: string[]
  progress: (line: string) => void
}

const test = suite<Context>('binaries')

test.before.each((context) => {
  context.home = mkdtempSync(join(tmpdir(), 'pgpe-binaries-'))
  context.cache = join(context.home, 'cache')
  context.said = []
  context.progress = (line) => void context.said.push(line)
})
test.after.each(({ home }) => rmSync(home, { recursive: true }))

function writeProgram(path: string, text = '#!/bin/sh\n'): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text, { mode: 0o755 })
}

const arch = process.arch === 'x64' ? 'amd64' : process.arch
const folderOf = ({ name, version }: Package): string =>
  `${name}-${version}-${process.platform}-${arch}`

function fillCache(cache: string): void {
  for (const item of packages) {
    for (const program of item.programs) writeProgram(join(cache, folderOf(item), program))
  }
}

test('takes from KUBEBUILDER_ASSETS what is there, and says what is not', async (context) => {
  const { cache, home, said, progress } = context
  const assets = join(home, 'assets')
  fillCache(cache)
  writeProgram(join(assets, 'etcd'))
  writeProgram(join(assets, 'kube-apiserver'))
  writeFileSync(join(assets, 'kubectl'), 'not a program')
  const env = { PGPE_CACHE: cache, KUBEBUILDER_ASSETS: assets }
  const found = await findBinaries({ progress, env })
  const fromAssets = programs.filter((program) => found[program].startsWith(assets))
  assert.equal(fromAssets, ['etcd', 'kube-apiserver'])
  for (const program of programs) assert.ok(existsSync(found[program]), program)
  assert.is(said.length, 1)
  assert.match(said[0] ?? '', /has no kube-controller-manager, kubectl, helm/)
})

test('finds all in the cache without a word', async ({ cache, said, progress }) => {
  fillCache(cache)
  const found = await findBinaries({ progress, env: { PGPE_CACHE: cache } })
  for (const program of programs) assert.ok(found[program].startsWith(cache), program)
  assert.equal(said, [])
})

test('keeps its cache where the user keeps caches', () => {
  assert.is(cacheDirectory({ PGPE_CACHE: '/a', XDG_CACHE_HOME: '/b' }), '/a')
  assert.is(cacheDirectory({ XDG_CACHE_HOME: '/b' }), '/b/pgpe-operator')
  assert.match(cacheDirectory({}), /\/\.cache\/pgpe-operator$/)
})

test('finds a file in a list of sums, or takes the sum alone', () => {
  assert.is(publishedSum('AB12\n', 'etcd.tar.gz'), 'ab12')
  assert.is(publishedSum('11  a.tar.gz\n22 *etcd.tar.gz\n', 'etcd.tar.gz'), '22')
  assert.is(publishedSum('11  a.tar.gz\n22  b.tar.gz\n', 'etcd.tar.gz'), undefined)
  assert.is(publishedSum('11  other.tar.gz\n', 'etcd.tar.gz'), undefined)
})

const platform = { os: process.platform, arch }

/** A package whose one program is offered at this address. */
const offered = (url: string, member?: string): Package => ({
  name: 'thing',
  version: 'v1.0.0',
  programs: ['helm'],
  download: () => ({ url, checksumUrl: `${url}.sha256`, ...(member && { member }) }),
  build: {
    module: 'example.com/thing',
    importPath: () => 'example.com/thing/cmd/helm',
    ldflags: ['-X a.b=c'],
    takes: 'a moment',
  },
})

/** Offers files by their paths. */
async function serving(files: Readonly<Record<string, Buffer | string>>) {
  const server = createServer((request, response) => {
    const file = files[request.url ?? '']
    response.writeHead(file === undefined ? 404 : 200).end(file)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return { url: `http://127.0.0.1:${port}`, [Symbol.dispose]: () => server.close() }
}

const sumOf = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex')

test('downloads a program, and one out of an archive', async ({ home, progress }) => {
  writeProgram(join(home, 'linux', 'helm'), 'packed')
  const { stdout: archive } = spawnSync('tar', ['-czf', '-', '-C', home, 'linux'])
  using server = await serving({
    '/plain': 'plain',
    '/plain.sha256': sumOf('plain'),
    '/packed.tar.gz': archive,
    '/packed.tar.gz.sha256': `${sumOf(archive)}  packed.tar.gz\n`,
  })
  const plain = join(home, 'a')
  const packed = join(home, 'b')
  for (const folder of [plain, packed]) mkdirSync(folder)
  const options = { progress }
  const { url } = server
  assert.is(await download(offered(`${url}/plain`), platform, plain, options), undefined)
  assert.is(readFileSync(join(plain, 'helm'), 'utf8'), 'plain')
  const item = offered(`${url}/packed.tar.gz`, 'linux/helm')
  assert.is(await download(item, platform, packed, options), undefined)
  assert.is(readFileSync(join(packed, 'helm'), 'utf8'), 'packed')
  assert.equal(readdirSync(packed), ['helm'])
})

/** Why the download was not made. */
async function reasonOf(item: Package, into: string, progress: Context['progress']) {
  const why = await download(item, platform, into, { progress })
  assert.ok(why, 'it was downloaded')
  return why
}

test('takes nothing whose sum is not the published one', async ({ home, progress }) => {
  using server = await serving({ '/thing': 'forged', '/thing.sha256': sumOf('genuine') })
  const why = await reasonOf(offered(`${server.url}/thing`), home, progress)
  assert.match(why, /thing does not have the SHA-256/)
  assert.equal(readdirSync(home), [])
})

test('says why there is no download', async ({ home, progress }) => {
  using server = await serving({})
  const gone = await reasonOf(offered(`${server.url}/x`), home, progress)
  assert.match(gone, /no download \(127\.0\.0\.1:\d+: .* answered 404\)/)
  const nobody = await reasonOf(offered('http://127.0.0.1:1/x'), home, progress)
  assert.match(nobody, /no download \(127\.0\.0\.1:1: .*\)/)
  const item = { ...offered(''), download: () => undefined }
  assert.match(await reasonOf(item, home, progress), /nothing is released for/)
})

/** Plays Go: answers as it does, and notes the module and the arguments that it was given. */
const go = `#!/bin/sh
case "$1 $2" in
  'env GOVERSION') echo go1.99.0 ;;
  'mod download') echo "{\\"GoMod\\": \\"$PGPE_TEST_HOME/theirs.mod\\"}" ;;
  build*)
    cp go.mod "$PGPE_TEST_HOME/ours.mod"
    echo "$GOFLAGS $CGO_ENABLED $*" > "$PGPE_TEST_HOME/arguments"
    echo 'go: downloading example.com/a v1.0.0' >&2
    echo 'example.com/a' >&2
    while [ "$1" != -o ]; do shift; done
    eval "$PGPE_TEST_BUILD" ;;
esac
`

const theirs = `module example.com/thing
go 1.26.0
replace (
	example.com/api => ./staging/src/example.com/api
	example.com/fork => example.com/other v1.2.3
)
`

function goIn(home: string, script: string): Record<string, string> {
  writeProgram(join(home, 'bin', 'go'), go)
  writeFileSync(join(home, 'theirs.mod'), theirs)
  mkdirSync(join(home, 'out'))
  const PATH = `${join(home, 'bin')}:/usr/bin:/bin`
  return { PATH, PGPE_TEST_HOME: home, PGPE_TEST_BUILD: script }
}

test('builds from modules, those in subfolders by their own releases', async (context) => {
  const { home, progress } = context
  const env = goIn(home, 'echo built > "$2"')
  const thing = offered('')
  const item = { ...thing, build: { ...thing.build, stagingVersion: 'v0.1.0' } }
  await build(item, join(home, 'out'), 'no download', { progress, env })
  assert.is(readFileSync(join(home, 'out', 'helm'), 'utf8'), 'built\n')
  assert.equal(readdirSync(join(home, 'out')), ['helm'])
  assert.is(
    readFileSync(join(home, 'ours.mod'), 'utf8'),
    'module control-plane\ngo 1.26.0\nrequire example.com/thing v1.0.0\n' +
      'replace example.com/api => example.com/api v0.1.0\n',
  )
  const noted = readFileSync(join(home, 'arguments'), 'utf8')
  assert.match(noted, '-mod=mod -buildvcs=false 0 build -trimpath')
  assert.match(noted, '-ldflags=-s -w -X a.b=c')
  assert.match(noted, 'example.com/thing/cmd/helm')
})

async function refusalOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt
  } catch (error) {
    assert.ok(error instanceof Refusal, String(error))
    assert.not.match(error.message, '\n')
    return error.message
  }
  throw new Error('it was not refused')
}

test('says in one line what Go complains of', async ({ home, progress }) => {
  const complaint = 'go: go.mod requires go >= 1.26.0 (running go 1.22.1; GOTOOLCHAIN=local)'
  const env = goIn(home, `echo '${complaint}' >&2; exit 1`)
  const message = await refusalOf(
    build(offered(''), join(home, 'out'), 'no download (x)', { progress, env }),
  )
  assert.is(message, `cannot get helm: no download (x), and building failed: ${complaint}`)
})

test('says in one line that there is no Go', async ({ home, progress }) => {
  mkdirSync(join(home, 'out'))
  const options = { progress, env: { PATH: home } }
  const message = await refusalOf(build(offered(''), join(home, 'out'), 'no download (x)', options))
  assert.match(message, /^cannot get helm: no download \(x\), and there is no Go .*install Go/)
})

/** `npm run control-plane` where there is no download, in the middle of a build. */
async function building(home: string, cache: string): Promise<Started> {
  const proxy = 'http://127.0.0.1:1'
  const run = start(
    [process.execPath, 'test/control-plane/main.ts', '--kubeconfig', join(home, 'kubeconfig')],
    {
      env: {
        ...goIn(home, 'sleep 300'),
        ...{ HTTPS_PROXY: proxy, https_proxy: proxy, NO_PROXY: '', no_proxy: '' },
        ...{ PGPE_CACHE: cache, TMPDIR: home, KUBEBUILDER_ASSETS: '' },
      },
    },
  )
  await until(() => run.processes().some(({ command }) => command === 'sleep 300'))
  return run
}

test('a build that is given up leaves nothing', async ({ home, cache }) => {
  const run = await building(home, cache)
  run.child.kill('SIGTERM')
  assert.is(await run.ended, 1)
  assert.match(run.printed(), 'control-plane: stopped by SIGTERM\n')
  await until(() => run.processes().length === 0)
  assert.equal(readdirSync(cache), [])
})

test('a build whose parent is killed ends, and the next one begins afresh', async (context) => {
  const { home, cache } = context
  const run = await building(home, cache)
  run.child.kill('SIGKILL')
  await until(() => run.processes().length === 0)
  const left = readdirSync(cache)
  assert.ok(left.length > 0)
  rmSync(join(home, 'out'), { recursive: true })
  const next = await building(home, cache)
  const partial = left.find((name) => name.includes('.partial-')) ?? ''
  assert.not.ok(readdirSync(cache).includes(partial), partial)
  next.child.kill('SIGTERM')
  await next.ended
  assert.equal(readdirSync(cache), [])
})

test.run()
