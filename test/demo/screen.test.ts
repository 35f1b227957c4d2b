/** What stands on a terminal, or in a file, after the demo has drawn. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Screen, type Paper } from './screen.ts'

const screen = suite('demo screen')

/** A terminal: what is visible after cursor movements and erasures. Lines longer than it wrap. */
class Terminal implements Paper {
  readonly isTTY = true
  readonly columns: number
  readonly rows: number
  readonly #lines: string[] = []

  constructor(columns: number, rows: number) {
    this.columns = columns
    this.rows = rows
  }

  write(text: string): void {
    for (const [part] of text.matchAll(/\x1b\[\d*[AJ]|[^\x1b\n]*\n/g)) {
      const up = /\[(\d+)A/.exec(part)
      if (up) this.#lines.length -= Number(up[1])
      else if (!part.endsWith('J')) this.#add(part.slice(0, -1))
    }
  }

  #add(line: string): void {
    for (let at = 0; at === 0 || at < line.length; at += this.columns) {
      this.#lines.push(line.slice(at, at + this.columns))
    }
  }

  get shown(): readonly string[] {
    return this.#lines
  }
}

class File implements Paper {
  text = ''
  write(text: string): void {
    this.text += text
  }
}

screen(
  'draws the table of a terminal over and over in place, below what was said meanwhile',
  () => {
    const terminal = new Terminal(40, 24)
    const drawn = new Screen(terminal, false)
    drawn.line('before')
    drawn.table('get', 'NAME READY AGE\none False 1s\n')
    drawn.line('meanwhile')
    drawn.waiting('until one is Ready')
    drawn.table('get', 'NAME READY AGE\none True 2s\n')
    drawn.settle()
    drawn.line('after')
    assert.equal(terminal.shown, [
      ...['before', 'meanwhile', '', '    $ get', '    NAME READY AGE', '    one True 2s', 'after'],
    ])
  },
)

screen(
  'draws lines that wrap, and tables that are higher than the terminal, in place as well',
  () => {
    const terminal = new Terminal(20, 8)
    const drawn = new Screen(terminal, false)
    const table = Array.from({ length: 12 }, (_, row) => `row ${row} ${'x'.repeat(20)}`)
    drawn.line('before')
    for (const last of ['a', 'b', 'c']) drawn.table('get', [...table, last].join('\n'))
    assert.ok(terminal.shown.length <= 8)
    drawn.settle()
    assert.is(terminal.shown[0], 'before')
    assert.is(terminal.shown.at(-1), '    c')
    assert.is(terminal.shown.filter((line) => line.includes('row 3 ')).length, 1)
  },
)

screen('appends a table to a file when more than an age is new', () => {
  const file = new File()
  const drawn = new Screen(file, false)
  drawn.table('get', 'NAME READY AGE\none False 1s\n')
  drawn.table('get', 'NAME READY AGE\none False 2s\n')
  drawn.table('get', 'NAME READY AGE\none True 3s\n')
  drawn.settle()
  assert.is(file.text.split('$ get').length - 1, 2)
  assert.match(file.text, 'one True 3s')
  assert.not.match(file.text, '\x1b')
})

screen.run()
