/** Pages of lists: up to a size, then a `nextLink` that goes on after the last line. */
import { Refusal } from './answer.ts'
import type { Answer } from './answer.ts'
import type { Call } from './call.ts'
import type { Line } from './store.ts'

/** `all`: 1,000 a page. `dns`: 100, or `$top` up to 1,000. */
export type PageSize = 'all' | 'dns'

export function page(call: Call, lines: readonly Line[], size: PageSize = 'all'): Answer {
  const limit = limitOf(call, size)
  const token = call.query.get('$skiptoken')
  const after = token === undefined ? -1 : orderOf(token)
  const rest = lines.filter(({ order }) => order > after)
  const shown = rest.slice(0, limit)
  const last = shown.at(-1)
  const value = shown.map(({ body }) => body())
  if (last === undefined || rest.length <= limit) return { status: 200, body: { value } }
  return { status: 200, body: { value, nextLink: nextLink(call, last.order) } }
}

function limitOf(call: Call, size: PageSize): number {
  const top = call.query.get('$top')
  if (size === 'all' || top === undefined) return size === 'all' ? 1000 : 100
  if (!/^[1-9][0-9]{0,8}$/.test(top)) {
    throw new Refusal(400, {
      code: 'InvalidQueryParameterValue',
      message: `The value '${top}' of query parameter '$top' is not a positive integer.`,
    })
  }
  return Math.min(1000, Number(top))
}

function nextLink(call: Call, order: number): string {
  const query = [...call.query].filter(([key]) => key !== '$skiptoken')
  const token = Buffer.from(`after ${order}`).toString('base64url')
  const text = [...query, ['$skiptoken', token] as const]
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`)
    .join('&')
  const path = call.path.split('/').map(encodeURIComponent).join('/')
  return `${call.world.url}${path}?${text.replaceAll('%24', '$')}`
}

function orderOf(token: string): number {
  const order = /^after ([0-9]+)$/.exec(Buffer.from(token, 'base64url').toString('utf8'))?.[1]
  if (order === undefined) {
    throw new Refusal(400, {
      code: 'InvalidSkipToken',
      message: `The skip token '${token}' is invalid.`,
    })
  }
  return Number(order)
}
