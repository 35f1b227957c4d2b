/** Every change the operator can make in Azure. Nothing else writes. */
import type { EndpointChange } from './bodies.ts'
import type { ArmError } from './error.ts'
import type { Id } from './id.ts'
import type { ConnectionState, JsonObject, Kind, Models } from './model.ts'
import type { Observed } from './observed.ts'

/** Kinds that we ever PUT, and those that we ever DELETE. A server is in neither. */
export type Puttable = Extract<
  Kind,
  | 'resourceGroup'
  | 'subnet'
  | 'privateEndpoint'
  | 'zoneGroup'
  | 'zone'
  | 'virtualNetworkLink'
  | 'connection'
>
export type Deletable = Extract<
  Kind,
  'privateEndpoint' | 'zoneGroup' | 'virtualNetworkLink' | 'connection'
>

/**
 * What a look at Azure, by `act` right before the write, must show; otherwise nothing is written and the
 * outcome is `guarded`. Every destructive write and every decision carries one, and is looked for by GET;
 * a shared list may serve where the guard says so.
 */
export type Guard =
  /**
   * It must not exist yet. For an endpoint that nobody can have begun before the moment `since` (of the
   * operator's monotonic clock, ms) a complete list of its group begun after that will do.
   */
  | { readonly is: 'absent'; readonly since?: number }
  /** It must carry our owner tag, or (tags stripped) still be the incarnation that we made. */
  | { readonly is: 'owned'; readonly owner: string; readonly resourceGuid?: string }
  /** It must be exactly the body that the plan started from, by etag. */
  | { readonly is: 'unchanged'; readonly etag: string }
  /** The connection must still be this identity, in one of these states. */
  | {
      readonly is: 'bound'
      readonly privateEndpointId: string | undefined
      readonly groupIds: readonly string[]
      readonly states: readonly ConnectionState[]
    }
  /** The parent endpoint (of a zone group) must carry our owner tag; `listed`: a recent list will do. */
  | {
      readonly is: 'parentOwned'
      readonly owner: string
      readonly resourceGuid?: string
      readonly listed?: true
    }

export type Action =
  | {
      readonly do: 'put'
      readonly id: Id<Puttable>
      /** The whole body to send. */
      readonly body: JsonObject
      readonly guard?: Guard
      /** `user`: a change of spec or a decision; `drift`: mending; deletes rank with `user`. */
      readonly cause: 'user' | 'drift'
    }
  /** A PUT of the body that the guard's look shows, but for what is to change. */
  | {
      readonly do: 'change'
      readonly id: Id<'privateEndpoint'>
      readonly change: EndpointChange
      /** ARM ids of its server and subnet, where Azure takes one write at a time. */
      readonly touches: readonly string[]
      readonly guard: Extract<Guard, { readonly is: 'owned' | 'unchanged' }>
      readonly cause: 'user' | 'drift'
    }
  | {
      readonly do: 'delete'
      readonly id: Id<Deletable>
      readonly guard: Guard
      readonly cause: 'user' | 'drift'
    }

export type Outcome =
  /** Azure took it: 2xx, or a DELETE of what is gone (404). What it leads to is seen by the next observation. */
  | {
      readonly is: 'accepted'
      readonly status: number
      readonly correlationId?: string
      /** Where Azure tells how it ended, as Azure wrote it: for `whyEnded` alone. */
      readonly operation?: string
    }
  /** Azure said no. Nothing was changed. */
  | { readonly is: 'refused'; readonly error: ArmError }
  /** No answer, 408 or 5xx: it may have been done. Only a later observation tells. */
  | { readonly is: 'unknown'; readonly error: ArmError }
  /** Not sent: pacing, the lease, missing credentials or no connection (`error.code`) held it back. */
  | { readonly is: 'held'; readonly error: ArmError }
  /** Not sent: the fresh GET did not show what the guard asks for. */
  | { readonly is: 'guarded'; readonly seen: Observed<Models[Kind]> }
