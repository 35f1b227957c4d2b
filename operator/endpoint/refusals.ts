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

export interface Refusal {
  /** ARM's code, verbatim in Ready's message. */
  readonly code: string
  /** Of a Ready that is False. */
  readonly reason: string
  /** Beside Ready: it goes on by itself, or a person must act. */
  readonly beside: 'Reconciling' | 'Stalled' | 'Reconciling, after 30 minutes Stalled'
  readonly because: string
  /** What Ready's message says to do; empty: nothing. */
  readonly remedy: string
  readonly retry: RetryClass
}

export const refusals: readonly Refusal[] = verdicts.flatMap(({ code, retry, because }) =>
  (code === undefined ? [] : (examples[code] ?? [code])).map((each) => {
    const finding = findingOf({ code: each, message: '', retry })
    const { reason } = finding
    const remedy = explain(catalogue, { type: 'Ready', status: 'False', reason })?.remedy ?? ''
    const beside = finding.denied
      ? 'Reconciling, after 30 minutes Stalled'
      : retry === 'slow' || retry === 'user-fix'
        ? 'Stalled'
        : 'Reconciling'
    return { code: each, reason, beside, because, remedy, retry } as const
  }),
)

const file = 'test/azure/endpoint.errors.test.ts'
/** The test that proves a row; `test/azure/endpoint.errors.test.ts` makes one of each. */
export const proofOf = ({ code, reason }: Refusal): string =>
  `${code} is ${reason}, in its own words, until it is lifted`

export const refusalsPage = (): string =>
  [
    `What an object says when Azure refuses to make its endpoint, and how soon it is tried again. The condition is \`Ready=False\`; a code that passes by itself is said only when it has lasted a minute. A code that is not listed goes by its HTTP status. Each row is a test of its own in \`${file}\`: the code is said verbatim, and the object recovers unaided once the cause is lifted.`,
    '',
    ...table(
      ['code', 'reason', 'beside Ready', 'why', 'what to do', 'tried again', 'test'],
      refusals.map((row) => [
        quoted(row.code),
        row.reason,
        row.beside,
        row.because,
        row.remedy,
        row.retry,
        proofOf(row),
      ]),
    ),
    '',
  ].join('\n')
