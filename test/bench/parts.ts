/** What can be measured, as rows: `--only` names them. */
import { measureCreation } from './create.ts'
import type { Figure } from './figure.ts'
import { measureRest } from './rest.ts'
import { measureSingle } from './single.ts'
import type { PartSettings } from './stage.ts'
import { measureFailing, measureOutage } from './troubled.ts'

export interface Part {
  readonly name: string
  readonly about: string
  /** How many endpoints, where nobody says otherwise. */
  readonly sizes: readonly number[]
  readonly measure: (n: number, settings: PartSettings) => Promise<readonly Figure[]>
}

const rows = [
  {
    name: 'create',
    about: 'N endpoints with DNS made together, each on its own server and subnet',
    sizes: [10, 100, 1_000],
    measure: (n, settings) => {
      const size = { endpoints: n, servers: n, subnets: n }
      return measureCreation({ part: 'create', size, limits: 'arm' }, settings)
    },
  },
  {
    name: 'single',
    about: 'N endpoints with DNS, one after the other',
    sizes: [3],
    measure: measureSingle,
  },
  {
    name: 'subnet',
    about: 'N endpoints with DNS made together in one subnet, each on its own server',
    sizes: [100],
    measure: (n, settings) => {
      const size = { endpoints: n, servers: n, subnets: 1 }
      return measureCreation({ part: 'subnet', size, limits: 'arm' }, settings)
    },
  },
  {
    name: 'providers',
    about: "N endpoints with DNS made together, under the providers' windows as well",
    sizes: [1_000],
    measure: (n, settings) => {
      const size = { endpoints: n, servers: n, subnets: n }
      return measureCreation({ part: 'providers', size, limits: 'providers' }, settings)
    },
  },
  {
    name: 'rest',
    about: 'N endpoints at rest: a restart, memory, processor, requests of an hour',
    sizes: [0, 1_000, 10_000],
    measure: measureRest,
  },
  {
    name: 'failing',
    about:
      '50 endpoints made together, alone and beside N objects of a subscription that refuses all',
    sizes: [5_000],
    measure: measureFailing,
  },
  {
    name: 'outage',
    about: 'N endpoints at rest, while Azure breaks off every request, and in the minute after',
    sizes: [10_000],
    measure: measureOutage,
  },
] as const satisfies readonly Part[]

export const parts: readonly Part[] = rows
export type PartName = (typeof rows)[number]['name']
export const partNames = rows.map(({ name }): PartName => name)
