/**
 * All that the plan may know of one object: as written, and Azure as last seen. Whatever a decision
 * needs and cannot find here does not exist for it.
 */
import type { PostgresPrivateEndpoint } from '../api/private-endpoint.ts'
import type {
  NetworkInterface,
  PrivateEndpoint,
  RecordSet,
  ResourceGroup,
  Server,
  Subnet,
  VirtualNetwork,
  VirtualNetworkLink,
  ZoneGroup,
} from '../azure/model.ts'
import type { ArmError } from '../azure/error.ts'
import type { Observed } from '../azure/observed.ts'
import type { Pace } from '../azure/port.ts'
import type { Found } from '../kubernetes/identities.ts'
import type { ConfigMap } from '../kubernetes/port.ts'
import type { Owner } from './tags.ts'
import type { Parsed } from './target.ts'
import type { Setback } from './trouble.ts'
import type { ZoneChoice } from './zone-choice.ts'

export interface Observation {
  /** `namespace/name`. */
  readonly key: string
  readonly object: PostgresPrivateEndpoint
  readonly at: Date
  /** Drawn in [0, 1) for this visit: spreads retries. */
  readonly chance: number
  /** A reconcile token that the status does not echo yet. */
  readonly requested?: string
  readonly parsed: Parsed
  readonly owner: Owner
  /** `namespace/name` of an earlier object that claims the same endpoint. */
  readonly rival?: string
  /** The object that the endpoint's tags name is proven gone from this cluster. */
  readonly ownerGone: boolean
  /** Older objects (`namespace/name`) that want a shared setting otherwise. */
  readonly seniors: { readonly subnet?: string; readonly zone?: string }
  /** `namespace/name` of another object that has begun to make a zone of the name elsewhere. */
  readonly zoneBegunBy?: string
  /** `namespace/name` of another object that uses the zone; looked for only before links are removed. */
  readonly sharer?: string
  /** What else the server is busy with: `the endpoint of team/orders`. */
  readonly serverTakenBy?: string
  readonly past: Past
  /** Of `spec.connectionInfo`; absent: nothing to publish, and nothing published. */
  readonly publication?: Publication
  /** Absent: nothing was asked of Azure, because nothing could follow from it. */
  readonly azure?: AzureSeen
  /** How the object learns of a change of what was seen; absent: by looking again. */
  readonly pace?: Pace
}

export type Publication =
  /** The operator may not write ConfigMaps. */
  | { readonly is: 'off' }
  | {
      readonly is: 'seen'
      /** By the name in the spec. */
      readonly wanted?: Found<ConfigMap>
      /** By the name that was noted, where the spec has another one now, or none. */
      readonly former?: Found<ConfigMap>
      /** Why the last write failed. */
      readonly trouble?: string
    }

/** A write that Azure took. */
export interface Accepted {
  /** ms since the epoch. */
  readonly atMs: number
  readonly generation: number
  /** Where Azure tells how it ended; absent: nowhere. */
  readonly operation?: string
}

/** What this process remembers of its own tries. Losing it costs a repeat. */
export interface Past {
  /** By deed key. */
  readonly setbacks: ReadonlyMap<string, Setback>
  /** By deed key: when Azure last took it. */
  readonly accepted: ReadonlyMap<string, Accepted>
  /**
   * Since when (Azure's monotonic clock, ms) nobody but this process can have begun the endpoint, and it
   * has not: what this process has tried itself, or found noted, is looked for by GET.
   */
  readonly untriedSince?: number
  /** ms since the epoch: when its zone group is looked at again although its record agrees. */
  readonly zoneGroupDueMs?: number
  /** ms since the epoch: since when Azure has shown no endpoint. */
  readonly absentSinceMs?: number
  /** ms since the epoch: since when the record of an approved endpoint has been wrong. */
  readonly unrecordedSinceMs?: number
  /** ms since the epoch: since when Azure could not be read for this object. */
  readonly blindSinceMs?: number
}

export interface AzureSeen {
  readonly server: Observed<Server>
  readonly endpoint: Observed<PrivateEndpoint>
  /** Why Azure ended the endpoint Failed or Canceled, where this process has begun it and Azure still knows. */
  readonly failure?: ArmError
  /** ARM id of an endpoint elsewhere that carries our owner tag. */
  readonly elsewhere?: string
  /** Another endpoint, in words, on which Azure and our server are at work. */
  readonly busyWith?: string
  readonly network: Observed<VirtualNetwork>
  readonly subnet: Observed<Subnet>
  /** The endpoint's resource group; asked only while there is no endpoint. */
  readonly group: Observed<ResourceGroup> | Unasked
  /** Whether the static address is free; asked only right before the endpoint is made. */
  readonly address: Observed<Availability> | Unasked
  readonly interfaces: Observed<readonly NetworkInterface[]> | Unasked
  readonly dns: DnsSeen
}

export interface Availability {
  readonly available: boolean
  readonly alternatives: readonly string[]
}

/** Not looked at: nothing depends on it now, or what is known elsewhere agrees. */
export interface Unasked {
  readonly is: 'unasked'
}
export const unasked: Unasked = { is: 'unasked' }

/**
 * The one that this process has just written, which no list shows. `written`: Azure took it, its record
 * is not there yet. `recorded`: the record is there, and names this very endpoint as its maker.
 */
export interface OwnGroup {
  readonly is: 'written' | 'recorded'
}

export interface DnsSeen {
  /** The zone's name that the server needs, and whether Azure said so itself. */
  readonly zoneName: { readonly name: string; readonly certain: boolean }
  readonly choice: ZoneChoice
  /** Links of the chosen zone. */
  readonly links: Observed<readonly VirtualNetworkLink[]> | Unasked
  /** Address records of the chosen zone. */
  readonly records: Observed<readonly RecordSet[]> | Unasked
  /** Zone groups of the endpoint; unasked while the record agrees. */
  readonly zoneGroups: Observed<readonly ZoneGroup[]> | Unasked | OwnGroup
  /** The endpoint of this subscription whose GUID the record's creator names. */
  readonly creator: Observed<PrivateEndpoint> | Unasked
  /** Of that creator: proven gone, wherever it was; or ours, and about to leave the name to others. */
  readonly creatorFate?: 'gone' | 'leaving'
}
