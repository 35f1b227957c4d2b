/** A complete list, page by page. Never answers with a part. */
import type { Transport } from './call.ts'
import type { KubernetesObject } from './port.ts'
import { collectionPath, type Resource } from './resource.ts'
import type { Scope } from './store.ts'
import { Garbled } from './trouble.ts'

export interface ListGiven {
  readonly transport: Transport
  readonly resource: Resource
  readonly scope: Scope
  readonly labelSelector?: string | undefined
  readonly pageSize: number
  readonly signal: AbortSignal
  readonly onPage: () => void
}

interface Page<T> {
  readonly items?: readonly T[]
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string }
}

/** ms for one page. */
const pageDeadlineMs = 30_000

/** Throws `KubeError` (410: the pages took too long, begin anew) or `Garbled`. */
export async function listAll<T extends KubernetesObject>(
  given: ListGiven,
): Promise<{ readonly items: readonly T[]; readonly version: string }> {
  const { transport, resource, scope, labelSelector, pageSize, signal } = given
  const { apiVersion, kind } = resource
  const items: T[] = []
  let token: string | undefined
  for (;;) {
    const page = await transport.json<Page<T>>({
      path: collectionPath(resource, scope),
      query: { limit: pageSize, continue: token, labelSelector },
      signal,
      deadlineMs: pageDeadlineMs,
    })
    const version = page.metadata?.resourceVersion
    if (!Array.isArray(page.items) || typeof version !== 'string') {
      throw new Garbled('a list without items or version')
    }
    given.onPage()
    // Items of built-in lists don't say what they are.
    for (const item of page.items as readonly T[]) items.push({ ...item, apiVersion, kind })
    token = page.metadata?.continue
    if (!token) return { items, version }
  }
}
