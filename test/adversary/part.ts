/** Plays on a thread: for each message some histories, or one broken binding; the sum is the answer. */
import { parentPort } from 'node:worker_threads'
import { playAll, type Sum } from '../kit/adversary.ts'
import { brokenBindings } from '../kit/broken-bindings.ts'
import { importMutant } from '../kit/mutants.ts'

export interface Part {
  readonly seed: number
  readonly histories: number
  /** Index of a broken binding, played until it is noticed. */
  readonly broken?: number
}

async function play({ seed, histories, broken }: Part): Promise<Sum> {
  const mutant = broken === undefined ? undefined : brokenBindings[broken]
  if (mutant === undefined) return playAll(seed, histories)
  const module = (await importMutant('test/kit/adversary.ts', mutant)) as {
    readonly playAll: typeof playAll
  }
  return module.playAll(seed, histories, ({ wrong }) => wrong.length > 0)
}

parentPort?.on('message', (part: Part) => {
  void play(part).then((sum) => parentPort?.postMessage(sum))
})
