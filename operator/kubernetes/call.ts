/** One request to the API server, and who sends it. Decides nothing. */

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Starts with a slash; its segments are encoded. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  /** Sent as JSON. */
  readonly body?: unknown
  /** Default: application/json. */
  readonly contentType?: string
  readonly signal?: AbortSignal
  /** ms for the whole call, repetitions included; default 15 s. Does not end a stream. */
  readonly deadlineMs?: number
}

export interface Transport {
  /** The answer's JSON. */
  json<T>(call: Call): Promise<T>
  /** The answer's bytes as they come. Ends with the answer; the signal ends it before. */
  stream(call: Call): Promise<AsyncIterable<Uint8Array>>
  /** Later calls get new connections; calls under way keep theirs. */
  recycle(): void
  /** Breaks everything off. */
  close(): Promise<void>
}

export function urlOf(server: string, { path, query = {} }: Call): URL {
  const url = new URL(server.replace(/\/+$/, '') + path)
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value))
  }
  return url
}
