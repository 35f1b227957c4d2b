/** What the command line asks of the bench. Decides nothing else; reads no environment. */
import { parseArgs } from 'node:util'
import { type PartName, partNames } from './parts.ts'

export const usage = `usage: npm run bench [-- options]

  --only PART,…     measure these parts alone: ${partNames.join(', ')}
  --n N,…           how many endpoints; default: what each part suits
  --seconds N       how long rest is looked at; default 300
  --json FILE       write the figures there as JSON
  --profile DIR     leave processor profiles of the operator there, for Chrome's developer tools
  --details         say what was asked of Azure and written to Kubernetes, by kind
  --page            write docs/benchmarks.md and its plots anew; done in any case when all is measured
  --help            this text
`

export interface Options {
  readonly only: readonly PartName[]
  /** Undefined: each part's own sizes. */
  readonly n: readonly number[] | undefined
  readonly seconds: number
  readonly json: string | undefined
  readonly profile: string | undefined
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
        n: { type: 'string' },
        seconds: { type: 'string', default: '300' },
        json: { type: 'string' },
        profile: { type: 'string' },
        details: { type: 'boolean', default: false },
        page: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) return { help: true }
    const n = values.n?.split(',').map(Number)
    if (n?.every((each) => Number.isInteger(each) && each >= 0 && each <= 20_000) === false) {
      return { mistake: `--n ${values.n}: whole numbers from 0 to 20000 are needed` }
    }
    const seconds = Number(values.seconds)
    if (!(seconds > 0))
      return { mistake: `--seconds ${values.seconds}: a number above 0 is needed` }
    const wanted = values.only.split(',')
    const unknown = wanted.find((each) => !partNames.some((name) => name === each))
    if (unknown !== undefined) return { mistake: `--only ${unknown}: there is no such part` }
    const only = partNames.filter((name) => wanted.includes(name))
    const { json, profile, details } = values
    const page = values.page || (only.length === partNames.length && n === undefined)
    return { options: { only, n, seconds, json, profile, details, page } }
  } catch (error) {
    return { mistake: (error as Error).message }
  }
}
