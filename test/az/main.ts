/**
 * `npm run az`: the real Azure CLI, from PyPI, types every command of commands.ts at the simulator, and
 * each must give the result that Microsoft's pages show. `-- --write` keeps the transcript beside this
 * file, dated, with the versions and the sources it ran on.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Refusal } from '../control-plane/refusal.ts'
import { type Command, commands, type Memory, type Result } from './commands.ts'

const cliVersion = '2.91.0'
const timeScale = '20'
const say = (line: string) => process.stderr.write(`${line}\n`)

/** `PGPE_AZ`, else a virtual environment in the cache, made once. */
function findAz(): string {
  if (process.env['PGPE_AZ'] !== undefined) return process.env['PGPE_AZ']
  const cache =
    process.env['PGPE_CACHE'] ??
    join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'pgpe-operator')
  const home = join(cache, `azure-cli-${cliVersion}`)
  const az = join(home, 'bin', 'az')
  if (existsSync(az)) return az
  mkdirSync(cache, { recursive: true })
  say(`installing azure-cli ${cliVersion} from PyPI into ${home} (once, a few minutes)`)
  run('python3', ['-m', 'venv', home])
  run(join(home, 'bin', 'pip'), ['install', '--quiet', `azure-cli==${cliVersion}`])
  return az
}

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 2, 2] })
  if (error !== undefined || status !== 0) {
    const why = error?.message ?? `exit code ${status}`
    throw new Refusal(
      `cannot install the Azure CLI: ${command} ${args.join(' ')}: ${why}; install it, or set PGPE_AZ to an az`,
    )
  }
}

async function startSimulator(directory: string): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    ['test/arm/main.ts', '--directory', directory, '--time-scale', timeScale],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  for await (const line of createInterface({ input: child.stdout! })) {
    if (line.startsWith('ready')) return child
  }
  throw new Error('the simulator ended before it was ready')
}

/** The `export NAME=value` lines that the simulator leaves for its clients. */
function readEnvironment(file: string): NodeJS.ProcessEnv {
  const found: NodeJS.ProcessEnv = {}
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [, name, value] =
      /^export (\w+)=(?:'(.*)'|"(.*)"|(.*))$/.exec(line)?.map((part) => part) ?? []
    if (name !== undefined)
      found[name] = value ?? line.slice(line.indexOf('=') + 1).replaceAll('"', '')
  }
  return found
}

class Cli {
  readonly #az: string
  readonly #environment: NodeJS.ProcessEnv
  constructor(az: string, environment: NodeJS.ProcessEnv) {
    this.#az = az
    this.#environment = environment
  }
  call(args: readonly string[]): Result {
    const { stdout, stderr, status } = spawnSync(this.#az, args, {
      env: this.#environment,
      encoding: 'utf8',
      timeout: 300_000,
    })
    const text = stdout.trim()
    let json: unknown
    try {
      json = JSON.parse(text)
    } catch {
      json = undefined
    }
    return { json, text, errors: stderr, exitCode: status ?? 1 }
  }
  must(...args: readonly string[]): void {
    const { exitCode, errors } = this.call(args)
    if (exitCode !== 0) throw new Error(`az ${args.slice(0, 3).join(' ')} failed:\n${errors}`)
  }
}

function logIn(cli: Cli, environment: NodeJS.ProcessEnv): void {
  const value = (name: string) => environment[name] ?? ''
  cli.must(
    'cloud',
    'register',
    '-n',
    'Simulated',
    '--endpoint-resource-manager',
    value('AZURE_RESOURCE_MANAGER_ENDPOINT'),
  )
  cli.must('cloud', 'set', '-n', 'Simulated')
  cli.must('config', 'set', 'core.instance_discovery=false')
  cli.must(
    ...[
      'login',
      '--service-principal',
      '-u',
      value('AZURE_CLIENT_ID'),
      '-p',
      value('AZURE_CLIENT_SECRET'),
    ],
    ...['--tenant', value('AZURE_TENANT_ID')],
  )
  cli.must('account', 'set', '--subscription', value('AZURE_SUBSCRIPTION_ID'))
}

const quote = (word: string) =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

/** Guids of operations and endpoints differ from run to run and say nothing. */
const steady = (text: string) =>
  text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, '<guid>')
    .replace(/https:\/\/localhost:\d+/g, 'https://localhost:<port>')
    .replace(/\d{4}-\d\d-\d\dT[\d:.+Z-]+/g, '<time>')
    .replace(/W\/\\?"<guid>\\?"/g, '<etag>')

function shorten(text: string): string {
  const lines = text.split('\n')
  return lines.length <= 24
    ? text
    : [...lines.slice(0, 22), `… (${lines.length - 22} more lines)`].join('\n')
}

function sources(): string {
  const git = (...args: string[]) => spawnSync('git', args, { encoding: 'utf8' }).stdout.trim()
  const changed =
    git('status', '--porcelain', '--', 'test/arm', 'test/az/commands.ts', 'test/az/main.ts') !== ''
  return `test/arm at tree ${git('rev-parse', '--short', 'HEAD:test/arm')}${changed ? ' with uncommitted changes' : ''}`
}

/** Calls the command, again while it may still get there, and compares. */
function tell(cli: Cli, command: Command, memory: Memory): { problem?: string; text: string } {
  const { title, az: words, shows, eventually } = command
  let text = ''
  for (let triesLeft = eventually ? 30 : 1; ; triesLeft--) {
    try {
      const args = words(memory)
      const result = cli.call(args)
      const output = result.exitCode === 0 ? result.text : result.errors.trim()
      text = `### ${title}\n\n\`\`\`console\n$ az ${steady(args.map(quote).join(' '))}\n${steady(shorten(output))}\n\`\`\`\n`
      shows(result, memory)
      return { text }
    } catch (error) {
      if (triesLeft <= 1)
        return { text, problem: error instanceof Error ? error.message : String(error) }
    }
  }
}

async function main(): Promise<number> {
  const az = findAz()
  const directory = mkdtempSync(join(tmpdir(), 'pgpe-az-'))
  const simulator = await startSimulator(directory)
  const transcript: string[] = []
  let failed = 0
  try {
    const environment = readEnvironment(join(directory, 'env'))
    const cli = new Cli(az, {
      ...process.env,
      ...environment,
      AZURE_CONFIG_DIR: join(directory, 'azure'),
      AZURE_CORE_COLLECT_TELEMETRY: 'false',
      AZURE_CORE_NO_COLOR: 'true',
      AZURE_CORE_LOGIN_EXPERIENCE_V2: 'false',
      PYTHONWARNINGS: 'ignore',
    })
    logIn(cli, environment)
    const memory: Memory = new Map([
      ['endpoint', environment['AZURE_RESOURCE_MANAGER_ENDPOINT'] ?? ''],
      ['subscription', environment['AZURE_SUBSCRIPTION_ID'] ?? ''],
    ])
    for (const command of commands) {
      const { problem, text } = tell(cli, command, memory)
      transcript.push(text)
      if (problem !== undefined) failed += 1
      const verdict = problem === undefined ? 'ok  ' : 'FAIL'
      process.stdout.write(
        `${verdict} ${command.title}\n${problem === undefined ? '' : `     ${problem}\n`}`,
      )
    }
  } finally {
    const ended = new Promise((resolve) => simulator.once('exit', resolve))
    simulator.kill('SIGTERM')
    await ended
    rmSync(directory, { recursive: true, force: true })
  }
  if (process.argv.includes('--write') && failed === 0) {
    const date = new Date().toISOString().slice(0, 10)
    const head = `# The Azure CLI at the simulator\n\nWritten by \`npm run az -- --write\` on ${date}: azure-cli ${cliVersion}, time scale ${timeScale}, ${sources()}.\nEach command gave what Microsoft's page shows (${commands.length} of ${commands.length}). Guids, times and ports are replaced.\n\n`
    writeFileSync(join(import.meta.dirname, 'transcript.md'), head + transcript.join('\n'))
  }
  process.stdout.write(`${commands.length - failed} passed, ${failed} failed\n`)
  return failed === 0 ? 0 : 1
}

try {
  process.exitCode = await main()
} catch (error) {
  if (!(error instanceof Refusal)) throw error
  say(`az: ${error.message}`)
  process.exitCode = 1
}
