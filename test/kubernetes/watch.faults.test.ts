/** The watch on a real API server, through a proxy on its bad days: what it must live through. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { until } from './api-server.ts'
import { type Effect, everything, lists, type Seen, watches } from './fault-proxy.ts'
import { type Stage, stage, type Watching, watching } from './watching.ts'

const test = suite<{ at: Stage; open: Watching[] }>('a watch through a faulty network')

test.before(async (context) => {
  context.at = await stage('watch')
  context.open = []
})
test.after.each(async ({ at, open }) => {
  at.proxy.heal()
  await Promise.all(open.splice(0).map(({ watch }) => watch.stop()))
})
test.after(({ at }) => at?.close())

/** Starts a watch that the test's end stops, and waits until it has listed. */
async function started(
  { at, open }: { at: Stage; open: Watching[] },
  ...given: [Parameters<typeof watching>[1]?]
): Promise<Watching> {
  const made = watching(at, ...given)
  open.push(made)
  made.watch.start()
  await made.cache.whenSynced()
  return made
}

/** Whether the cache comes to hold this, and nothing else of that name. */
const holds = (made: Watching, entry: string): Promise<void> =>
  until(async () => made.contents().split(' ').includes(entry))

let count = 0
const fresh = (): string => `object-${count++}`

test('shows what is added, changed and removed, in that order', async (context) => {
  const made = await started(context)
  const name = fresh()
  await context.at.put(name, 'one')
  await holds(made, `${name}=one`)
  await context.at.put(name, 'two')
  await holds(made, `${name}=two`)
  await context.at.remove(name)
  await until(async () => !made.contents().includes(name))
  const mine = made.changes.filter(({ key }) => key.endsWith(`/${name}`))
  const kinds = mine.map(({ before, after }) => `${Boolean(before)} ${Boolean(after)}`)
  assert.equal(kinds, ['false true', 'true true', 'true false'])
  assert.equal(made.troubles, [])
})

test('keeps no managed fields', async (context) => {
  const made = await started(context)
  const name = fresh()
  const stored = await context.at.put(name, 'one')
  assert.ok(stored.metadata.managedFields.length > 0)
  await holds(made, `${name}=one`)
  const kept = made.cache.get(`${context.at.namespace}/${name}`)
  assert.not.ok('managedFields' in (kept?.metadata ?? {}))
})

test('reads a list of many pages, and shows it only whole', async (context) => {
  const names = [fresh(), fresh(), fresh(), fresh(), fresh()]
  for (const name of names) await context.at.put(name, 'paged')
  const before = context.at.proxy.lists
  const made = await started(context, { settings: { pageSize: 2 } })
  for (const name of names) assert.ok(made.contents().includes(`${name}=paged`))
  assert.ok(context.at.proxy.lists - before >= 3)
})

const status = (code: number): Effect => ({
  kind: 'answer',
  status: code,
  body: { kind: 'Status', apiVersion: 'v1', code, message: `a ${code}`, reason: 'Test' },
})

const blows: { readonly [what: string]: Effect } = {
  'a 500': status(500),
  'a 401': status(401),
  'a 403': status(403),
  'a 429': { ...status(429), headers: { 'retry-after': '0' } } as Effect,
  'a 410': status(410),
  'a reset': { kind: 'reset' },
  'an answer that is no JSON': { kind: 'answer', status: 200, text: '<html>\n' },
  'an answer cut off': { kind: 'answer', status: 200, text: '{"type":"ADDED","object":{"meta' },
  'an answer of another kind': { kind: 'answer', status: 200, text: '{"kind":"Nothing"}\n' },
}

for (const [what, effect] of Object.entries(blows)) {
  for (const [where, on] of Object.entries({ list: lists, watch: watches })) {
    test(`survives ${what} on every ${where} for a while`, async (context) => {
      const { at } = context
      const made = await started(context)
      const name = fresh()
      at.proxy.fail(on, effect, 5)
      // A watch that was cut off goes on where it was; a 410 makes it list anew.
      if (on === lists) at.proxy.fail(watches, status(410), 1)
      const seenBefore = at.proxy.seen.length
      at.proxy.cut()
      await at.put(name, 'kept')
      await until(async () => at.proxy.faults.every(({ times }) => times === 0))
      await holds(made, `${name}=kept`)
      await at.put(name, 'changed')
      await holds(made, `${name}=changed`)
      assert.ok(made.troubles.length > 0)
      assert.ok(at.proxy.seen.length > seenBefore)
    })
  }
}

test('lists anew when the server says within the watch that the version is gone', async (context) => {
  const { at } = context
  const made = await started(context)
  const gone = {
    type: 'ERROR',
    object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' },
  }
  const name = fresh()
  at.proxy.fail(watches, { kind: 'lines', change: () => JSON.stringify(gone) }, 1)
  const before = at.proxy.lists
  at.proxy.cut()
  await at.put(name, 'one')
  await holds(made, `${name}=one`)
  assert.ok(made.troubles.includes('gone'))
  assert.is(at.proxy.lists, before + 1)
})

test('notices that a connection has fallen silent, and finds what happened meanwhile', async (context) => {
  const { at } = context
  const made = await started(context, { settings: { silenceMs: 300 } })
  const name = fresh()
  at.proxy.fail(watches, { kind: 'silence' }, 2)
  at.proxy.cut()
  await at.put(name, 'unheard')
  await holds(made, `${name}=unheard`)
  assert.ok(made.troubles.includes('silent'))
})

test('finds a lost event when it lists the next time', async (context) => {
  const { at } = context
  const made = await started(context, { settings: { relistMs: 1_500 } })
  const [lost, later] = [fresh(), fresh()]
  const swallow = (line: string): string | undefined => (line.includes(lost) ? undefined : line)
  at.proxy.fail(watches, { kind: 'lines', change: swallow })
  at.proxy.cut()
  await until(async () => at.proxy.seen.at(-1)?.isWatch === true)
  await at.put(lost, 'one')
  await at.put(later, 'one')
  await holds(made, `${later}=one`)
  await holds(made, `${lost}=one`)
  const found = made.changes.find(({ key }) => key.endsWith(`/${lost}`))
  assert.is(found?.origin, 'list')
})

test('takes an object that was made anew in a gap for another one', async (context) => {
  const { at } = context
  const name = fresh()
  const first = await at.put(name, 'first')
  const made = await started(context)
  const closed = at.proxy.fail(everything, { kind: 'reset' })
  at.proxy.cut()
  await at.remove(name)
  const second = await at.put(name, 'second')
  await until(async () => made.troubles.length > 0)
  closed.times = 0
  // A gap in which the version went stale as well.
  at.proxy.fail(watches, status(410), 1)
  at.proxy.cut()
  await holds(made, `${name}=second`)
  const mine = made.changes
    .filter(({ key }) => key.endsWith(`/${name}`))
    .map(({ before, after }) => [before?.metadata.uid, after?.metadata.uid])
  assert.equal(mine, [
    [undefined, first.metadata.uid],
    [first.metadata.uid, undefined],
    [undefined, second.metadata.uid],
  ])
})

test('does not believe a list older than what it has seen, but for a server that stays so', async (context) => {
  const { at } = context
  const name = fresh()
  await at.put(name, 'old')
  let stale = ''
  const record = (body: string): string => (stale = body)
  at.proxy.fail(lists, { kind: 'rewrite', change: record }, 1)
  const made = await started(context)
  await at.put(name, 'new')
  await holds(made, `${name}=new`)
  const fault = at.proxy.fail(lists, { kind: 'rewrite', change: () => stale })
  at.proxy.fail(watches, status(410))
  at.proxy.cut()
  await until(async () => made.troubles.filter((trouble) => trouble === 'regressed').length >= 3)
  assert.ok(made.contents().includes(`${name}=new`))
  // A restored backup: it says the same, however often it is asked.
  await holds(made, `${name}=old`)
  fault.times = 0
})

test('goes on when those who listen throw', async (context) => {
  const { at } = context
  const made = await started(context)
  made.cache.listen(() => {
    throw new Error('of a listener')
  })
  const [one, two] = [fresh(), fresh()]
  await at.put(one, 'x')
  await at.put(two, 'x')
  await holds(made, `${one}=x`)
  await holds(made, `${two}=x`)
  assert.equal(made.troubles, [])
})

test('is silent once it was stopped, also in the middle of a list', async (context) => {
  const { at } = context
  const made = await started(context)
  await made.watch.stop()
  const changes = made.changes.length
  const requests = at.proxy.seen.length
  const other = watching(at)
  at.proxy.fail(lists, { kind: 'hang' }, 1)
  other.watch.start()
  await until(async () => at.proxy.seen.length > requests)
  await other.watch.stop()
  const third = await started(context)
  const name = fresh()
  await at.put(name, 'after')
  await holds(third, `${name}=after`)
  assert.is(made.changes.length, changes)
  assert.is(other.changes.length, 0)
})

test('says when it last heard of the server', async (context) => {
  const made = watching(context.at)
  assert.is(made.watch.lastContact, undefined)
  context.open.push(made)
  const before = performance.now()
  made.watch.start()
  await made.cache.whenSynced()
  assert.ok((made.watch.lastContact ?? 0) >= before)
})

test('asks for bookmarks, an end, and only for its own class', async (context) => {
  const { at } = context
  const made = await started(context, { labelSelector: '!pgpe.dev/class' })
  await until(async () => at.proxy.seen.at(-1)?.isWatch === true)
  const { searchParams } = (at.proxy.seen.at(-1) as Seen).url
  assert.is(searchParams.get('allowWatchBookmarks'), 'true')
  assert.is(searchParams.get('labelSelector'), '!pgpe.dev/class')
  const seconds = Number(searchParams.get('timeoutSeconds'))
  assert.ok(seconds >= 20 && seconds <= 25, `${seconds}`)
  assert.is(searchParams.get('resourceVersion'), made.cache.position(at.namespace) ?? null)
})

test.run()
