/** Parts of the adversary's play, on as many threads as there are processors. */
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Sum } from '../kit/adversary.ts'
import type { Part } from './part.ts'

/** The sums, in the order of the parts. @param onSum told of each as it comes */
export async function played(
  parts: readonly Part[],
  onSum: (sum: Sum) => void = () => undefined,
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
      onSum(sum)
    }
    await worker.terminate()
  }
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), parts.length) }, work))
  return sums
}
