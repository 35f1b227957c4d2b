/**
 * What each ARM error asks of us, as rows: the first row that fits wins, codes before texts, texts before
 * statuses, and the last row never misses. Pure. Must never call anything but the resource's own 404 an absence: a 403, a
 * missing subscription or an unreadable answer prove nothing.
 *
 * Sources: `troubleshoot` Microsoft's articles on private endpoints (2026-06); `recorded` real traffic
 * recorded by Azure CLI and Azure Service Operator; `operator` Azure Service Operator's own classifier;
 * `issue` public issues of azurerm, azure-cli, azure-docs and others; `http` the meaning of the status.
 */
import type { RetryClass } from './error.ts'

export interface Row {
  /** ARM's code, compared without case; a star stands for any rest. */
  readonly code?: string
  /** Part of the message, compared without case: of errors whose code no source names. */
  readonly says?: string
  /** HTTP statuses, first and last. */
  readonly status?: readonly [number, number]
  readonly retry: RetryClass
  readonly because: string
  readonly source: 'troubleshoot' | 'recorded' | 'operator' | 'issue' | 'http' | 'ours'
}

type Source = Row['source']
const coded =
  (retry: RetryClass) =>
  (code: string, source: Source, because: string): Row => ({ code, retry, because, source })
const fast = coded('fast')
const slow = coded('slow')
const userFix = coded('user-fix')
const worded = (retry: RetryClass, says: string, source: Source, because: string): Row => ({
  says,
  retry,
  because,
  source,
})
const answered = (from: number, to: number, retry: RetryClass, because: string): Row => ({
  status: [from, to],
  retry,
  because,
  source: 'http',
})

export const rows: readonly Row[] = [
  // Throttling. Network also uses 429 for locks, with codes of their own below.
  coded('throttle')(
    'SubscriptionRequestsThrottled',
    'recorded',
    'A bucket of the subscription is empty.',
  ),
  coded('throttle')('TooManyRequests', 'operator', 'The provider asks for fewer requests.'),

  // Nobody needs to act.
  fast(
    'AnotherOperationInProgress',
    'recorded',
    'Azure does one write at a time to a resource and what it depends on.',
  ),
  fast('RetryableError', 'recorded', 'Azure says so itself; its status 429 is not throttling.'),
  fast('RetryableErrorDueToAnotherOperation', 'recorded', 'Another operation holds a lock.'),
  fast(
    'ReferencedResourceNotProvisioned',
    'recorded',
    'The subnet or another reference is being updated.',
  ),
  fast('Canceled', 'recorded', 'A newer operation took its place.'),
  fast('CanceledAndSupersededDueToAnotherOperation', 'issue', 'A newer operation took its place.'),
  fast('ServerBusy', 'issue', 'The server does one management operation at a time.'),
  fast('ServerIsBusy', 'issue', 'The server does one management operation at a time.'),
  fast('ProvisioningServerBusy', 'recorded', 'The server does one management operation at a time.'),
  fast('ServerIsNotReady', 'issue', 'The server is between two states.'),
  fast(
    'PrivateEndpointAlreadyExists',
    'troubleshoot',
    'A deletion of the same name has not ended everywhere.',
  ),
  fast('PreconditionFailed', 'issue', 'It changed since it was read, or is locked for a moment.'),
  fast('Conflict', 'operator', 'Something else is being done to it.'),
  fast('AllocationFailed', 'operator', 'Capacity comes and goes.'),
  fast(
    'InternalServerError',
    'recorded',
    "Azure's own failure; also what an illegal change of a connection brings.",
  ),
  fast('GatewayTimeout', 'recorded', 'The provider did not answer in time; it may have been done.'),
  fast('ExpiredAuthenticationToken', 'operator', 'The next request carries a new token.'),

  // Somebody other than the author of the spec must act.
  slow(
    'AuthorizationFailed',
    'troubleshoot',
    'A role is missing, or was granted less than 30 minutes ago.',
  ),
  slow(
    'LinkedAuthorizationFailed',
    'troubleshoot',
    'A role on the server, the subnet or the zone is missing or young.',
  ),
  slow(
    'LinkedAccessCheckFailed',
    'troubleshoot',
    'A role on a linked resource is missing or young.',
  ),
  slow('InvalidAuthenticationToken', 'operator', 'The token is not one for this cloud or tenant.'),
  slow(
    'InvalidAuthenticationTokenTenant',
    'operator',
    'The token is from another tenant than the subscription.',
  ),
  slow('AuthenticationFailed', 'operator', 'The credential is refused.'),
  slow('ScopeLocked', 'operator', 'A lock is lifted without touching the spec.'),
  slow(
    'RequestDisallowedByPolicy',
    'troubleshoot',
    'A policy assignment or an exemption must change.',
  ),
  slow('ReadOnlyDisabledSubscription', 'operator', 'The subscription is disabled.'),
  slow(
    'SubscriptionNotFound',
    'operator',
    'The subscription is gone, or not visible to this identity.',
  ),
  slow(
    'InvalidResourceReference',
    'troubleshoot',
    'A resource that the write names is not there, or in another region.',
  ),
  slow('ResourceGroupNotFound', 'recorded', 'Somebody makes the group, or the spec allows us to.'),
  slow('ParentResourceNotFound', 'recorded', 'What it belongs to is not there.'),
  slow('ResourceNotFound', 'recorded', 'What the write refers to is not there.'),
  slow('NotFound', 'recorded', 'What the write refers to is not there.'),
  slow(
    'MissingSubscriptionRegistration',
    'troubleshoot',
    'An owner registers the resource provider.',
  ),
  slow('SubscriptionNotRegistered', 'troubleshoot', 'An owner registers the resource provider.'),
  slow('NoRegisteredProviderFound', 'troubleshoot', 'An owner registers the resource provider.'),
  slow(
    'InvalidSubscriptionRegistrationState',
    'operator',
    'The registration of the provider is under way.',
  ),
  slow(
    'MissingRegistrationForLocation',
    'operator',
    'The provider is not registered in the region.',
  ),
  slow('ResourceQuotaExceeded', 'operator', 'A quota is raised or something else goes.'),
  slow('QuotaExceeded', 'troubleshoot', 'A quota is raised or something else goes.'),
  slow('SubnetIsFull', 'troubleshoot', 'Addresses in the subnet become free.'),
  slow('PrincipalNotFound', 'operator', 'The directory has not spread the identity yet.'),
  slow('FailedIdentityOperation', 'operator', 'The identity can not be used now.'),
  slow('RegionIsOfferRestricted', 'operator', "The subscription's offer excludes the region."),
  slow('ServerStoppedError', 'issue', 'Somebody starts the server.'),
  slow('CannotDeleteResource', 'recorded', 'What is nested in it must go first.'),
  slow(
    'PrivateEndpointCannotBeUpdatedInDisconnectedState',
    'issue',
    'A disconnected endpoint can only be made anew.',
  ),

  // The spec must change.
  userFix(
    'CannotChange*',
    'troubleshoot',
    "Azure doesn't change this property of an existing endpoint.",
  ),
  userFix('InvalidResourceLocation', 'troubleshoot', 'The name is taken in another region.'),
  userFix(
    'PrivateIPAddress*',
    'troubleshoot',
    'The static address is taken, reserved or outside the subnet.',
  ),
  userFix(
    'PrivateEndpointIpConfiguration*',
    'issue',
    'The static address lacks what the server asks for.',
  ),
  userFix('OnlyOneGroupIdPermitted', 'issue', 'One sub-resource for each connection.'),
  userFix(
    'MissingParameterOnPrivateLinkServiceConnection',
    'issue',
    'The connection lacks its sub-resource.',
  ),
  userFix(
    'PrivateEndpointFeatureNotSupportedOnServer',
    'issue',
    'A server with VNet integration takes no endpoints.',
  ),
  userFix(
    'PrivateEndpointCreationNotAllowedAsSubnetIsDelegated',
    'troubleshoot',
    'A delegated subnet takes no endpoints.',
  ),
  userFix(
    'PrivateEndpointCannotBeCreatedInSubnetThatHasNetworkPoliciesEnabled',
    'issue',
    "The subnet's network policies forbid it.",
  ),
  userFix(
    'LocationNotAvailableForResourceType',
    'troubleshoot',
    'The region has no private endpoints.',
  ),
  userFix('InvalidResourceGroupLocation', 'operator', 'The group exists in another region.'),
  userFix('LocationRequired', 'operator', 'The request lacks a region.'),
  userFix('ReservedResourceName', 'operator', 'Azure reserves the name.'),
  userFix('PropertyChangeNotAllowed', 'operator', "Azure doesn't change this property."),

  // Texts, before the widest codes: what carries them is not known.
  worded(
    'fast',
    'Invalid private link service id',
    'issue',
    'A server made a moment ago is not known everywhere yet.',
  ),
  worded('slow', 'quota', 'troubleshoot', 'A quota is raised or something else goes.'),
  worded(
    'slow',
    'maximum number of private endpoints',
    'troubleshoot',
    'A limit is raised or another endpoint goes.',
  ),
  worded('user-fix', 'Invalid groupId', 'issue', 'The server has no such sub-resource.'),

  userFix('MissingRequiredParameter', 'operator', 'The request lacks something.'),
  userFix('InvalidParameter*', 'operator', 'A value is refused.'),
  userFix('InvalidValuesForRequestParameters', 'operator', 'A value is refused.'),
  userFix('InvalidRequest*', 'operator', 'The request is refused as it is.'),
  userFix('InvalidResource*', 'operator', 'The name or the type is refused.'),
  userFix('BadRequest*', 'operator', 'The request is refused as it is.'),

  // Codes nobody has met yet, by their status.
  answered(300, 399, 'slow', 'A redirect is never followed; a proxy may send one.'),
  answered(400, 400, 'user-fix', 'The request is refused as it is.'),
  answered(401, 401, 'slow', 'The credential is refused.'),
  answered(403, 403, 'slow', 'It is forbidden.'),
  answered(404, 404, 'slow', 'Something is not there.'),
  answered(405, 405, 'user-fix', 'The method is refused.'),
  answered(407, 407, 'slow', 'A proxy asks for credentials.'),
  answered(413, 415, 'user-fix', 'The request is refused as it is.'),
  answered(422, 422, 'user-fix', 'The request is refused as it is.'),
  answered(429, 429, 'throttle', 'We are throttled.'),
  { retry: 'fast', because: 'Servers and networks recover.', source: 'ours' },
]

const fitsCode = (pattern: string, code: string): boolean => {
  const [wanted, given] = [pattern.toLowerCase(), code.toLowerCase()]
  return wanted.endsWith('*') ? given.startsWith(wanted.slice(0, -1)) : given === wanted
}

const fitsText = (says: string, message: string): boolean =>
  message.toLowerCase().includes(says.toLowerCase())

/** Whether the row speaks about this answer. */
export function fits(row: Row, code: string, status: number, message = ''): boolean {
  if (row.code !== undefined) return fitsCode(row.code, code)
  if (row.says !== undefined) return fitsText(row.says, message)
  return row.status === undefined || (status >= row.status[0] && status <= row.status[1])
}

/** Whether a row names this code, or what is said with it; an unknown one is judged by its status. */
export const isKnown = (code: string, message = ''): boolean =>
  rows.some(
    (row) =>
      (row.code !== undefined && fitsCode(row.code, code)) ||
      (row.says !== undefined && fitsText(row.says, message)),
  )

export const verdict = (code: string, status: number, message = ''): RetryClass =>
  rows.find((row) => fits(row, code, status, message))?.retry ?? 'fast'

/** Codes with which a 404 says that the resource asked for, or what it lies in, is not there. */
const absences: readonly string[] = [
  'ResourceNotFound',
  'NotFound',
  'ResourceGroupNotFound',
  'ParentResourceNotFound',
]

/** Whether the answer to a GET or a list proves that its target is not there. */
export const provesAbsence = (code: string, status: number): boolean =>
  status === 404 && absences.some((known) => fitsCode(known, code))
