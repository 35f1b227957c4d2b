/** Waits until the API server answers as asked. */
import { request } from 'node:https'
import { setTimeout as delay } from 'node:timers/promises'
import { Refusal } from './refusal.ts'

const pollMs = 50
const answerTimeoutMs = 5_000

export interface Question {
  readonly url: string
  readonly path: string
  readonly authority: string
  readonly token: string
}

/** The status code of a GET; undefined if there was no answer. */
function statusOf({ url, path, authority, token }: Question): Promise<number | undefined> {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${token}` }
    const options = { ca: authority, headers, agent: false, timeout: answerTimeoutMs }
    const call = request(new URL(path, url), options, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
    call.on('timeout', () => call.destroy())
    call.on('error', () => resolve(undefined))
    call.end()
  })
}

/**
 * Resolves once the question is answered with 200.
 * @param failure looked at in between: why it is useless to wait on, as a sentence
 * @throws Refusal with the failure, or after `deadlineMs`
 */
export async function untilOk(
  question: Question,
  deadlineMs: number,
  failure: () => string | undefined,
): Promise<void> {
  const end = performance.now() + deadlineMs
  while ((await statusOf(question)) !== 200) {
    const why = failure()
    if (why !== undefined) throw new Refusal(why)
    if (performance.now() > end) {
      throw new Refusal(`${question.path} was not ready within ${deadlineMs / 1000} s`)
    }
    await delay(pollMs)
  }
}
