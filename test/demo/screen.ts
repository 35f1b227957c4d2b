/**
 * What a person sees. On a terminal the table below the last heading is drawn over and over in place;
 * anywhere else each change of it is appended. Must never decide what is shown, nor when.
 */

/** Where it is written; `process.stdout` is one. */
export interface Paper {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
  write(text: string): unknown
}

/** The AGE column, which is last: a table in which only ages differ shows nothing new. */
const withoutAges = (table: string): string => table.trimEnd().replaceAll(/ +\S+$/gm, '')

export class Screen {
  readonly #paper: Paper
  readonly #colour: boolean
  /** Lines of the block at the bottom that is drawn anew; always empty where nothing can be. */
  #drawn = 0
  #title = ''
  #table = ''
  #waiting = ''

  constructor(paper: Paper, colour: boolean) {
    this.#paper = paper
    this.#colour = colour
  }

  get isLive(): boolean {
    return this.#paper.isTTY === true
  }

  heading(text: string): void {
    this.line()
    this.line(this.#bold(text))
  }

  line(text = ''): void {
    this.#erase()
    this.#paper.write(`${text}\n`)
    this.#draw()
  }

  /** A command as one would type it, and what it printed. */
  command(typed: string, output: string): void {
    const printed = output.trimEnd()
    const lines = printed === '' ? [] : printed.split('\n').map((line) => `    ${line}`)
    this.line()
    this.line([`    $ ${this.#bold(typed)}`, ...lines].join('\n'))
  }

  /** The newest output of the command that everything is watched with. */
  table(typed: string, output: string): void {
    const news = withoutAges(output) !== withoutAges(this.#table)
    this.#title = typed
    this.#table = output.trimEnd()
    if (this.isLive) {
      this.#erase()
      this.#draw()
    } else if (news) this.command(typed, output)
  }

  /** What the demo waits for right now; empty: nothing. */
  waiting(what: string): void {
    this.#waiting = what
    if (!this.isLive) return
    this.#erase()
    this.#draw()
  }

  /** Lets the block at the bottom stand as it is, in full; the next one is drawn below it. */
  settle(): void {
    this.#waiting = ''
    this.#erase()
    this.#draw(Infinity)
    this.#drawn = 0
    this.#title = ''
    if (this.isLive) this.#table = ''
  }

  #erase(): void {
    if (this.#drawn > 0) this.#paper.write(`\x1b[${this.#drawn}A\x1b[J`)
    this.#drawn = 0
  }

  /** @param room rows of the terminal that it may take: what has scrolled away cannot be drawn over */
  #draw(room = (this.#paper.rows ?? 24) - 2): void {
    if (!this.isLive) return
    const width = this.#paper.columns ?? 80
    const lines: string[] = []
    if (this.#title !== '') {
      lines.push('', `    $ ${this.#title}`)
      lines.push(...this.#table.split('\n').map((line) => `    ${line}`))
    }
    if (this.#waiting !== '') lines.push('', `    … ${this.#waiting}`)
    for (const line of lines) {
      const rows = Math.max(1, Math.ceil(line.length / width))
      if (this.#drawn + rows > room) break
      this.#paper.write(`${line}\n`)
      this.#drawn += rows
    }
  }

  #bold(text: string): string {
    return this.#colour ? `\x1b[1m${text}\x1b[0m` : text
  }
}
