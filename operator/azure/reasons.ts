import type { ArmError } from './error.ts'
import { isKnown } from './verdict.ts'

/** What both kinds say of a refusal by Azure, or of none being had: one wording, for one meaning. */
export const refusals = {
  Denied: {
    means: 'Azure refused for lack of a role.',
    remedy:
      "Grant the role that Azure's answer names; roles take up to 30 minutes to take effect, and the operator keeps trying.",
    retry: 'slow',
  },
  CredentialsUnavailable: {
    means: 'No token could be had for the Azure identity.',
    remedy: "Check the identity that spec.identityRef names, or the operator's own.",
    retry: 'slow',
  },
  Refused: {
    means: 'Azure refused the request as specified.',
    remedy: "Change the spec as Azure's answer asks.",
    retry: 'user-fix',
  },
  Retrying: { means: 'Azure was busy or did not answer; it is tried again.', retry: 'fast' },
  Throttled: { means: 'Azure limits the rate of requests.', retry: 'throttle' },
} as const

const permission: readonly string[] = [
  'AuthorizationFailed',
  'LinkedAuthorizationFailed',
  'LinkedAccessCheckFailed',
  'InvalidAuthenticationToken',
  'InvalidAuthenticationTokenTenant',
  'AuthenticationFailed',
  'SubscriptionNotFound',
  'HTTP 401',
  'HTTP 403',
]

/**
 * Azure says that a role is missing, or shows this tenant's identity nothing at all. A policy forbids with
 * 403 as well: only of codes that nobody knows does the status tell.
 */
export const lacksPermission = ({ code, status }: ArmError): boolean =>
  permission.includes(code) || (!isKnown(code) && (status === 401 || status === 403))
