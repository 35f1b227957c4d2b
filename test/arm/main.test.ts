import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { raw, secretForm, signIn } from './raw.ts'
import type { SimulatedIdentity, Simulator } from './simulator.ts'

const test = suite('npm run simulator')
let directory: string
const children: ChildProcess[] = []
test.before.each(() => {
  directory = mkdtempSync(join(tmpdir(), 'pgpe-simulator-'))
})
test.after.each(async () => {
  for (const child of children.splice(0)) if (child.exitCode === null) await ended(child, 'SIGKILL')
  rmSync(directory, { recursive: true })
})

function run(...args: readonly string[]) {
  const program = join(import.meta.dirname, 'main.ts')
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  return { child, lines: createInterface({ input: child.stdout }), errors: () => errors }
}

async function ended(child: ChildProcess, signal?: NodeJS.Signals): Promise<number | null> {
  const exit = once(child, 'close')
  if (signal !== undefined) child.kill(signal)
  const [code] = (await exit) as [number | null]
  return code
}

/** The first line of standard output. */
async function ready(started: ReturnType<typeof run>): Promise<string> {
  for await (const line of started.lines) return line
  throw new Error(`it ended before it was ready: ${started.errors()}`)
}

const fileIn = (place: string, name: string): string => readFileSync(join(place, name), 'utf8')

/** What a shell would make of the file. */
const exported = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    text
      .trim()
      .split('\n')
      .map((line) => /^export (\w+)=(?:'(.*)'|(.*))$/.exec(line) ?? [])
      .map(([, name = '', quoted, bare = '']) => [name, quoted ?? bare]),
  )

test('writes its files, then says that it is ready; when told to end it leaves nothing behind', async () => {
  const place = join(directory, "a person's", 'place')
  const started = run('--directory', place, '--time-scale', '10')
  const line = await ready(started)
  const [, url = ''] = /^ready (https:\/\/localhost:\d+) /.exec(line) ?? []
  assert.equal(readdirSync(place).toSorted(), ['ca.crt', 'env', 'identities.json'])
  const identities = JSON.parse(fileIn(place, 'identities.json')) as readonly SimulatedIdentity[]
  const [owner] = identities
  const ca = join(place, 'ca.crt')
  assert.equal(exported(fileIn(place, 'env').replaceAll("'\\''", "'")), {
    AZURE_RESOURCE_MANAGER_ENDPOINT: url,
    AZURE_RESOURCE_MANAGER_AUDIENCE: url,
    AZURE_AUTHORITY_HOST: url,
    AZURE_TENANT_ID: owner?.tenantId,
    AZURE_CLIENT_ID: owner?.clientId,
    AZURE_CLIENT_SECRET: owner?.clientSecret,
    AZURE_SUBSCRIPTION_ID: owner?.subscriptionIds[0],
    NODE_EXTRA_CA_CERTS: ca,
    REQUESTS_CA_BUNDLE: ca,
    SSL_CERT_FILE: ca,
  })
  for (const each of identities) {
    const members = [
      'name',
      'tenantId',
      'clientId',
      'clientSecret',
      'objectId',
      'subscriptionIds',
      'roles',
    ]
    assert.equal(Object.keys(each), members)
  }
  const port = Number(new URL(url).port)
  const identity = () => owner as SimulatedIdentity
  const simulator = {
    url,
    port,
    ca: fileIn(place, 'ca.crt'),
    identity,
  } as Partial<Simulator> as Simulator
  const { status } = await signIn(simulator, owner?.tenantId ?? '', secretForm(simulator, 'owner'))
  assert.is(status, 200)
  assert.is(await ended(started.child, 'SIGTERM'), 0)
  assert.not(existsSync(place))
  assert.ok(
    await raw(simulator, { path: '/' }).then(
      () => false,
      () => true,
    ),
  )
  assert.is(started.errors(), '')
})

test('leaves alone what others put into its directory', async () => {
  const place = join(directory, 'shared')
  mkdirSync(place)
  const started = run('--directory', place)
  await ready(started)
  started.child.kill('SIGINT')
  assert.is(await ended(started.child, 'SIGTERM'), 0)
  assert.equal(readdirSync(directory), ['shared'])
  assert.equal(readdirSync(place), [])
})

test('a port that is taken is told in one line', async () => {
  const first = run('--directory', join(directory, 'first'))
  const port = new URL((await ready(first)).split(' ')[1] ?? '').port
  const second = run('--directory', join(directory, 'second'), '--port', port)
  assert.is(await ended(second.child), 1)
  assert.is(second.errors(), `simulator: port ${port} is taken: name another with --port\n`)
  assert.not(existsSync(join(directory, 'second')))
})

test('a directory that cannot be is told in one line', async () => {
  const file = join(directory, 'file')
  writeFileSync(file, '')
  const started = run('--directory', join(file, 'below'))
  assert.is(await ended(started.child), 1)
  assert.match(started.errors(), /^simulator: cannot write to --directory: ENOTDIR.*\n$/)
})

for (const args of [
  [],
  ['--directory', 'x', '--port', '70000'],
  ['--directory', 'x', '--time-scale', '0'],
  ['--directory', 'x', '--throttle=much'],
  ['--directory', 'x', '--seed', 'one'],
  ['--directory', 'x', '--speed', '2'],
]) {
  test(`told \`${args.join(' ')}\` it says how it is used, in one line`, async () => {
    const started = run(...args)
    assert.is(await ended(started.child), 1)
    assert.match(
      started.errors(),
      /^simulator: .*usage: npm run simulator -- --directory DIR [^\n]*\n$/,
    )
  })
}

test('the same seed gives the same identities, another seed others', async () => {
  const identitiesWith = async (seed: string, name: string) => {
    const place = join(directory, name)
    const started = run('--directory', place, '--seed', seed, '--throttle')
    await ready(started)
    const text = fileIn(place, 'identities.json')
    assert.is(await ended(started.child, 'SIGTERM'), 0)
    return text
  }
  const first = await identitiesWith('7', 'a')
  assert.is(await identitiesWith('7', 'b'), first)
  assert.is.not(await identitiesWith('8', 'c'), first)
})

test.run()
