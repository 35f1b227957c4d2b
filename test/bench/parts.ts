/** What can be measured, as rows: `--only` names them. */
import { measureCreation } from './create.ts'
import type { Figure } from './figure.ts'
import type { StageSettings } from './stage.ts'

type Settings = Omit<StageSettings, 'timeScale'>

export interface Part {
  readonly name: string
  readonly about: string
  /** Whether it is measured for each N. */
  readonly forEachN: boolean
  readonly measure: (n: number, settings: Settings) => Promise<readonly Figure[]>
}

const rows = [
  {
    name: 'create',
    about: 'N endpoints with DNS made together, each on its own server and subnet',
    forEachN: true,
    measure: (n, settings) =>
      measureCreation(
        { part: 'create', size: { endpoints: n, servers: n, subnets: n }, limits: 'arm' },
        settings,
      ),
  },
] as const satisfies readonly Part[]

export const parts: readonly Part[] = rows
export type PartName = (typeof rows)[number]['name']
export const partNames = rows.map(({ name }): PartName => name)
