/**
 * The operator as the image runs it: the bundle, with the flags of the Dockerfile's entry point, as a
 * process of its own. Known by its log, its health pages and what the system says of the process.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { request } from 'undici'
import { root } from '../demo/root.ts'
import { cpuSeconds, memoryOf, type Memory } from './processes.ts'
import { Program } from './program.ts'

/** Flags of Node.js and the file, as the image has them. */
export function entryPoint(): readonly string[] {
  const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8')
  const words = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile)?.[1]
  if (words === undefined) throw new Error('the Dockerfile has no entry point')
  return (JSON.parse(words) as readonly string[]).slice(1)
}

/** Variables that the image sets. */
function imageVariables(): Readonly<Record<string, string>> {
  const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8')
  const words = [...dockerfile.matchAll(/^ENV (.+)$/gm)].flatMap(([, line = '']) => line.split(' '))
  return Object.fromEntries(words.map((word) => word.split('=') as [string, string]))
}

export interface OperatorSettings {
  readonly env: Readonly<Record<string, string>>
  readonly kubeconfig: string
  readonly args: readonly string[]
  readonly logFile: string
  /** A directory that gets what the processor did, a file for each process. */
  readonly profiles?: string | undefined
}

export class Operator {
  readonly program: Program
  readonly #port: Promise<number>

  private constructor(program: Program) {
    this.program = program
    this.#port = program
      .line((line) => line.includes('"msg":"serving"'))
      .then((line) => (JSON.parse(line) as { readonly healthPort: number }).healthPort)
    this.#port.catch(() => undefined)
  }

  static launch({ env, kubeconfig, args, logFile, profiles }: OperatorSettings): Operator {
    const { PATH, HOME, TMPDIR } = process.env
    const profiled = profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`]
    return new Operator(
      new Program({
        name: 'the operator',
        argv: [...profiled, ...entryPoint(), '--health-port', '0', ...args],
        env: { PATH, HOME, TMPDIR, ...imageVariables(), ...env, KUBECONFIG: kubeconfig },
        logFile,
      }),
    )
  }

  /** Resolves once it leads. */
  static async start(settings: OperatorSettings): Promise<Operator> {
    const operator = Operator.launch(settings)
    await operator.program.line((line) => line.includes('"msg":"ready"'))
    return operator
  }

  get cpuSeconds(): number {
    return cpuSeconds(this.program.pid)
  }

  get memory(): Memory {
    return memoryOf(this.program.pid)
  }

  /** The sum of a counter's rows, of those that fit. */
  async counter(name: string, fits: (labels: string) => boolean = () => true): Promise<number> {
    const answer = await request(`http://127.0.0.1:${await this.#port}/metrics`)
    const rows = (await answer.body.text()).matchAll(new RegExp(`^${name}({.*})? (.*)$`, 'gm'))
    let sum = 0
    for (const [, labels = '', value] of rows) if (fits(labels)) sum += Number(value)
    return sum
  }

  stop(): Promise<void> {
    return this.program.stop()
  }
}
