/** The request log: what was asked, counted. It decides nothing. */

export interface RequestRow {
  readonly method: string
  /** ARM type (`Microsoft.Network/privateEndpoints`), `token`, `discovery`, `metadata`, or `unknown`. */
  readonly type: string
  /** `get`, `list`, `put`, `patch`, `delete`, `post`, or `poll` for a long-running operation's URLs. */
  readonly operation: string
  /** HTTP status; 0 when the connection broke without an answer. */
  readonly status: number
  readonly count: number
}

export class RequestLog {
  readonly #counts = new Map<string, { readonly row: Omit<RequestRow, 'count'>; count: number }>()

  add(method: string, type: string, operation: string, status: number): void {
    const key = `${method} ${type} ${operation} ${status}`
    const known = this.#counts.get(key)
    if (known === undefined)
      this.#counts.set(key, { row: { method, type, operation, status }, count: 1 })
    else known.count += 1
  }

  rows(): readonly RequestRow[] {
    return [...this.#counts.values()].map(({ row, count }) => ({ ...row, count }))
  }

  clear(): void {
    this.#counts.clear()
  }
}
