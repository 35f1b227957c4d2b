/** Settings: what is read from where, and the one line for what can't be read. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  azureVariables,
  type Config,
  help,
  readConfig,
  settings,
  settingsPage,
  variableOf,
} from '../operator/config.ts'
import type { Setting } from '../operator/setting.ts'
import { table } from './kit/table.ts'

const test = suite('settings')
const rows: readonly Setting<unknown>[] = Object.values(settings)

function config(argv: readonly string[] = [], environment: Record<string, string> = {}): Config {
  const read = readConfig(argv, environment)
  if (read.is !== 'config') throw new Error(JSON.stringify(read))
  return read.config
}

const line = (argv: string, environment: Record<string, string> = {}): string => {
  const read = readConfig(argv === '' ? [] : argv.split(' '), environment)
  return read.is === 'problem' ? read.line : read.is
}

test('every default is a value that its own row accepts', () => {
  const { resyncMs, inFlightMs, namespaces, healthPort, allowUngated, identityNames } = config()
  assert.equal(
    { resyncMs, inFlightMs, namespaces, healthPort, allowUngated, identityNames },
    {
      ...{ resyncMs: 300_000, inFlightMs: 5_000, namespaces: [], healthPort: undefined },
      ...{ allowUngated: false, identityNames: ['pgpe-azure'] },
    },
  )
})

test('the command line wins over the environment, and that over the default', () => {
  assert.is(config([], { PGPE_WORKERS: '3' }).workers, 3)
  assert.is(config(['--workers', '5'], { PGPE_WORKERS: '3' }).workers, 5)
  assert.is(config(['--workers=5']).workers, 5)
})

test('a switch needs no value, and may have one', () => {
  assert.is(config(['--allow-ungated']).allowUngated, true)
  assert.is(config(['--allow-ungated=false']).allowUngated, false)
  assert.is(config(['--allow-ungated', '--workers', '2']).allowUngated, true)
  assert.is(config([], { PGPE_ALLOW_UNGATED: 'true' }).allowUngated, true)
})

test('lists are trimmed, and hold each name once', () => {
  assert.equal(config(['--namespaces', ' a, b,a,']).namespaces, ['a', 'b'])
})

test('kinds are both, or one', () => {
  assert.equal(config().kinds, ['endpoints', 'decisions'])
  assert.equal(config(['--kinds', 'decisions']).kinds, ['decisions'])
  assert.equal(config(['--kinds', 'decisions, endpoints']).kinds, ['endpoints', 'decisions'])
})

test('help and version come before any complaint', () => {
  assert.is(readConfig(['--nonsense', '--help'], {}).is, 'help')
  assert.is(readConfig(['-h'], {}).is, 'help')
  assert.is(readConfig(['--version'], { PGPE_WORKERS: 'x' }).is, 'version')
})

test('every setting and every variable stands in the help and on its page', () => {
  const names = [
    ...rows.flatMap((row) => [`--${row.flag}`, variableOf(row), row.meaning]),
    ...azureVariables.map(({ name }) => name),
  ]
  for (const text of [help(), settingsPage()]) {
    for (const name of names) assert.ok(text.includes(name), name)
  }
})

test('no two settings share a flag, and each meaning is a sentence', () => {
  assert.is(new Set(rows.map(({ flag }) => flag)).size, rows.length)
  for (const { flag, meaning } of rows) {
    assert.match(flag, /^[a-z]+(-[a-z]+)*$/)
    assert.ok(meaning.endsWith('.'), flag)
  }
})

test.run()

table<{ given: string; environment?: Record<string, string>; says: string }>(
  'settings that make no sense',
  {
    'a flag that there is not': { given: '--worker 3', says: "'--worker' is no setting" },
    'a word of no flag': { given: 'fast', says: "'fast' is no setting" },
    'a flag without its value': { given: '--workers', says: '--workers lacks its value' },
    'a flag followed by another': { given: '--workers --resync 5m', says: '--workers lacks' },
    'the same flag twice': { given: '--workers 1 --workers 2', says: '--workers is given twice' },
    'no number': { given: '--workers many', says: "--workers is 'many': it has to be a whole" },
    'a number out of bounds': { given: '--workers 0', says: 'from 1 to 100' },
    'a number with a sign': { given: '--workers -1', says: 'from 1 to 100' },
    'a number in another base': { given: '--workers 0x5', says: 'from 1 to 100' },
    'a duration without a unit': { given: '--resync 300', says: 'a duration like' },
    'a duration of nothing': { given: '--resync 0s', says: 'a duration like' },
    'a duration of ages': { given: '--resync 9999h', says: 'a duration like' },
    'a name that is none': { given: '--namespaces a,B', says: 'names of Kubernetes' },
    'a name with a path': { given: '--lease-name ../x', says: 'a name of Kubernetes' },
    'a label that is none': { given: '--class a/b', says: 'the value of a label' },
    'a level that there is not': { given: '--log-level loud', says: 'one of debug, info' },
    'a port that is none': { given: '--health-port 70000', says: 'off, or a port' },
    'neither yes nor no': { given: '--allow-ungated=maybe', says: 'true or false' },
    'a kind that there is not': { given: '--kinds pods', says: 'one or more of endpoints' },
    'no kind at all': { given: '--kinds ,', says: 'one or more of endpoints' },
    'no selector': { given: '--endpoint-selector a>b', says: 'a label selector' },
    'a part of the endpoints with all decisions': {
      given: '--endpoint-selector a=b --lease-name c',
      says: '--endpoint-selector needs --kinds endpoints',
    },
    'a part of the endpoints with the lease of all': {
      given: '--endpoint-selector a=b --kinds endpoints',
      says: '--endpoint-selector needs --lease-name',
    },
    'a lease shorter than its renewal': {
      given: '--lease-duration 10s',
      says: '--lease-renew must',
    },
    'a retry longer than its renewal': { given: '--lease-retry 8s', says: '--lease-retry must' },
    'a variable is named as such': {
      given: '',
      environment: { PGPE_RESYNC: 'soon' },
      says: "PGPE_RESYNC is 'soon'",
    },
  },
  ({ given, environment, says }) => {
    const said = line(given, environment)
    assert.ok(said.includes(says), said)
    assert.not.ok(said.includes('\n'))
  },
)
