/** The table of what ARM can be asked, and finding a request's row in it. Literals compare without case. */
import type { Answer } from './answer.ts'
import type { Call } from './call.ts'

export interface Route {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'PATCH' | 'POST' | 'DELETE'
  /** With `{names}`, e.g. `/subscriptions/{subscription}/resourceGroups/{group}`. */
  readonly path: string
  /** ARM type for the request log, and where `action` is absent for the role check. */
  readonly type: string
  readonly operation: 'get' | 'list' | 'put' | 'patch' | 'delete' | 'post' | 'poll'
  /** What the caller's roles must allow; absent: by type and method; `none`: any authenticated caller may. */
  readonly action?: string
  readonly handle: (call: Call) => Answer
}

export interface Match {
  readonly route: Route
  readonly names: Readonly<Record<string, string>>
  /** What the role check is about: the resource itself, or what a list or an action is under. */
  readonly scope: string
}

interface Pattern {
  readonly route: Route
  readonly segments: readonly string[]
  /** Length of the scope's part. */
  readonly scoped: number
}

const isName = (segment: string): boolean => segment.startsWith('{')

export class Router {
  readonly #patterns = new Map<number, Pattern[]>()

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      const segments = route.path.split('/').slice(1)
      const scoped = segments.findLastIndex(isName) + 1
      const same = this.#patterns.get(segments.length) ?? []
      this.#patterns.set(segments.length, same)
      same.push({
        route,
        segments: segments.map((each) => (isName(each) ? each : each.toLowerCase())),
        scoped,
      })
    }
  }

  /** The row for the request; `methodNotAllowed` when the path has rows for other methods only. */
  find(method: string, segments: readonly string[]): Match | 'methodNotAllowed' | undefined {
    let known = false
    for (const { route, segments: pattern, scoped } of this.#patterns.get(segments.length) ?? []) {
      const fits = pattern.every(
        (each, index) => isName(each) || each === segments[index]?.toLowerCase(),
      )
      if (!fits) continue
      known = true
      if (route.method !== method) continue
      const names: Record<string, string> = {}
      for (const [index, each] of pattern.entries()) {
        if (isName(each)) names[each.slice(1, -1)] = segments[index] ?? ''
      }
      return { route, names, scope: `/${segments.slice(0, scoped).join('/')}` }
    }
    return known ? 'methodNotAllowed' : undefined
  }
}

/** The action that a role must allow for the row. */
export function actionOf({ action, type, method, path }: Route): string {
  if (action !== undefined) return action
  switch (method) {
    case 'GET':
    case 'HEAD':
      return `${type}/read`
    case 'PUT':
    case 'PATCH':
      return `${type}/write`
    case 'DELETE':
      return `${type}/delete`
    case 'POST':
      return `${type}/${path.slice(path.lastIndexOf('/') + 1)}/action`
  }
}
