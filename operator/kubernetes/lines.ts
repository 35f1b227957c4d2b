/**
 * A watch's bytes as events: one JSON document per line. What is cut off, too long or no event is an
 * error, never skipped: a lost event would stay lost.
 */
import { errorOf, type KubeError } from './error.ts'
import type { KubernetesObject } from './port.ts'
import { Garbled } from './trouble.ts'

export type WatchEvent<T> =
  | {
      readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
      readonly object: T
      readonly version: string
    }
  | { readonly type: 'BOOKMARK'; readonly version: string }
  | { readonly type: 'ERROR'; readonly error: KubeError }

/** No object of ours comes near: the API server refuses requests above 3 MiB. */
const longestLine = 16 * 1024 * 1024

export async function* eventsOf<T extends KubernetesObject>(
  chunks: AsyncIterable<Uint8Array>,
  onBytes: () => void,
): AsyncIterable<WatchEvent<T>> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  // Pieces of the line that is not complete yet: a long one is joined once.
  let pieces: string[] = []
  let length = 0
  for await (const chunk of chunks) {
    onBytes()
    const text = decode(decoder, chunk)
    let from = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      pieces.push(text.slice(from, end))
      const line = pieces.join('')
      pieces = []
      length = 0
      from = end + 1
      if (line !== '') yield parse<T>(line)
    }
    pieces.push(text.slice(from))
    length += text.length - from
    if (length > longestLine) throw new Garbled(`a line of more than ${longestLine} characters`)
  }
  if (length > 0) throw new Garbled('the last line is cut off')
}

function decode(decoder: InstanceType<typeof TextDecoder>, chunk: Uint8Array): string {
  try {
    return decoder.decode(chunk, { stream: true })
  } catch (cause) {
    throw new Garbled('bytes that are not UTF-8', { cause })
  }
}

interface RawEvent<T> {
  readonly type?: unknown
  readonly object?: T & { readonly code?: number }
}

function parse<T extends KubernetesObject>(line: string): WatchEvent<T> {
  const { type, object } = rawEvent<T>(line)
  if (type === 'ERROR') {
    return { type, error: errorOf(object?.code ?? 500, JSON.stringify(object ?? {})) }
  }
  const version = object?.metadata?.resourceVersion
  if (object === undefined || typeof version !== 'string') {
    throw new Garbled('an event without a version')
  }
  if (type === 'BOOKMARK') return { type, version }
  if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') {
    return { type, object, version }
  }
  throw new Garbled(`an event of unknown type ${String(type)}`)
}

function rawEvent<T>(line: string): RawEvent<T> {
  try {
    const parsed: unknown = JSON.parse(line)
    if (typeof parsed === 'object' && parsed !== null) return parsed
  } catch (cause) {
    throw new Garbled('a line that is not JSON', { cause })
  }
  throw new Garbled('a line that is no object')
}
