/** Parts of the adversary's play, on threads. */
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Sum } from '../kit/adversary.ts'
import type { Part } from './part.ts'

export interface How {
  /** Default: as many as there are processors. */
  readonly threads?: number
  /** Told of each sum as it comes. */
  readonly onSum?: (sum: Sum) => void
}

/** The sums, in the order of the parts. */
export async function played(
  parts: readonly Part[],
  { threads = availableParallelism(), onSum }: How = {},
): Promise<readonly Sum[]> {
  const sums: Sum[] = []
  let next = 0
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL('part.ts', import.meta.url))
    for (let index = next++; index < parts.length; index = next++) {
      worker.postMessage(parts[index])
      // Rejects if the thread fails.
      const [sum] = (await once(worker, 'message')) as [Sum]
      sums[index] = sum
      onSum?.(sum)
    }
    await worker.terminate()
  }
  await Promise.all(Array.from({ length: Math.min(threads, parts.length) }, work))
  return sums
}
