/** A tree of nodes as lines of cells: drawn branches, states in their tones. Pure. */
import { type Cell, shown, type Tone, toneOf } from './paint.ts'
import type { Node } from './tree.ts'

const addressLike = /^[\d.:a-f]+(, [\d.:a-f]+)*$/

function stateTone({ is, state = '', note, ready }: Node): Tone {
  if (ready !== undefined) return ready ? 'good' : toneOf(state)
  if (is === 'record' || is === 'interface') {
    return addressLike.test(state) && note === undefined ? 'good' : 'waiting'
  }
  return toneOf(state)
}

/** A row of cells for each node, drawn as a tree. */
export function drawn(node: Node, own = '', below = ''): readonly (readonly Cell[])[] {
  const { is, name, state = '', note = '', children = [] } = node
  const row = [
    { text: `${own}${is} ${shown(name)}`.trimEnd() },
    { text: shown(state, 128), tone: stateTone(node) },
    { text: shown(note), tone: 'faint' as const },
  ]
  const rest = children.flatMap((child, at) =>
    at === children.length - 1
      ? drawn(child, `${below}└─ `, `${below}   `)
      : drawn(child, `${below}├─ `, `${below}│  `),
  )
  return [row, ...rest]
}
