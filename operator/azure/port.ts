/**
 * Azure as the two kinds see it. One implementation sends through the SDKs' pipelines (azure.ts);
 * tests may bring another. No method throws for anything that Azure, the network or a credential does.
 */
import type { Action, Outcome } from './action.ts'
import type { ArmError } from './error.ts'
import type { Claim } from './fair-queue.ts'
import type { Id } from './id.ts'
import type { Kind, Models } from './model.ts'
import type { Observed } from './observed.ts'

/**
 * Whose credential is used, and for an object of which namespace. `operator` is the process's own
 * identity; it may serve some namespaces only, and then nobody who names none.
 */
export type IdentityRef =
  | { readonly kind: 'operator'; readonly namespace?: string }
  | {
      readonly kind: 'Secret' | 'ServiceAccount'
      readonly namespace: string
      readonly name: string
      /** The object is being deleted: where the identity is gone, the last that signed in serves. */
      readonly leaving?: true
    }

/** A complete answer to a list request, all pages. */
export interface Listing<T> {
  readonly items: readonly T[]
  /** Monotonic time, ms, at which the first page was asked for. */
  readonly begunAt: number
  /** Items that no id of ours can name, such as a wildcard record; not among `items`. Absent: none. */
  readonly skipped?: number
  /** The answers that it came in, so that the next one like it need not be decoded. */
  readonly pages?: readonly ListedPage[]
}

export interface ListedPage {
  readonly query: string
  /** Of its text. */
  readonly digest: number
  /** How many of the listing's items are its own. */
  readonly items: number
  readonly skipped: number
  readonly nextLink: string | undefined
}

/** One object that looks at Azure: it is told when something that it read has changed. */
export interface Reader {
  /** @param waited whether it waits for it */
  readonly news: (waited: boolean) => void
}

/**
 * How an object learns of a change of what a visit has read. `news`: it is told. `look`: it read something
 * that no list tells, and must look again itself. `alone`: so few are in flight that it may look often.
 */
export type Pace = 'news' | 'look' | 'alone'

export interface Watched {
  readonly view: AzureView
  /** Of what was read through the view so far. */
  readonly pace: () => Pace
}

/** Kinds that ARM lists, and the scope of each list. */
export type ListScope =
  | { readonly list: 'servers'; readonly subscriptionId: string }
  | {
      readonly list: 'privateEndpoints'
      readonly subscriptionId: string
      readonly resourceGroup?: string
    }
  | {
      readonly list: 'networkInterfaces'
      readonly subscriptionId: string
      readonly resourceGroup: string
    }
  | { readonly list: 'virtualNetworks'; readonly subscriptionId: string }
  | { readonly list: 'zones'; readonly subscriptionId: string }
  | { readonly list: 'virtualNetworkLinks'; readonly zoneId: Id<'zone'> }
  | { readonly list: 'recordSets'; readonly zoneId: Id<'zone'> }
  | { readonly list: 'zoneGroups'; readonly endpointId: Id<'privateEndpoint'> }
  | { readonly list: 'privateLinkResources'; readonly serverId: Id<'server'> }

export interface Listed {
  readonly servers: Models['server']
  readonly privateEndpoints: Models['privateEndpoint']
  readonly networkInterfaces: Models['networkInterface']
  readonly virtualNetworks: Models['virtualNetwork']
  readonly zones: Models['zone']
  readonly virtualNetworkLinks: Models['virtualNetworkLink']
  readonly recordSets: Models['recordSet']
  readonly zoneGroups: Models['zoneGroup']
  readonly privateLinkResources: Models['privateLinkResource']
}

/** On whose behalf a write is sent. */
export interface By {
  /** Absent: nobody keeps a place. */
  readonly claim?: Claim
  /** Asked once the write's turn has come, before the last look: why it must not be sent after all. */
  readonly check?: () => Promise<ArmError | undefined>
}

/** Azure as one identity sees it. What one identity sees never reaches another's objects. */
export interface AzureView {
  /**
   * The list, shared by everybody who asks: an answer at most `maxAgeMs` old (by its beginning), or
   * begun now. Many callers at once share one request. `absent` means that the scope itself (zone,
   * resource group, endpoint) is not there.
   * @param about keys (see listing.ts) of the items that matter: a change of others is no news; absent: all
   */
  list<S extends ListScope>(
    scope: S,
    maxAgeMs: number,
    about?: readonly string[],
  ): Promise<Observed<Listing<Listed[S['list']]>>>
  /** One resource by GET, at most `maxAgeMs` old; 0 asks Azure now. */
  get<K extends Kind>(id: Id<K>, maxAgeMs: number): Promise<Observed<Models[K]>>
  /**
   * One resource as the shared list of its scope shows it, falling back to a GET where the list can't
   * tell: after our own write to it, and for absence (a subscription-wide list proves none).
   */
  find<K extends 'server' | 'privateEndpoint' | 'virtualNetwork' | 'zone'>(
    id: Id<K>,
    maxAgeMs: number,
  ): Promise<Observed<Models[K]>>
  /** Azure's own check: whether the address is free in the virtual network. */
  ipAddressAvailable(
    virtualNetworkId: Id<'virtualNetwork'>,
    ipAddress: string,
  ): Promise<Observed<{ readonly available: boolean; readonly alternatives: readonly string[] }>>
  /**
   * Why an operation on an endpoint ended Failed or Canceled, asked once and now; `absent` when it did not,
   * is not known any more, or its address is not one of Azure's operations.
   */
  whyEnded(id: Id<'privateEndpoint'>, operation: string): Promise<Observed<ArmError>>
  /**
   * Sends one request and returns; never waits for an operation, a token bucket or a lock. Who is held back
   * by the pace keeps a place, and is told when its turn has come.
   */
  act(action: Action, by?: By): Promise<Outcome>
}

export interface Azure {
  as(identity: IdentityRef): AzureView
  /**
   * As `as`, for one visit: from now on the reader is told of changes of what it reads through this view,
   * and of what it read before no more. Absent: nobody is told of anything.
   */
  watch?(identity: IdentityRef, reader: Reader): Watched
  /** The reader is told of nothing any more. */
  unwatch?(reader: Reader): void
}
