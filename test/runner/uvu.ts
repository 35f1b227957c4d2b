/**
 * What test files get when they import `uvu`: the same interface, over the real uvu. It remembers who
 * registered what, so that nothing registered stays unrun; shuffles; and gives every test and hook
 * a deadline, which uvu does not know. Must never change what a passing test means.
 */
import { createRequire } from 'node:module'
import type * as Uvu from 'uvu'
import { deadlineOf } from './deadline.ts'
import { shuffled } from './order.ts'

/** Uvu's own record of a suite that was run: errors as text, or true; passed, skipped, total. */
type Run = () => Promise<readonly [string | true, number, number, number]>

declare global {
  var UVU_DEFER: number | undefined
  var UVU_QUEUE: (Run | string | null)[][]
}

// Told so before it loads, uvu leaves running to us.
globalThis.UVU_DEFER = 1
globalThis.UVU_QUEUE = [[]]
const real = createRequire(import.meta.url)('uvu') as typeof Uvu

/** Uvu puts the running test's name here. */
interface Named {
  __test__?: string
}
type Handler = (context: Named) => unknown
type Hooks = 'before' | 'after' | 'beforeEach' | 'afterEach'

export interface Suite {
  readonly name: string
  readonly context: Named
  readonly tests: { readonly name: string; readonly handler: Handler }[]
  readonly skipped: string[]
  readonly hooks: Readonly<Record<Hooks, Handler[]>>
  usesOnly: boolean
  /** How often `.run()` was called. */
  runs: number
}

let suites: Suite[] = []
let common: ReturnType<typeof suite> | undefined
let isOpen = false

/** Collects what is registered from now on, until `close`. */
export function open(): void {
  suites = []
  common = undefined
  isOpen = true
}

/** What was registered. Whatever comes later was registered too late to be run, and throws. */
export function close(): readonly Suite[] {
  isOpen = false
  return suites
}

function check(): void {
  if (!isOpen) throw new Error('registered after its file was loaded, where nothing can run it')
}

export function suite(name = '', context: Named = {}) {
  check()
  const made: Suite = {
    name,
    context,
    tests: [],
    skipped: [],
    hooks: { before: [], after: [], beforeEach: [], afterEach: [] },
    usesOnly: false,
    runs: 0,
  }
  suites.push(made)
  const add = (title: string, handler: Handler): void => {
    check()
    made.tests.push({ name: title, handler })
  }
  const hook = (when: Hooks) => (handler: Handler) => void made.hooks[when].push(handler)
  return Object.assign(add, {
    only: (title: string, handler: Handler) => {
      made.usesOnly = true
      add(title, handler)
    },
    skip: (title?: string) => void made.skipped.push(title ?? '(without a name)'),
    before: Object.assign(hook('before'), { each: hook('beforeEach') }),
    after: Object.assign(hook('after'), { each: hook('afterEach') }),
    run: () => {
      check()
      made.runs++
    },
  })
}

/** Uvu's nameless suite, one for each file. */
const ofFile = () => (common ??= suite())
export const test = Object.assign((title: string, handler: Handler) => ofFile()(title, handler), {
  only: (title: string, handler: Handler) => ofFile().only(title, handler),
  skip: (title?: string) => ofFile().skip(title),
  before: Object.assign((handler: Handler) => ofFile().before(handler), {
    each: (handler: Handler) => ofFile().before.each(handler),
  }),
  after: Object.assign((handler: Handler) => ofFile().after(handler), {
    each: (handler: Handler) => ofFile().after.each(handler),
  }),
  run: () => ofFile().run(),
})

export interface Watcher {
  readonly seed: number
  /** What the order is drawn for. */
  readonly file: string
  readonly testSeconds: number
  readonly onBegin: (test: string, seconds: number) => void
  readonly onFailure: (test: string, error: unknown) => void
}

/** Has the real uvu run a suite. @returns how many tests passed, and how many there were, as uvu says */
export async function runSuite(made: Suite, watcher: Watcher): Promise<readonly [number, number]> {
  const target = real.suite(made.name, made.context)
  const wrap = (handler: Handler, title?: string) => (context: Named) => {
    const seconds = deadlineOf(handler) ?? watcher.testSeconds
    const label = title ?? `a hook of ${context.__test__ || 'the suite'}`
    watcher.onBegin(label, seconds)
    return within(seconds, handler, context).catch((error: unknown) => {
      watcher.onFailure(label, error)
      // Uvu reads the name and the stack of what is thrown, and breaks on anything but an Error.
      throw error instanceof Error ? error : new Error(`thrown: ${String(error)}`)
    })
  }
  for (const handler of made.hooks.before) target.before(wrap(handler))
  for (const handler of made.hooks.after) target.after(wrap(handler))
  for (const handler of made.hooks.beforeEach) target.before.each(wrap(handler))
  for (const handler of made.hooks.afterEach) target.after.each(wrap(handler))
  const order = shuffled(made.tests, watcher.seed, `${watcher.file} ${made.name}`)
  for (const { name, handler } of order) target(name, wrap(handler, name))
  target.run()
  const run = globalThis.UVU_QUEUE[0]?.pop()
  if (typeof run !== 'function') throw new Error('uvu did not queue the suite')
  const [errors, passed, , total] = await run()
  if (typeof errors === 'string') process.stdout.write(`\n${errors}\n`)
  return [passed, total]
}

async function within(seconds: number, handler: Handler, context: Named): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not finished after ${seconds} s`)), seconds * 1000)
  })
  try {
    await Promise.race([(async () => await handler(context))(), late])
  } finally {
    clearTimeout(timer)
  }
}
