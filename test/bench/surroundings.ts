/** On what the figures were measured: hardware, versions, date. */
import { readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { packages } from '../control-plane/packages.ts'
import { root } from '../demo/root.ts'
import { entryPoint } from './operator.ts'

export interface Surroundings {
  readonly date: string
  readonly hardware: string
  /** How many processes wanted a processor, on the average of the last minute. */
  readonly load: number
  readonly system: string
  readonly versions: Readonly<Record<string, string>>
  /** What the operator's process is, as the image starts it. */
  readonly operator: string
}

const own = (): string =>
  (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string })
    .version

export function surroundings(): Surroundings {
  const [first] = cpus()
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`
  const others = packages.map(({ name, version }) => [name, version] as const)
  return {
    date: new Date().toISOString().slice(0, 10),
    hardware: `${cpus().length} × ${first?.model ?? 'unknown'}, ${memory}`,
    load: Math.round(loadavg()[0] ?? 0),
    system: `${type()} ${release()}`,
    versions: {
      'pgpe-operator': own(),
      'Node.js': process.version,
      ...Object.fromEntries(others.filter(([name]) => name !== 'helm')),
    },
    operator: ['node', ...entryPoint()].join(' '),
  }
}
