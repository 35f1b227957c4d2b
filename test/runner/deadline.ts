/** How long a test may take. Decides nothing: the runner of the tests reads what is noted here. */

const noted = new WeakMap<object, number>()

/**
 * A test that needs another deadline than its ring's:
 * `test('…', deadline(300, async () => { … }))`.
 * @param seconds from its start
 */
export function deadline<Handler extends object>(seconds: number, handler: Handler): Handler {
  noted.set(handler, seconds)
  return handler
}

/** In seconds; undefined if the ring's own holds. */
export const deadlineOf = (handler: object): number | undefined => noted.get(handler)
