/**
 * The operator with its binding broken on purpose, to show that a test notices. A mutant is the source as
 * it is, loaded anew with a few texts replaced in memory; no file is changed.
 */
import { registerHooks } from 'node:module'

export interface Edit {
  /** From the project's root. */
  readonly file: string
  /** Must stand in the file exactly once, so that a mutant can't silently become harmless. */
  readonly text: string
  readonly instead: string
}

export interface Mutant {
  readonly name: string
  readonly edits: readonly Edit[]
}

const query = 'mutant'
const root = new URL('../../', import.meta.url).href

/**
 * Imports a module of ours as the mutant has it, and all that it imports.
 * @param path from the project's root
 */
export async function importMutant(path: string, mutant: Mutant): Promise<unknown> {
  const applied = new Set<Edit>()
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context)
      const whose = context.parentURL && new URL(context.parentURL).searchParams.get(query)
      if (!whose || !found.url.startsWith(root) || found.url.includes('/node_modules/'))
        return found
      const url = new URL(found.url)
      url.searchParams.set(query, whose)
      return { ...found, url: url.href }
    },
    load(url, context, next) {
      const found = next(url, context)
      const { href, searchParams } = new URL(url)
      if (searchParams.get(query) !== mutant.name || !found.source) return found
      const file = decodeURI(href.slice(root.length).split('?')[0] ?? '')
      let source = found.source.toString()
      for (const edit of mutant.edits.filter((one) => one.file === file)) {
        if (source.split(edit.text).length !== 2) {
          throw new Error(`${mutant.name}: not once in ${file}: ${edit.text}`)
        }
        source = source.replace(edit.text, () => edit.instead)
        applied.add(edit)
      }
      return { ...found, source }
    },
  })
  try {
    const url = new URL(path, root)
    url.searchParams.set(query, mutant.name)
    const module: unknown = await import(url.href)
    const missed = mutant.edits.filter((edit) => !applied.has(edit))
    if (missed.length > 0) throw new Error(`${mutant.name}: ${missed[0]?.file} is never loaded`)
    return module
  } finally {
    hooks.deregister()
  }
}
