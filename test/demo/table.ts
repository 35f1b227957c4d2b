/**
 * The table that everything is watched with: asked for anew after every change, one command at a time.
 * Decides nothing about what it shows.
 */
import type { Kubectl } from './kubectl.ts'
import type { Objects } from './objects.ts'
import type { Screen } from './screen.ts'

const everything = ['get', 'pgpe,epcd', '-A']

/** As one would type it. */
export const typed = (args: readonly string[]): string =>
  ['kubectl', ...args.map((arg) => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg}'`))].join(' ')

export class Table {
  readonly #kubectl: Kubectl
  readonly #screen: Screen
  #running: Promise<void> | undefined
  #isStale = false

  constructor(kubectl: Kubectl, objects: Objects, screen: Screen) {
    this.#kubectl = kubectl
    this.#screen = screen
    objects.onChange(() => {
      this.#isStale = true
      this.#running ??= this.#draw()
    })
  }

  /** Resolves once what has changed so far is on the screen. */
  async current(): Promise<void> {
    await this.#running
  }

  async #draw(): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false
      // It cannot run any more when the demo ends.
      const ended = await this.#kubectl.run(everything).catch(() => undefined)
      if (ended?.code === 0 && ended.stdout !== '') {
        this.#screen.table(typed(everything), ended.stdout)
      }
    }
    this.#running = undefined
  }
}
