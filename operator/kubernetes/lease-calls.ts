/** The three requests that an election needs. Each is sent once; a swap fails (409) on any change. */
import type { Transport } from './call.ts'
import { isKubeError } from './error.ts'
import type { LeaseObject, LeaseSpec } from './lease-record.ts'
import { collectionPath, leases, objectPath } from './resource.ts'

export interface LeaseCalls {
  /** By quorum; undefined when there is none. */
  read(deadlineMs: number): Promise<LeaseObject | undefined>
  create(spec: LeaseSpec, deadlineMs: number): Promise<LeaseObject>
  /** Carries the resource version that was read. */
  replace(record: LeaseObject, deadlineMs: number): Promise<LeaseObject>
}

export function leaseCalls(
  transport: Transport,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): LeaseCalls {
  const path = objectPath(leases, { namespace, name })
  const { apiVersion, kind } = leases
  return {
    read: async (deadlineMs) => {
      try {
        return await transport.json<LeaseObject>({ path, deadlineMs })
      } catch (error) {
        if (isKubeError(error, 404)) return undefined
        throw error
      }
    },
    create: (spec, deadlineMs) =>
      transport.json({
        method: 'POST',
        path: collectionPath(leases, namespace),
        body: { apiVersion, kind, metadata: { namespace, name }, spec },
        deadlineMs,
      }),
    replace: (body, deadlineMs) => transport.json({ method: 'PUT', path, body, deadlineMs }),
  }
}
