/** Logs, metrics, health pages and timers: what leaves the process. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../operator/runtime/clock.ts'
import { type Check, serveHealth } from '../operator/runtime/health.ts'
import { createLog, errorFields, logEvents, redact } from '../operator/runtime/log.ts'
import { createMetrics, metricRows, metricsPage } from '../operator/runtime/metrics.ts'

const test = suite('edges of the process')

function logged(): { lines: any[]; log: ReturnType<typeof createLog> } {
  const lines: any[] = []
  const log = createLog('debug', { write: (text) => void lines.push(JSON.parse(text)) })
  return { lines, log }
}

test('a line is JSON: level, time, fields, and the name of the event as message', () => {
  const { lines, log } = logged()
  log.child({ kind: 'PostgresPrivateEndpoint' }).info('visit', { key: 'a/b', ms: 3 })
  const [{ time, ...line }] = lines
  assert.equal(line, {
    level: 'info',
    kind: 'PostgresPrivateEndpoint',
    key: 'a/b',
    ms: 3,
    msg: 'visit',
  })
  assert.ok(!Number.isNaN(Date.parse(time)))
})

test('text with line breaks cannot forge a line', () => {
  const texts: string[] = []
  const log = createLog('info', { write: (text) => void texts.push(text) })
  log.info('visit', { key: 'a\n{"level":"info","msg":"ready"}' })
  assert.is(texts.join('').trimEnd().split('\n').length, 1)
})

const canary = 'c4n4ry-S3cret'
const jwt = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2lnbmF0dXJl'

for (const [what, text] of Object.entries({
  'a bearer token': `authorization: Bearer ${canary}`,
  'a basic credential': `Basic ${canary}`,
  'a token anywhere': `got ${jwt} from the server`,
  'a client secret in a form': `client_id=x&client_secret=${canary}&scope=y`,
  'a secret in JSON': `{"client_secret":"${canary}"}`,
  'a signature in a URL': `https://x.example/a?sv=1&sig=${canary}`,
  'a password in a form': `password=${canary}`,
})) {
  test(`${what} is not logged`, () => {
    const { lines, log } = logged()
    log.warn('visit-failed', { error: text })
    const said = JSON.stringify(lines)
    assert.not.ok(said.includes(canary) || said.includes(jwt), said)
    assert.ok(said.includes('[redacted]'))
    assert.is(redact('nothing to hide'), 'nothing to hide')
  })
}

test("an error's fields are its words, its code, and where it was thrown only on demand", () => {
  const error = Object.assign(new Error('no'), { code: 404, reason: 'NotFound', headers: { a: 1 } })
  assert.equal(errorFields(error), { error: 'no', code: 404, reason: 'NotFound' })
  assert.ok('stack' in errorFields(error, { trace: true }))
  assert.equal(errorFields('thrown'), { error: 'thrown' })
})

test('every event says when it happens', () => {
  for (const [name, meaning] of Object.entries(logEvents)) {
    assert.match(name, /^[a-z]+(-[a-z]+)*$/)
    assert.ok(meaning.endsWith('.'), name)
  }
})

test('the metrics page is what the rows say, filled by looking', async () => {
  const meters = createMetrics((metrics) => metrics.leader.set(1))
  meters.metrics.visits.inc({ kind: 'K', result: 'done' })
  const { text, contentType } = await meters.page()
  assert.match(contentType, /^text\/plain/)
  assert.match(text, /^pgpe_leader 1$/m)
  assert.match(text, /^pgpe_reconcile_total\{kind="K",result="done"\} 1$/m)
  for (const { name, type } of Object.values(metricRows)) {
    assert.match(text, new RegExp(`^# TYPE ${name} ${type}$`, 'm'))
    assert.ok(metricsPage().includes(`\`${name}\``))
  }
})

test('no metric has a label that grows with the objects', () => {
  const growing = ['name', 'namespace', 'key', 'uid', 'id', 'server', 'subscription']
  for (const { name, labels } of Object.values(metricRows)) {
    for (const label of labels) assert.not.ok(growing.includes(label), `${name}: ${label}`)
  }
})

async function pages(ready: () => readonly Check[]) {
  const health = await serveHealth({
    address: '127.0.0.1',
    port: 0,
    live: () => [],
    ready,
    metrics: async () => ({ text: 'm 1\n', contentType: 'text/plain' }),
  })
  const get = async (path: string, method = 'GET') => {
    const answer = await fetch(`http://127.0.0.1:${health.port}${path}`, { method })
    return `${answer.status} ${(await answer.text()).trim()}`
  }
  return { health, get }
}

test('readiness is every check together, each with what it sees', async () => {
  let ok = true
  const { health, get } = await pages(() => [
    { name: 'watch-a', ok, says: 'last heard of 1 s ago' },
    { name: 'lease', ok: true, says: 'leads' },
  ])
  assert.is(await get('/readyz'), '200 [+]watch-a last heard of 1 s ago\n[+]lease leads\nok')
  ok = false
  assert.is(
    await get('/readyz?verbose'),
    '503 [-]watch-a last heard of 1 s ago\n[+]lease leads\nnot ok',
  )
  assert.is(await get('/livez'), '200 ok')
  assert.is(await get('/metrics'), '200 m 1')
  assert.match(await get('/'), /^404/)
  assert.match(await get('/livez', 'POST'), /^405/)
  await health.close()
})

test('a port that is taken is an error, not silence', async () => {
  const { health } = await pages(() => [])
  const given = { address: '127.0.0.1', port: health.port, live: () => [], ready: () => [] }
  const error = await serveHealth({
    ...given,
    metrics: async () => ({ text: '', contentType: '' }),
  }).catch((thrown: unknown) => thrown)
  assert.is((error as { code?: string }).code, 'EADDRINUSE')
  await health.close()
})

test('a sleep ends early when it is called off, and leaves no timer', async () => {
  const stop = new AbortController()
  const sleeping = systemClock.sleep(3_600_000, stop.signal)
  stop.abort()
  await sleeping
  await systemClock.sleep(3_600_000, stop.signal)
})

test('a timer longer than 31 bits does not fire at once', async () => {
  let fired = false
  const cancel = systemClock.timer(2 ** 31 + 1_000, () => (fired = true))
  await systemClock.sleep(20)
  cancel()
  assert.is(fired, false)
})

test.run()
