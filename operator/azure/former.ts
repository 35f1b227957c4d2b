/**
 * A list as it was read last, for reading it again: a page whose text is the same is not decoded, an item
 * that is the same stays the same object. At rest a list costs its transfer and little more. Pure.
 */
import { decodePage, type Decoded } from './decode/table.ts'
import { itemsAt } from './listing.ts'
import type { Json } from './model.ts'
import type { ListedPage, Listing, ListScope } from './port.ts'
import { listed } from './routes.ts'

export interface PageOf<T> {
  readonly items: readonly T[]
  readonly skipped: number
  readonly nextLink: string | undefined
}

export class Former<T> {
  readonly #list: ListScope['list']
  readonly #before: Listing<T> | undefined

  constructor(list: ListScope['list'], before: Listing<T> | undefined) {
    this.#list = list
    this.#before = before
  }

  /** The page at this place, if it was asked for in the same way. */
  page(index: number, query: string): (PageOf<T> & { readonly digest: number }) | undefined {
    const { items = [], pages = [] } = this.#before ?? {}
    const page = pages[index]
    if (page === undefined || page.query !== query) return undefined
    const first = pages.slice(0, index).reduce((sum, one) => sum + one.items, 0)
    return { ...page, items: items.slice(first, first + page.items) }
  }

  decode(body: Json | undefined): Decoded<PageOf<T>> {
    const before = this.#before
    const known = (id: string): T | undefined =>
      before === undefined ? undefined : itemsAt(this.#list, before, id.toLowerCase())[0]
    // The list's name determines the type of its items; `T` is that type.
    return decodePage(listed[this.#list], body, known as () => never) as Decoded<PageOf<T>>
  }

  /** The items of the last reading, where every page is the same. */
  same(pages: readonly ListedPage[]): readonly T[] | undefined {
    const { items, pages: were } = this.#before ?? {}
    const all =
      were?.length === pages.length &&
      pages.every(({ query, digest }, at) => {
        const was = were[at]
        return was?.query === query && was.digest === digest && digest !== -1
      })
    return all ? items : undefined
  }
}
