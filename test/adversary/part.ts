/** Some histories, or one broken binding, on a thread of their own; the sum is the message. */
import { parentPort, workerData } from 'node:worker_threads'
import { playAll } from '../kit/adversary.ts'
import { brokenBindings } from '../kit/broken-bindings.ts'
import { importMutant } from '../kit/mutants.ts'

export interface Part {
  readonly seed: number
  readonly histories: number
  /** Index of a broken binding, played until it is noticed. */
  readonly broken?: number
}

const { seed, histories, broken } = workerData as Part
const mutant = broken === undefined ? undefined : brokenBindings[broken]
if (mutant === undefined) parentPort?.postMessage(await playAll(seed, histories))
else {
  const module = (await importMutant('test/kit/adversary.ts', mutant)) as {
    readonly playAll: typeof playAll
  }
  parentPort?.postMessage(await module.playAll(seed, histories, ({ wrong }) => wrong.length > 0))
}
