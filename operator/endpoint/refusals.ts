/**
 * What becomes of an endpoint when Azure refuses its creation, code by code: the table for users and,
 * row by row, for the tests. What a code means is decided in azure/verdict.ts, what it comes to in
 * step.ts; nothing is decided here. Pure.
 */
import { explain, type RetryClass } from '../api/catalogue.ts'
import { code as quoted, table } from '../api/markdown.ts'
import { rows as verdicts } from '../azure/verdict.ts'
import { catalogue } from './conditions.ts'
import { findingOf } from './step.ts'

/** Codes that a row of the verdicts covers by its star, as Azure sends them. */
const examples: Readonly<Record<string, readonly string[]>> = {
  'CannotChange*': [
    'CannotChangePrivateLinkConnectionOnPrivateEndpoint',
    'CannotChangeSubnetOnExistingPrivateEndpoint',
  ],
  'PrivateIPAddress*': [
    'PrivateIPAddressIsAllocated',
    'PrivateIPAddressNotInSubnet',
    'PrivateIPAddressInReservedRange',
  ],
  'PrivateEndpointIpConfiguration*': [
    'PrivateEndpointIpConfigurationMissingMemberNamesRequiredByFps',
  ],
  'InvalidParameter*': ['InvalidParameter', 'InvalidParameterValue'],
  'InvalidRequest*': ['InvalidRequestContent'],
  'InvalidResource*': ['InvalidResourceType'],
  'BadRequest*': ['BadRequest', 'BadRequestFormat'],
}

/**
 * Codes that the rules of the tests' Azure bring about, each by a blocker that somebody sets up and takes
 * away through ARM. All others are put into an answer by a fault: only Azure's inside knows when it sends them.
 */
export const byRule: readonly string[] = [
  'AnotherOperationInProgress',
  'AuthorizationFailed',
  'CannotChangePrivateLinkConnectionOnPrivateEndpoint',
  'CannotChangeSubnetOnExistingPrivateEndpoint',
  'Invalid private link service id',
  'InvalidAuthenticationTokenTenant',
  'InvalidResourceLocation',
  'InvalidResourceReference',
  'LinkedAuthorizationFailed',
  'MissingSubscriptionRegistration',
  'PrivateEndpointAlreadyExists',
  'PrivateEndpointCannotBeCreatedInSubnetThatHasNetworkPoliciesEnabled',
  'PrivateEndpointCreationNotAllowedAsSubnetIsDelegated',
  'PrivateEndpointFeatureNotSupportedOnServer',
  'PrivateIPAddressInReservedRange',
  'PrivateIPAddressIsAllocated',
  'PrivateIPAddressNotInSubnet',
  'ReadOnlyDisabledSubscription',
  'ReferencedResourceNotProvisioned',
  'RequestDisallowedByPolicy',
  'ResourceGroupNotFound',
  'ResourceNotFound',
  'ScopeLocked',
  'ServerIsBusy',
  'SubnetIsFull',
  'SubscriptionNotFound',
]

export interface Refusal {
  /** ARM's code, verbatim in Ready's message. */
  readonly code: string
  /** By what the answer is known, where no source names its code. */
  readonly says?: string
  /** Of a Ready that is False. */
  readonly reason: string
  /** Beside Ready: it goes on by itself, or a person must act. */
  readonly beside: 'Reconciling' | 'Stalled' | 'Reconciling, after 30 minutes Stalled'
  readonly because: string
  /** What Ready's message says to do; empty: nothing. */
  readonly remedy: string
  readonly retry: RetryClass
}

/** Carries the texts of which no source tells the code. */
const wide = 'BadRequest'

export const refusals: readonly Refusal[] = verdicts.flatMap(({ code, says, retry, because }) =>
  codesOf(code, says).map((each) => {
    const finding = findingOf({ code: each, message: says ?? '', retry })
    const { reason } = finding
    const remedy = explain(catalogue, { type: 'Ready', status: 'False', reason })?.remedy ?? ''
    const beside = finding.denied
      ? 'Reconciling, after 30 minutes Stalled'
      : retry === 'slow' || retry === 'user-fix'
        ? 'Stalled'
        : 'Reconciling'
    const words = says === undefined ? {} : { says }
    return { code: each, ...words, reason, beside, because, remedy, retry } as const
  }),
)

function codesOf(code: string | undefined, says: string | undefined): readonly string[] {
  if (code === undefined) return says === undefined ? [] : [wide]
  return examples[code] ?? [code]
}

export const nameOf = ({ code, says }: Refusal): string => (says === undefined ? code : `“${says}”`)

/** The tests that prove a row: one of each in either file. */
export const proofOf = (row: Refusal): string =>
  `${nameOf(row)} is ${row.reason}, in its own words, until it is lifted`
export const causeOf = (code: string): string => `${code} is met by the rules, said and overcome`

const faults = 'test/azure/endpoint.errors.test.ts'
const rules = 'test/azure/endpoint.causes.test.ts'
const provenBy = (row: Refusal): string =>
  byRule.includes(row.says ?? row.code)
    ? `rule: ${causeOf(row.says ?? row.code)}`
    : `fault: ${proofOf(row)}`

export const refusalsPage = (): string =>
  [
    'What an object says when Azure refuses to make its endpoint, and how soon it is tried again. The condition is `Ready=False`; a code that passes by itself is said only when it has lasted a minute. A code that is not listed goes by its HTTP status.',
    '',
    `Each row is a test of its own: the code is said verbatim, and the object recovers unaided once the cause is lifted. Where a test begins with “rule”, it is in \`${rules}\`: the simulated Azure refuses by its own rules, and somebody lifts the cause through ARM. Where it begins with “fault”, it is in \`${faults}\`: the code is put into the answer, as only Azure's inside knows when it is sent. Every code is put into an answer there as well. What the operator finds by looking, before it asks Azure, has a reason of its own (SubnetNotFound, AddressTaken, VNetIntegrated and others: [conditions](../crds/conditions.md)) and names the code that Azure would answer.`,
    '',
    ...table(
      ['code or words', 'reason', 'beside Ready', 'why', 'what to do', 'tried again', 'test'],
      refusals.map((row) => [
        row.says === undefined ? quoted(row.code) : nameOf(row),
        row.reason,
        row.beside,
        row.because,
        row.remedy,
        row.retry,
        provenBy(row),
      ]),
    ),
    '',
  ].join('\n')
