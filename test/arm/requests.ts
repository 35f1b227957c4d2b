/** The request log: what was asked, counted. It decides nothing. */

export interface RequestRow {
  readonly method: string
  /** ARM type (`Microsoft.Network/privateEndpoints`), `token`, or another word for what is not ARM's. */
  readonly type: string
  /** `get`, `list`, `put`, `patch`, `delete`, `post`, or `poll` for a long-running operation's URLs. */
  readonly operation: string
  /** HTTP status; 0 when the connection broke without an answer. */
  readonly status: number
  readonly count: number
}
