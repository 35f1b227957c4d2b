/**
 * The lists of one identity, each read once for all who ask, and again when somebody is to learn of what
 * is new. Says how old an answer is; what it proves is for view.ts to judge.
 */
import type { Clock } from './client.ts'
import type { Look } from './look.ts'
import type { Cadence } from './cadence.ts'
import { News } from './news.ts'
import type { Listed, Listing, ListScope } from './port.ts'
import { readList, type Reader } from './read.ts'
import type { Shelf, Stamped } from './shelf.ts'
import { listKey, type Traces } from './traces.ts'

export interface ListsParts {
  readonly reader: Reader
  readonly clock: Clock
  readonly shelf: Shelf
  readonly traces: Traces
  /** Absent, or a clock without a timer: nothing is read unasked, and nobody is told of anything. */
  readonly cadence?: Cadence
}

export class Lists {
  readonly #parts: ListsParts
  /** Absent: nobody is told of anything. */
  readonly news: News | undefined

  constructor(parts: ListsParts) {
    this.#parts = parts
    const { clock, cadence } = parts
    const timer = clock.timer?.bind(clock)
    this.news =
      timer === undefined || cadence === undefined
        ? undefined
        : new News({
            clock: { now: () => clock.now(), monotonicMs: () => clock.monotonicMs(), timer },
            cadence,
            kept: (scope) => parts.shelf.kept(listKey(scope)),
            read: (scope, maxAgeMs, then) => void this.read(scope, maxAgeMs).finally(then),
          })
  }

  /**
   * @param look of the visit that asks; absent: nobody is to be told of changes
   * @param about keys of the items that matter to it; absent: all
   */
  async of<S extends ListScope>(
    scope: S,
    maxAgeMs: number,
    look?: Look,
    about: readonly string[] = [''],
  ): Promise<Stamped<Listing<Listed[S['list']]>>> {
    if (look === undefined || maxAgeMs <= 0 || !isShared(scope)) {
      if (!isShared(scope) && scope.list !== 'privateLinkResources') look?.beyond()
      return this.read(scope, maxAgeMs)
    }
    const stamped = await this.read(scope, look.want(scope, about, maxAgeMs))
    if (stamped.seen.is === 'unreadable') look.failed(scope)
    return stamped
  }

  read<S extends ListScope>(
    scope: S,
    maxAgeMs: number,
  ): Promise<Stamped<Listing<Listed[S['list']]>>> {
    const { clock, shelf, traces, reader } = this.#parts
    const changedAt = traces.listChangedAt(scope)
    // Strictly later than our own write.
    const least = changedAt === undefined ? -Infinity : changedAt + 0.001
    const oldest = Math.max(clock.monotonicMs() - maxAgeMs, least)
    const key = listKey(scope)
    return shelf.read(
      key,
      oldest,
      maxAgeMs > 0,
      () => readList(reader, scope, shelf.kept<Listing<Listed[S['list']]>>(key)),
      ({ seen, begunAt }) => this.news?.arrived(scope, seen, begunAt),
    )
  }
}

/** Lists of one endpoint or one server would be read for each: they are looked at by visits alone. */
const isShared = ({ list }: ListScope): boolean =>
  list !== 'zoneGroups' && list !== 'privateLinkResources'
