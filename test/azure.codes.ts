/**
 * The errors that Microsoft's pages, recordings of Azure's traffic and public issues name for private
 * endpoints to flexible servers, and what they ask of a client. Transcribed; never derived from our table.
 */
import type { RetryClass } from '../operator/azure/error.ts'

export interface Named {
  /** As Azure sends it; or, where no source names the code, a wide one. */
  readonly code: string
  /** What the message holds, where only that is known. */
  readonly says?: string
  readonly status: number
  readonly retry: RetryClass
  readonly source: string
}

/** Microsoft: "Add Private Endpoint connections" of Azure Database for PostgreSQL. */
const add = 'Microsoft, adding a private endpoint connection to a flexible server'
const stalls = 'Microsoft, private endpoint creation that fails or stalls'
const roles = 'Microsoft, AuthorizationFailed errors for private endpoints'
const deletion = 'Microsoft, private endpoint deletion that fails or is stuck'
const deployment = 'Microsoft, common deployment errors of Resource Manager'
const recorded = 'recorded by Azure Service Operator or the Azure CLI'
const limits = 'Microsoft, request limits and throttling'

const classifier = 'the classifier of Azure Service Operator'
const manager = 'Microsoft, Resource Manager'

const row =
  (source: string, status: number, retry: RetryClass) =>
  (code: string, says?: string): Named => ({
    code,
    status,
    retry,
    source,
    ...(says === undefined ? {} : { says }),
  })

export const named: readonly Named[] = [
  // When it is created, and when what cannot change is changed.
  row(add, 400, 'user-fix')('PrivateIPAddressIsAllocated'),
  row(add, 400, 'slow')('InvalidResourceReference'),
  row(add, 400, 'user-fix')('CannotChangePrivateLinkConnectionOnPrivateEndpoint'),
  row(add, 400, 'user-fix')('CannotChangeSubnetOnExistingPrivateEndpoint'),
  row(add, 409, 'user-fix')('InvalidResourceLocation'),
  row(deployment, 400, 'user-fix')('PrivateIPAddressNotInSubnet'),
  row(deployment, 400, 'user-fix')('PrivateIPAddressInReservedRange'),
  row(
    'terraform-provider-azurerm#13061',
    400,
    'user-fix',
  )('PrivateEndpointIpConfigurationMissingMemberNamesRequiredByFps'),
  row('azure-cli#15136', 400, 'user-fix')('MissingParameterOnPrivateLinkServiceConnection'),
  row('DFE-Digital#352', 400, 'user-fix')('OnlyOneGroupIdPermitted'),
  row('terraform-provider-azurerm#11778', 400, 'user-fix')('BadRequest', 'Invalid groupId'),
  row(
    'terraform-provider-azurerm#27732',
    400,
    'user-fix',
  )('PrivateEndpointFeatureNotSupportedOnServer'),
  row(stalls, 400, 'user-fix')('PrivateEndpointCreationNotAllowedAsSubnetIsDelegated'),
  row(
    'SAP automation framework',
    400,
    'user-fix',
  )('PrivateEndpointCannotBeCreatedInSubnetThatHasNetworkPoliciesEnabled'),
  row(stalls, 400, 'fast')('PrivateEndpointAlreadyExists'),
  row(
    'run logs of private endpoints',
    400,
    'slow',
  )('PrivateEndpointCannotBeUpdatedInDisconnectedState'),
  row('Microsoft, troubleshooting AKS', 400, 'slow')('SubnetIsFull'),
  row(stalls, 400, 'slow')('BadRequest', 'the maximum number of private endpoints'),
  row(stalls, 400, 'slow')('BadRequest', 'exceeds the quota'),
  row(
    'terraform-provider-azurerm',
    400,
    'fast',
  )('InvalidRequestFormat', 'PrivateLinkServiceId Invalid private link service id'),
  // Who may, and what stands around it.
  row(roles, 403, 'slow')('AuthorizationFailed'),
  row(roles, 403, 'slow')('LinkedAuthorizationFailed'),
  row(deployment, 403, 'slow')('RequestDisallowedByPolicy'),
  row(deletion, 409, 'slow')('ScopeLocked'),
  row(deletion, 409, 'slow')('CannotDeleteResource'),
  row(stalls, 409, 'slow')('MissingSubscriptionRegistration'),
  row(stalls, 409, 'slow')('SubscriptionNotRegistered'),
  row(stalls, 400, 'slow')('NoRegisteredProviderFound'),
  row(stalls, 400, 'user-fix')('LocationNotAvailableForResourceType'),
  // Others at work, and Azure's own troubles.
  row(recorded, 409, 'fast')('AnotherOperationInProgress'),
  row(recorded, 429, 'fast')('RetryableError'),
  row(limits, 429, 'fast')('RetryableErrorDueToAnotherOperation'),
  row(recorded, 429, 'fast')('ReferencedResourceNotProvisioned'),
  row(recorded, 200, 'fast')('Canceled'),
  row(recorded, 200, 'fast')('CanceledAndSupersededDueToAnotherOperation'),
  row('terraform-provider-azurerm#11126', 412, 'fast')('PreconditionFailed'),
  row(recorded, 504, 'fast')('GatewayTimeout'),
  row(limits, 429, 'throttle')('SubscriptionRequestsThrottled'),
  row(recorded, 404, 'slow')('ResourceNotFound'),
  row(recorded, 404, 'slow')('ResourceGroupNotFound'),
  row(recorded, 404, 'slow')('ParentResourceNotFound'),
  row(recorded, 404, 'slow')('NotFound'),
  // The flexible server.
  row(recorded, 200, 'fast')('ProvisioningServerBusy'),
  row('bicep-registry-modules#4451', 409, 'fast')('ServerBusy'),
  row('terraform-provider-azurerm#28298', 409, 'fast')('ServerIsBusy'),
  row('terraform-provider-azurerm#29219', 200, 'fast')('ServerIsNotReady'),
  row('steampipe-plugin-azure#1015', 400, 'slow')('ServerStoppedError'),
  row(recorded, 200, 'fast')('InternalServerError'),
  // What Azure Service Operator tells apart; those below are for people to mend.
  ...['AllocationFailed', 'Conflict'].map((code) => row(classifier, 409, 'fast')(code)),
  ...[
    'FailedIdentityOperation',
    'InvalidSubscriptionRegistrationState',
    'MissingRegistrationForLocation',
    'PrincipalNotFound',
    'RegionIsOfferRestricted',
    'ResourceQuotaExceeded',
    'SubscriptionNotFound',
  ].map((code) => row(classifier, 400, 'slow')(code)),
  ...[
    'BadRequest',
    'BadRequestFormat',
    'InvalidParameter',
    'InvalidParameterValue',
    'InvalidRequestContent',
    'InvalidResourceGroupLocation',
    'InvalidResourceType',
    'InvalidValuesForRequestParameters',
    'LocationRequired',
    'MissingRequiredParameter',
    'PropertyChangeNotAllowed',
    'ReservedResourceName',
  ].map((code) => row(classifier, 400, 'user-fix')(code)),
  // Tokens, and what else Resource Manager itself says.
  row(manager, 401, 'fast')('ExpiredAuthenticationToken'),
  ...['InvalidAuthenticationToken', 'InvalidAuthenticationTokenTenant', 'AuthenticationFailed'].map(
    (code) => row(manager, 401, 'slow')(code),
  ),
  row(manager, 403, 'slow')('LinkedAccessCheckFailed'),
  row('vscode-azureappservice#912', 409, 'slow')('ReadOnlyDisabledSubscription'),
  row(manager, 409, 'slow')('QuotaExceeded'),
  row(limits, 429, 'throttle')('TooManyRequests'),
]
