/** The demo from the first line to the last: scenes in order, then what to try, then the counts. */
import { requestCounts, whatToTry } from './closing.ts'
import { missing } from './expected.ts'
import type { Options } from './options.ts'
import { scenes } from './scenes.ts'
import type { Screen } from './screen.ts'
import { onStage, type Stage } from './stage.ts'
import { Unfinished, untilChanged } from './waiting.ts'

export interface DemoOptions {
  readonly options: Options
  readonly screen: Screen
  /** Somebody wants it to end. */
  readonly stop: AbortSignal
  /** Seconds since the demo began. */
  readonly elapsed: () => number
}

/** Resolves once everything was shown, and, without `once`, once somebody wanted it to end. */
export async function demo({ options, screen, stop, elapsed }: DemoOptions): Promise<void> {
  const failure = new AbortController()
  const deadline = new AbortController()
  const signal = AbortSignal.any([stop, failure.signal, deadline.signal])
  screen.line(
    'pgpe-operator demo: private endpoints to PostgreSQL flexible servers, on simulated Azure.',
  )
  screen.line('kube-apiserver, etcd, kubectl and the operator are real. Ctrl-C ends everything.')
  screen.line()
  const fail = (error: Error): void => failure.abort(error)
  const { directory, once, deadlineSeconds } = options
  try {
    await onStage({ screen, directory, stop: signal, fail }, async (stage) => {
      screen.line(`    all of that took ${elapsed().toFixed(0)} s`)
      const late = new Unfinished(`not finished after ${deadlineSeconds} s`)
      const timer = once && setTimeout(() => deadline.abort(late), deadlineSeconds * 1000)
      try {
        await play(stage)
      } catch (error) {
        throw deadline.signal.aborted ? whatIsMissing(stage, late, error) : error
      } finally {
        if (timer !== false) clearTimeout(timer)
      }
      await close(stage, options, elapsed)
      if (!once) await untilAborted(signal)
    })
  } catch (error) {
    throw failure.signal.aborted ? failure.signal.reason : error
  }
  if (failure.signal.aborted) throw failure.signal.reason
}

function whatIsMissing(stage: Stage, late: Unfinished, error: unknown): Unfinished {
  const scene = error instanceof Unfinished && error !== late ? [error.message] : []
  return new Unfinished([late.message, ...scene, ...missing(stage.objects)].join('\n  '))
}

async function play(stage: Stage): Promise<void> {
  for (const scene of scenes) {
    stage.screen.heading(scene.title)
    for (const line of scene.why) stage.screen.line(`    ${line}`)
    await scene.play(stage)
    await stage.table.current()
    stage.screen.settle()
  }
  const wait = {
    until: 'everything is where it should be',
    found: () => missing(stage.objects).join('\n'),
    signal: stage.signal,
  }
  const look = (): true | undefined => (missing(stage.objects).length === 0 ? true : undefined)
  await untilChanged(wait, look, (listener) => stage.objects.onChange(listener))
}

async function close(stage: Stage, { once }: Options, elapsed: () => number): Promise<void> {
  const { screen } = stage
  screen.heading('Everything is where it should be')
  const { stdout } = await stage.kubectl.run(['get', 'pgpe,epcd', '-A'])
  screen.command('kubectl get pgpe,epcd -A', stdout)
  if (!once) {
    screen.line()
    for (const line of whatToTry(stage)) screen.line(line)
  }
  screen.line()
  for (const line of requestCounts(stage)) screen.line(line)
  screen.line(
    "(Azure's time flies here: the operator looks every 5 s, by default it is every 5 min.)",
  )
  screen.line()
  screen.line(`It took ${elapsed().toFixed(0)} s.${once ? '' : ' Ctrl-C ends everything.'}`)
}

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
