/** Many requests, some at once. */

/** As many as a careful client keeps open. */
const width = 16

/** Does it for 0 … count - 1, so many at once; rejects with the first failure. */
export async function inTurn(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: Math.min(width, count) }, worker))
}
