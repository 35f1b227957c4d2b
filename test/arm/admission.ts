/**
 * What ARM itself asks of a request before a provider sees it, and its words when that is not there.
 * Texts are ARM's own, as its clients report them.
 */
import { Refusal, gateway } from './answer.ts'
import type { Call } from './call.ts'
import { namespaces } from './directory.ts'
import type { Incoming } from './dispatch.ts'
import type { Route } from './route.ts'

/** ARM reads JSON only. */
export function checkContent({ method, headers, text }: Incoming): void {
  const type = headers['content-type']
  if (
    method === 'GET' ||
    text === '' ||
    type === undefined ||
    /^application\/(.*\+)?json\b/i.test(type)
  )
    return
  throw new Refusal(
    415,
    {
      code: 'UnsupportedMediaType',
      message: `The content media type '${type}' is not supported. Only 'application/json' is supported.`,
    },
    gateway,
  )
}

/** Any version that is a date: what the simulated Azure answers does not depend on it. */
export function apiVersionOf({ query }: Incoming): string {
  const version = query.get('api-version')
  if (version === undefined || version === '') {
    throw new Refusal(
      400,
      {
        code: 'MissingApiVersionParameter',
        message: 'The api-version query parameter (?api-version=) is required for all requests.',
      },
      gateway,
    )
  }
  if (!/^\d{4}-\d\d-\d\d(-preview|-privatepreview)?$/i.test(version)) {
    throw new Refusal(
      400,
      { code: 'InvalidApiVersionParameter', message: `The api-version '${version}' is invalid.` },
      gateway,
    )
  }
  return version
}

/** One of the caller's tenant. */
export function checkSubscription({ world, caller }: Call, id: string): void {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) {
    throw new Refusal(
      400,
      {
        code: 'InvalidSubscriptionId',
        message: `The provided subscription identifier '${id}' is malformed or invalid.`,
      },
      gateway,
    )
  }
  const found = world.directory.subscriptions.get(id)
  if (found === undefined) {
    throw new Refusal(
      404,
      { code: 'SubscriptionNotFound', message: `The subscription '${id}' could not be found.` },
      gateway,
    )
  }
  if (found.tenantId === caller.tenantId) return
  const issuer = (tenantId: string): string => `'${world.url}/${tenantId}/'`
  throw new Refusal(
    401,
    {
      code: 'InvalidAuthenticationTokenTenant',
      message:
        `The access token is from the wrong issuer ${issuer(caller.tenantId)}. It must match the tenant ` +
        `${issuer(found.tenantId)} associated with this subscription. Please use the authority (URL) ` +
        `${issuer(found.tenantId)} to get the token. Note, if the subscription is transferred to another tenant there is ` +
        'no impact to the services, but information about new tenant could take time to propagate (up to an hour).',
    },
    gateway,
  )
}

/** Whoever may not write may still delete, and enable it again. Text: vscode-azureappservice#912. */
export function checkEnabled({ world, method }: Call, route: Route, subscriptionId: string): void {
  const found = world.directory.subscriptions.get(subscriptionId)
  const isDisabled = found?.state === 'Disabled'
  if (!isDisabled || method === 'DELETE' || route.action === 'Microsoft.Subscription/enable/action')
    return
  throw new Refusal(
    409,
    {
      code: 'ReadOnlyDisabledSubscription',
      message:
        `The subscription '${subscriptionId}' is disabled and therefore marked as read only. ` +
        'You cannot perform any write actions on this subscription until it is re-enabled.',
    },
    gateway,
  )
}

export function checkRegistered({ world }: Call, type: string, subscriptionId: string): void {
  const [namespace = ''] = type.split('/')
  const registered = world.directory.subscriptions.get(subscriptionId)?.registered
  if (registered?.has(namespace.toLowerCase()) === true || namespace === 'Microsoft.Resources')
    return
  throw new Refusal(
    409,
    {
      code: 'MissingSubscriptionRegistration',
      message:
        `The subscription is not registered to use namespace '${namespace}'. ` +
        'See https://aka.ms/rps-not-found for how to register subscriptions.',
      details: [
        {
          code: 'MissingSubscriptionRegistration',
          message: `The subscription is not registered to use namespace '${namespace}'.`,
        },
      ],
    },
    gateway,
  )
}

/** ARM's 404 for what it does not have. */
export function unknown(segments: readonly string[], apiVersion: string): Refusal {
  const at = segments.findLastIndex((segment) => segment.toLowerCase() === 'providers')
  const namespace = segments[at + 1]
  const top = segments[0]?.toLowerCase() ?? ''
  if (at < 0 || namespace === undefined) {
    const why =
      top === 'subscriptions'
        ? `The request path '/${segments.join('/')}' was not found.`
        : 'The request did not have a subscription or a valid tenant level resource provider.'
    return new Refusal(
      404,
      { code: top === 'subscriptions' ? 'NotFound' : 'MissingSubscription', message: why },
      gateway,
    )
  }
  if (!namespaces.some((each) => each.toLowerCase() === namespace.toLowerCase())) {
    return new Refusal(
      404,
      {
        code: 'InvalidResourceNamespace',
        message: `The resource namespace '${namespace}' is invalid.`,
      },
      gateway,
    )
  }
  const type = segments
    .slice(at + 2)
    .filter((_, index) => index % 2 === 0)
    .join('/')
  return new Refusal(
    404,
    {
      code: 'InvalidResourceType',
      message: `The resource type '${type}' could not be found in the namespace '${namespace}' for api version '${apiVersion}'.`,
    },
    gateway,
  )
}

export const methodNotAllowed = ({ method, path }: Call): Refusal =>
  new Refusal(
    405,
    {
      code: 'MethodNotAllowed',
      message: `The HTTP method '${method}' is not supported at '${path}'.`,
    },
    gateway,
  )
