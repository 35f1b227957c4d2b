/**
 * The shape of operator/ as a test: who may import whom, who decides without looking at the world,
 * how long a file may be. A rule that is only written down drifts. The length of functions is the
 * linter's to check (.oxlintrc.json). A rule changes here first, in its table.
 */
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join, normalize } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

// ---- The tables

/** What the files of a folder may import, beside each other. `.` is operator/ itself. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  '.': ['plugin', 'endpoint', 'decision', 'azure', 'kubernetes', 'runtime', 'api'],
  plugin: ['endpoint', 'decision', 'azure', 'kubernetes', 'runtime', 'api'],
  endpoint: ['azure', 'kubernetes', 'runtime', 'api'],
  decision: ['azure', 'kubernetes', 'runtime', 'api'],
  azure: ['api'],
  kubernetes: ['api'],
  runtime: ['api'],
  api: [],
}

/** Who may name a package. Any other package is nobody's. */
const packagesOf: Readonly<Record<string, readonly string[]>> = {
  '.': ['yaml', 'esbuild'],
  plugin: ['yaml'],
  endpoint: [],
  decision: [],
  azure: ['@azure/', 'undici'],
  kubernetes: ['@kubernetes/client-node', 'undici'],
  runtime: ['pino', 'prom-client'],
  api: [],
}

/**
 * The files that touch the world; every other one, but for those in operator/ itself, decides, and
 * is pure: the same arguments, the same answer, at once.
 */
const edges: readonly RegExp[] = [
  /^endpoint\/(observe(-[a-z]+)?|kind|visit)\.ts$/,
  /^decision\/(act|observe(-[a-z]+)?|kind|visit)\.ts$/,
  /^azure\/(client|credential|credential-named|credential-operator|leaving|lists|pipelines|proofs|read|session|shelf|signin|token|transport|view|write)\.ts$/,
  /^kubernetes\/(client|cluster|config-maps|credentials|events|identities|lease|lease-calls|lines|list|pool|transport|watch)\.ts$/,
  /^plugin\/(cluster|follow|main|objects|run(-[a-z]+)?|world)\.ts$/,
  /^runtime\/(clock|controller|health|log|metrics|reconcile)\.ts$/,
]

/** Hashing is arithmetic. */
const pureBuiltins = [/^import \{ createHash \} from 'node:crypto'$/gm]
const impure =
  /\bawait\b|\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\.|\bprocess\.|\bset(Timeout|Interval|Immediate)\b|\bfetch\(|\brandom(UUID|Bytes|Int)\b|'node:/

/** Time and chance come in through these alone, and so does the process; all others are given them. */
const worldly = ['main.ts', 'generate.ts', 'build.ts', 'plugin/main.ts', 'runtime/clock.ts']
const timeOrChance =
  /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\.|\bprocess\.|\bset(Timeout|Interval|Immediate)\b|\brandom(UUID|Bytes|Int)\b/

const longest = 200

/** Tables: long, but read a row at a time. */
const tables = [
  'alerts.ts',
  'config.ts',
  'permissions.ts',
  'alerts.ts',
  'azure/verdict.ts',
  'decision/conditions.ts',
  'endpoint/conditions.ts',
  'endpoint/fields.ts',
  'plugin/commands.ts',
]

/** Of the operator itself, only its generator may know kubectl-pgpe, for its reference page. */
const knowPlugin = ['generate.ts']

/** What kubectl-pgpe must not have: it acts as its user, and never leads, records or writes a status. */
const notForPlugin =
  /^kubernetes\/(client|config-maps|events|identities|lease[a-z-]*)\.ts$|^azure\/(azure|write|session)\.ts$/

/** What is started rather than imported. */
const entries = ['main.ts', 'generate.ts', 'build.ts', 'plugin/main.ts']

/** Names that fit anything, and so say nothing. */
const saysNothing = /^(utils?|helpers?|common|index|misc|shared|manager|service)\.ts$/

// ---- Reading

interface Source {
  /** From operator/, with `/`. */
  readonly path: string
  readonly folder: string
  readonly text: string
  /** Comments gone. */
  readonly code: string
  /** Comments and the contents of strings gone. */
  readonly bare: string
}

const sources: readonly Source[] = globSync('operator/**/*.ts').map((found) => {
  const path = found.replaceAll('\\', '/').replace(/^operator\//, '')
  const text = readFileSync(found, 'utf8')
  const code = text.replace(/\/\*[^]*?\*\/|(?<![:'"`])\/\/.*/g, '')
  const folder = path.includes('/') ? (path.split('/')[0] ?? '') : '.'
  return { path, folder, text, code, bare: code.replace(/'[^'\n]*'/g, "''") }
})

const statement =
  /^(?:import|export) (?:type )?(?:(?:\w+|\* as \w+|\*|(?:\w+, )?\{[^}]*\}) from )?'([^'\n]+)'/gm
const dynamic = /\bimport\(\s*'([^'\n]+)'/g

/** Everything that a file imports, for its types or dynamically too, as it is written there. */
const importsOf = ({ code }: Source): readonly string[] =>
  [statement, dynamic].flatMap((pattern) =>
    [...code.matchAll(pattern)].map(([, target]) => target ?? ''),
  )

const isOwn = (target: string): boolean => target.startsWith('.')

/** From operator/; begins with `..` if it lies outside. */
const resolved = ({ path }: Source, target: string): string =>
  normalize(join(dirname(path), target)).replaceAll('\\', '/')

const folderOf = (path: string): string => (path.includes('/') ? (path.split('/')[0] ?? '') : '.')

/** Fails with all offenders at once, one a line. */
function none(offenders: readonly string[], rule: string): void {
  assert.ok(offenders.length === 0, `${rule}\n${offenders.join('\n')}`)
}

const test = suite('architecture')

test('there is something to look at', () => {
  assert.ok(sources.length > 50, `${sources.length} files: run from the project's root`)
  none(
    [...new Set(sources.map(({ folder }) => folder))].filter((folder) => !(folder in mayImport)),
    'These folders have no row in the table:',
  )
})

test('imports flow one way', () => {
  none(
    sources.flatMap((source) =>
      importsOf(source)
        .filter(isOwn)
        .map((target) => resolved(source, target))
        .filter(
          (path) => ![source.folder, ...(mayImport[source.folder] ?? [])].includes(folderOf(path)),
        )
        .map((path) => `${source.path} may not import ${path}`),
    ),
    'main, generate → endpoint, decision → azure, kubernetes, runtime → api',
  )
})

test('the plugin is a program of its own, without the rights of the operator', () => {
  const pairs = sources.flatMap((source) =>
    importsOf(source)
      .filter(isOwn)
      .map((target) => ({ source, path: resolved(source, target) })),
  )
  none(
    pairs
      .filter(({ source, path }) =>
        source.folder === 'plugin'
          ? notForPlugin.test(path)
          : folderOf(path) === 'plugin' && !knowPlugin.includes(source.path),
      )
      .map(({ source, path }) => `${source.path} may not import ${path}`),
    'The operator does not load the plugin, nor the plugin what acts as the operator:',
  )
})

test('every package has one folder that knows it', () => {
  none(
    sources.flatMap((source) =>
      importsOf(source)
        .filter((target) => !isOwn(target) && !target.startsWith('node:'))
        .filter((target) => !packagesOf[source.folder]?.some((name) => target.startsWith(name)))
        .map((target) => `${source.path} may not import ${target}`),
    ),
    'Packages stay in their folder:',
  )
})

const isEdge = ({ path }: Source): boolean => edges.some((edge) => edge.test(path))

test('files that decide do not look at the world', () => {
  none(
    sources
      .filter((source) => source.folder !== '.' && !isEdge(source))
      .flatMap(({ path, code }) => {
        const rest = pureBuiltins.reduce((text, builtin) => text.replace(builtin, ''), code)
        const found = impure.exec(rest.replace(/'(?!node:)[^'\n]*'/g, "''"))
        return found ? [`${path} has ${found[0]}`] : []
      }),
    'Neither waiting, nor clock, dice, process or node: in a file that decides:',
  )
})

test('an edge that no longer touches the world is a file that decides', () => {
  const touches = (source: Source): boolean =>
    impure.test(source.code) ||
    importsOf(source).some((target) => !isOwn(target)) ||
    /\bPromise<|\basync\b/.test(source.bare)
  none(
    sources.filter((source) => isEdge(source) && !touches(source)).map(({ path }) => path),
    'These are in the table of edges without need:',
  )
})

test('time and chance are given to whoever needs them', () => {
  none(
    sources
      .filter(({ path }) => !worldly.includes(path))
      .flatMap(({ path, bare }) => {
        const found = timeOrChance.exec(bare)
        return found ? [`${path} has ${found[0]}`] : []
      }),
    `Only ${worldly.join(', ')} may ask for the time, for chance, or for the process:`,
  )
})

test('files stay short enough to read', () => {
  none(
    sources
      .filter(({ path }) => !tables.includes(path))
      .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
      .filter(({ lines }) => lines > longest)
      .map(({ path, lines }) => `${path} has ${lines} lines`),
    `More than ${longest} lines:`,
  )
})

test('operator/ knows nothing of test/', () => {
  none(
    sources.flatMap((source) =>
      importsOf(source)
        .filter((target) => isOwn(target) && resolved(source, target).startsWith('..'))
        .map((target) => `${source.path} imports ${target}`),
    ),
    'Imports that leave operator/:',
  )
})

test('every file is imported by another', () => {
  const imported = new Set(
    sources.flatMap((source) => importsOf(source).map((target) => resolved(source, target))),
  )
  none(
    sources
      .map(({ path }) => path)
      .filter((path) => !imported.has(path) && !entries.includes(path)),
    'Nobody imports:',
  )
})

test('a name says what is in the file', () => {
  none(
    sources.map(({ path }) => path).filter((path) => saysNothing.test(basename(path))),
    'These names fit anything:',
  )
})

test.run()
