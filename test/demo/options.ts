/** What the command line asks of the demo. Decides nothing else; reads no environment. */
import { parseArgs } from 'node:util'

export const usage = `usage: npm run demo [-- options]

  --once            end when all is where it should be (exit code 0), or after the deadline (1)
  --deadline N      with --once: how many seconds that may take once everything runs; default 300
  --directory DIR   leave kubeconfig, ca.crt, env and operator.log there, for a second terminal
  --help            this text
`

export interface Options {
  readonly once: boolean
  readonly deadlineSeconds: number
  readonly directory: string | undefined
}

export type Wish =
  { readonly options: Options } | { readonly help: true } | { readonly mistake: string }

export function parseOptions(args: readonly string[]): Wish {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        once: { type: 'boolean', default: false },
        deadline: { type: 'string', default: '300' },
        directory: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) return { help: true }
    const deadlineSeconds = Number(values.deadline)
    if (!(deadlineSeconds > 0)) {
      return { mistake: `--deadline ${values.deadline}: a number of seconds above 0 is needed` }
    }
    return { options: { once: values.once, deadlineSeconds, directory: values.directory } }
  } catch (error) {
    return { mistake: (error as Error).message }
  }
}
