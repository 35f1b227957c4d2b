/** What the command line asks of the bench. Decides nothing else; reads no environment. */
import { parseArgs } from 'node:util'
import { type PartName, partNames } from './parts.ts'

export const usage = `usage: npm run bench [-- options]

  --only PART,…     measure these parts alone: ${partNames.join(', ')}
  --n N,…           how many endpoints, for the parts that ask; default 10,100,1000
  --json FILE       write the figures there as JSON
  --details         say what was asked of Azure and written to Kubernetes, by kind
  --page            write docs/benchmarks.md and its plots anew
  --help            this text
`

export interface Options {
  readonly only: readonly PartName[]
  readonly n: readonly number[]
  readonly json: string | undefined
  readonly details: boolean
  readonly page: boolean
}

export type Wish =
  { readonly options: Options } | { readonly help: true } | { readonly mistake: string }

export function parseOptions(args: readonly string[]): Wish {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        only: { type: 'string', default: partNames.join() },
        n: { type: 'string', default: '10,100,1000' },
        json: { type: 'string' },
        details: { type: 'boolean', default: false },
        page: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) return { help: true }
    const n = values.n.split(',').map(Number)
    if (!n.every((each) => Number.isInteger(each) && each > 0 && each <= 20_000)) {
      return { mistake: `--n ${values.n}: whole numbers from 1 to 20000 are needed` }
    }
    const wanted = values.only.split(',')
    const unknown = wanted.find((each) => !partNames.some((name) => name === each))
    if (unknown !== undefined) return { mistake: `--only ${unknown}: there is no such part` }
    const only = partNames.filter((name) => wanted.includes(name))
    return { options: { only, n, json: values.json, details: values.details, page: values.page } }
  } catch (error) {
    return { mistake: (error as Error).message }
  }
}
