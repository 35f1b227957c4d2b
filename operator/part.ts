/** What of the cluster's objects this process serves; it may read more. Pure. */
import { decisions, endpoints, type Resource } from './kubernetes/resource.ts'
import type { Config } from './config.ts'
import { matches } from './selector.ts'

interface Labelled {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> }
}

export interface Part {
  readonly endpoints: boolean
  readonly decisions: boolean
  /** Whether an endpoint is this process's to act on, where it serves endpoints at all. */
  readonly mine: (endpoint: Labelled) => boolean
  /** What has to be read: decisions name endpoints, and endpoints no decision. */
  readonly reads: readonly Resource[]
}

export const partOf = ({
  kinds,
  endpointSelector,
}: Pick<Config, 'kinds' | 'endpointSelector'>): Part => ({
  endpoints: kinds.includes('endpoints'),
  decisions: kinds.includes('decisions'),
  mine: ({ metadata }) =>
    endpointSelector === undefined || matches(endpointSelector, metadata.labels),
  reads: kinds.includes('decisions') ? [endpoints, decisions] : [endpoints],
})
