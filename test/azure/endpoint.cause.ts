/** Causes of refusals: how each is set up and lifted through ARM, and what the object is to say meanwhile. */
import type { WrittenEndpointSpec } from '../../operator/api/private-endpoint.ts'
import type { Deed } from '../../operator/endpoint/deed.ts'
import type { furnish, World, WorldOptions } from './endpoint.world.ts'

export type Home = Awaited<ReturnType<typeof furnish>>

export interface Blocked {
  /** Beside server, subnet and group; DNS is `None` where nothing else is said. */
  readonly spec?: Partial<WrittenEndpointSpec>
  /** The object is made, and Ready, before it is blocked. */
  readonly afterwards?: (key: string) => Promise<void>
  /** What somebody does once Azure has accepted the endpoint. */
  readonly begun?: () => Promise<void>
  /** What somebody does between the operator's look and its write, until the code is said. */
  readonly meanwhile?: (deed: Deed) => Promise<void>
  /** Takes the blocker away, in Azure; or mends the spec, where that alone helps. */
  readonly lift: (key: string) => Promise<void> | void
}

export interface Cause {
  /** All of these are said, verbatim, in one message. */
  readonly codes: readonly string[]
  /** Of Ready. */
  readonly reason: string
  /** The spec alone can be mended: the object is edited. */
  readonly mendsSpec?: true
  readonly options?: WorldOptions
  readonly set: (world: World, home: Home) => Promise<Blocked>
  /** Ready in the end; default `True/Ready`. */
  readonly ends?: string
}

/** Properties of a subnet of the home's network. */
export const subnetOf = (more: Readonly<Record<string, string | readonly object[]>> = {}) => ({
  properties: { addressPrefix: '10.0.1.0/24', ...more },
})

export const networkIn = (location: string) => ({
  location,
  properties: {
    addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
    subnets: [{ name: 'apps', properties: { addressPrefix: '10.0.1.0/24' } }],
  },
})

/** Somebody's network interface, which holds an address. */
export const interfaceIn = (subnetId: string, address?: string) => ({
  location: 'westeurope',
  properties: {
    ipConfigurations: [
      {
        name: 'ip',
        properties: {
          subnet: { id: subnetId },
          ...(address === undefined
            ? {}
            : { privateIPAddress: address, privateIPAllocationMethod: 'Static' }),
        },
      },
    ],
  },
})

/** Deletes it and lets time pass until it is gone. */
export async function deleted({ arm, pass }: World, id: string): Promise<void> {
  await arm.delete(id)
  for (let tries = 0; tries < 30 && (await arm.get(id)) !== undefined; tries++) pass(10)
}
