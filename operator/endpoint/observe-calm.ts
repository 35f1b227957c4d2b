/** Of what an object reads, most is right already and changes by people alone: it need not be fresh. */
import type { Observed } from '../azure/observed.ts'

/** How old answers may be, ms: about what the object waits for, and about what is right when it is seen. */
export interface Ages {
  readonly age: number
  readonly calm: number
}

/** What was seen a while ago, if it was right then; else what is seen now. */
export async function calmly<T>(
  { age, calm }: Ages,
  read: (maxAgeMs: number) => Promise<Observed<T>>,
  isRight: (value: T) => boolean,
): Promise<Observed<T>> {
  const before = await read(calm)
  const right = before.is === 'present' && isRight(before.value)
  return right || calm <= age ? before : read(age)
}
