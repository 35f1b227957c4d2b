/**
 * What the scenes are made of: commands that are shown and run, and waits that say what for. Each wait
 * keeps the table on the screen up to date.
 */
import type { Answer } from './arm.ts'
import type { Item } from './kubectl.ts'
import { condition, inWords, type Kind } from './objects.ts'
import type { Stage } from './stage.ts'
import { typed } from './table.ts'
import { untilAnswered, untilChanged } from './waiting.ts'

/** How often Azure is asked, while the demo waits for something there. */
const askAzureMs = 500

/** Shows and runs a command that has to succeed. */
export async function kubectl(stage: Stage, ...args: readonly string[]): Promise<string> {
  const { code, output, stdout } = await stage.kubectl.run(args)
  stage.screen.command(typed(args), output)
  if (code !== 0) throw new Error(`this command failed: ${typed(args)}`)
  return stdout
}

/** Shows and runs a command that has to be refused; answers with what it printed. */
export async function refused(stage: Stage, ...args: readonly string[]): Promise<string> {
  const { code, output } = await stage.kubectl.run(args)
  stage.screen.command(typed(args), output)
  if (code === 0) throw new Error(`this command was to be refused: ${typed(args)}`)
  return output
}

/** A sentence about an object, and whether it is true. Undefined: the object is not there. */
export interface Claim {
  readonly kind: Kind
  /** namespace/name */
  readonly key: string
  /** Completes "until <kind> <key> …". */
  readonly is: string
  readonly holds: (item: Item | undefined) => boolean
}

export const isReady = (item: Item | undefined): boolean =>
  condition(item, 'Ready')?.status === 'True' &&
  item?.metadata.deletionTimestamp === undefined &&
  condition(item, 'Reconciling') === undefined

/** Waits until the claim is true; answers with the object, if there is one. */
export async function until(stage: Stage, claim: Claim): Promise<Item | undefined> {
  const { kind, key } = claim
  const sentence = `${kind} ${key} ${claim.is}`
  const wait = {
    until: sentence,
    found: () => inWords(kind, key, stage.objects.get(kind, key)),
    signal: stage.signal,
  }
  const look = (): { readonly item: Item | undefined } | undefined => {
    const item = stage.objects.get(kind, key)
    return claim.holds(item) ? { item } : undefined
  }
  stage.screen.waiting(`until ${sentence}`)
  const { item } = await untilChanged(wait, look, (listener) => stage.objects.onChange(listener))
  await stage.table.current()
  stage.screen.waiting('')
  return item
}

/** Waits until one of the kind's objects is as wanted. */
export async function untilSome(
  stage: Stage,
  kind: Kind,
  is: string,
  holds: (item: Item) => boolean,
): Promise<Item> {
  const wait = {
    until: `there is ${is}`,
    found: () => {
      const all = stage.objects.all(kind).map((item) => item.metadata.name)
      return `there are: ${all.join(', ') || 'none'}`
    },
    signal: stage.signal,
  }
  const look = (): Item | undefined => stage.objects.all(kind).find(holds)
  stage.screen.waiting(`until there is ${is}`)
  const item = await untilChanged(wait, look, (listener) => stage.objects.onChange(listener))
  await stage.table.current()
  stage.screen.waiting('')
  return item
}

/** Waits until Azure's own answer about a resource is as wanted. */
export async function untilAzure(
  stage: Stage,
  id: string,
  is: string,
  holds: (answer: Answer) => boolean,
): Promise<Answer> {
  let last: Answer | undefined
  const wait = {
    until: `Azure says that ${id} ${is}`,
    found: () => `its last answer was ${last?.status} ${JSON.stringify(last?.body ?? null)}`,
    signal: stage.signal,
  }
  const look = async (): Promise<Answer | undefined> => {
    last = await stage.people.owner.send('GET', id)
    return holds(last) ? last : undefined
  }
  stage.screen.waiting(`until Azure says that ${id.split('/').slice(-2).join('/')} ${is}`)
  const answer = await untilAnswered(wait, look, askAzureMs)
  stage.screen.waiting('')
  return answer
}
