/**
 * What `kubectl get --watch` shows of both kinds, kept up to date. Must never ask by itself: conditions
 * are looked at when something changed.
 */
import type { Condition } from '../../operator/api/kubernetes.ts'
import type { Item, Kubectl } from './kubectl.ts'
import { pause } from './waiting.ts'

export type Kind = 'pgpe' | 'epcd'

/** kubectl's watch ends when the API server ends it, by and by; then comes the next. */
const restartMs = 500

export class Objects {
  readonly #items: Record<Kind, Map<string, Item>> = { pgpe: new Map(), epcd: new Map() }
  readonly #listeners = new Set<() => void>()

  /** Watches until the signal; resolves then. */
  async follow(kubectl: Kubectl, signal: AbortSignal): Promise<void> {
    await Promise.all([
      this.#followKind('pgpe', kubectl, signal),
      this.#followKind('epcd', kubectl, signal),
    ])
  }

  async #followKind(kind: Kind, kubectl: Kubectl, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const items = new Map<string, Item>()
      this.#items[kind] = items
      const each = (type: string, item: Item): void => {
        const key = `${item.metadata.namespace}/${item.metadata.name}`
        if (type === 'DELETED') items.delete(key)
        else items.set(key, item)
        for (const listener of this.#listeners) listener()
      }
      await kubectl.watch(kind, each, signal)
      await pause(restartMs, signal)
    }
  }

  /** @param key namespace/name */
  get(kind: Kind, key: string): Item | undefined {
    return this.#items[kind].get(key)
  }

  all(kind: Kind): readonly Item[] {
    return [...this.#items[kind].values()]
  }

  /** Calls back after each change; answers with how to stop that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}

export const condition = (item: Item | undefined, type: string): Condition | undefined =>
  item?.status?.conditions?.find((one) => one.type === type)

/** An object's state in words, for whoever waits for another one. */
export function inWords(kind: Kind, key: string, item: Item | undefined): string {
  const name = `${kind} ${key}`
  if (item === undefined) return `${name} is not there`
  const ready = condition(item, 'Ready')
  const going = item.metadata.deletionTimestamp === undefined ? '' : ' and is being deleted'
  if (ready === undefined) return `${name} has no condition Ready yet${going}`
  return `${name} is Ready=${ready.status}, reason ${ready.reason}${going}: ${ready.message}`
}
