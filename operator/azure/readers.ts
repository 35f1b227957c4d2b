/** The readers of one kind: one for each object that looks at Azure, for as long as it is there. */
import type { Azure, IdentityRef, Reader, Watched } from './port.ts'

export class Readers {
  readonly #azure: Azure
  readonly #wake: (key: string, waited: boolean) => void
  readonly #readers = new Map<string, Reader>()

  /** @param wake absent: nobody is told of anything */
  constructor(azure: Azure, wake?: (key: string, waited: boolean) => void) {
    this.#azure = azure
    this.#wake = wake ?? (() => undefined)
    this.#watches = wake !== undefined
  }

  readonly #watches: boolean

  /** Azure for one visit of this object. */
  watch(key: string, identity: IdentityRef): Watched {
    if (!this.#watches || this.#azure.watch === undefined) {
      return { view: this.#azure.as(identity), pace: () => 'look' }
    }
    const known = this.#readers.get(key)
    const reader = known ?? { news: (waited: boolean) => this.#wake(key, waited) }
    if (known === undefined) this.#readers.set(key, reader)
    return this.#azure.watch(identity, reader)
  }

  /** The object is gone, or looks at nothing. */
  forget(key: string): void {
    const reader = this.#readers.get(key)
    if (reader === undefined) return
    this.#readers.delete(key)
    this.#azure.unwatch?.(reader)
  }
}
