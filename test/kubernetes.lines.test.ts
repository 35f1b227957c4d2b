/** A watch's bytes: whole lines in whatever pieces they come, and every broken one noticed. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { eventsOf } from '../operator/kubernetes/lines.ts'
import { Garbled } from '../operator/kubernetes/trouble.ts'
import { dice, seeds } from './kit/virtual-time.ts'

const test = suite('lines of a watch')

async function* bytes(chunks: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* chunks
}

async function read(...texts: readonly string[]): Promise<readonly string[]> {
  const said: string[] = []
  const chunks = texts.map((text) => Buffer.from(text, 'latin1'))
  for await (const event of eventsOf(bytes(chunks), () => undefined)) {
    said.push(
      event.type === 'ERROR' ? `ERROR ${event.error.code}` : `${event.type} ${event.version}`,
    )
  }
  return said
}

const line = (type: string, version: string, name = 'x'): string =>
  `${JSON.stringify({ type, object: { metadata: { name, resourceVersion: version } } })}\n`

async function garbled(...texts: readonly string[]): Promise<void> {
  const error = await read(...texts).catch((thrown: unknown) => thrown)
  assert.instance(error, Garbled, String(error))
}

test('several events in one piece, and one event in several', async () => {
  const [one, two] = [line('ADDED', '1'), line('DELETED', '2')]
  assert.equal(await read(one + two), ['ADDED 1', 'DELETED 2'])
  assert.equal(await read(one.slice(0, 7), one.slice(7) + two.slice(0, 3), two.slice(3)), [
    'ADDED 1',
    'DELETED 2',
  ])
})

test('letters of several bytes may be cut anywhere', async () => {
  const text = Buffer.from(line('ADDED', '1', 'Zürich 🐘 東京'))
  for (const seed of seeds(50)) {
    const random = dice(seed)
    const chunks: Uint8Array[] = []
    for (let from = 0; from < text.length;) {
      const to = from + 1 + Math.floor(random() * 5)
      chunks.push(text.subarray(from, to))
      from = to
    }
    const names: string[] = []
    for await (const event of eventsOf(bytes(chunks), () => undefined)) {
      if ('object' in event) names.push(event.object.metadata.name)
    }
    assert.equal(names, ['Zürich 🐘 東京'], `seed ${seed}`)
  }
})

test('bookmarks and errors are events too', async () => {
  const gone = `${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410 } })}\n`
  assert.equal(await read(line('BOOKMARK', '7'), gone), ['BOOKMARK 7', 'ERROR 410'])
})

test('empty lines mean nothing', async () => {
  assert.equal(await read(`\n\n${line('ADDED', '1')}\n`), ['ADDED 1'])
})

for (const [what, text] of Object.entries({
  'a last line without its end': line('ADDED', '1').trimEnd(),
  'half a line': '{"type":"ADDED","object":{',
  'a line that is no JSON': '<html>\n',
  'a line that is no object': '7\n',
  null: 'null\n',
  'an event without an object': '{"type":"ADDED"}\n',
  'an object without a version': '{"type":"ADDED","object":{"metadata":{}}}\n',
  'an unknown type': '{"type":"RENAMED","object":{"metadata":{"resourceVersion":"1"}}}\n',
  'bytes that are no UTF-8': '{"type":"\xff"}\n',
})) {
  test(`${what} is garbled`, () => garbled(text))
}

test('what came whole before the broken line was heard', async () => {
  const said: string[] = []
  const chunks = [Buffer.from(line('ADDED', '1') + '{"ty')]
  try {
    for await (const event of eventsOf(bytes(chunks), () => undefined)) said.push(event.type)
    assert.unreachable()
  } catch (error) {
    assert.instance(error, Garbled)
  }
  assert.equal(said, ['ADDED'])
})

test.run()
