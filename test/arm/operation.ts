/**
 * Long-running operations: started by a handler, ended by the clock, told in the format of each provider.
 * The formats are as recorded by Azure Service Operator 2.9 and by the Azure CLI (2023-11, 2026-04).
 */
import type { Answer, Failure } from './answer.ts'
import type { Clock } from './clock.ts'
import type { Dice } from './dice.ts'
import { keyOf } from './path.ts'

/** - `network`: 200 with a status; `dns`: 202 until it ends; `postgres`: 200 with name and times; `group`: Location only. */
export type Format = 'network' | 'dns' | 'postgres' | 'group'

export interface Start {
  readonly format: Format
  readonly subscriptionId: string
  /** Region in the URL, or the group's name where the format has one. */
  readonly place: string
  /** `UpsertServerManagementOperationV2` and the like. */
  readonly name: string
  readonly retryAfter: number
  readonly seconds: number
  readonly apiVersion: string
}

export interface Operation extends Start {
  readonly guid: string
  readonly startedAt: string
  /** Undefined while it runs. */
  endedAt: string | undefined
  status: 'InProgress' | 'Succeeded' | 'Failed' | 'Canceled'
  failure?: Failure
  /** How often it was asked for while in progress. */
  polls: number
}

/** A signed query of Azure's size: clients must carry URLs of 4 KB. */
const signature = `&t=638000000000000000&c=${'MIIHpTCCBo2gAwIBAgITOgZ'.repeat(130)}&s=${'sIgNaTuRe'.repeat(38)}&h=hAsH`

export class Operations {
  readonly #url: string
  readonly #clock: Clock
  readonly #dice: Dice
  readonly #all = new Map<string, Operation>()

  constructor(url: string, clock: Clock, dice: Dice) {
    this.#url = url
    this.#clock = clock
    this.#dice = dice
  }

  /** Starts an operation; `finish` does its work at the end, or says why it failed. */
  start(start: Start, finish: () => Failure | undefined | void): Operation {
    const operation: Operation = {
      ...start,
      guid: this.#dice.guid(`operation ${start.name}`),
      startedAt: this.#clock.iso(),
      endedAt: undefined,
      status: 'InProgress',
      polls: 0,
    }
    this.#all.set(operation.guid, operation)
    this.#clock.after(start.seconds, () => {
      if (operation.status === 'InProgress') this.end(operation, finish() ?? undefined)
    })
    return operation
  }

  /** Ends it before its time, or at it. */
  end(operation: Operation, failure: Failure | undefined): void {
    operation.status = failure === undefined ? 'Succeeded' : 'Failed'
    operation.endedAt = this.#clock.iso()
    if (failure !== undefined) operation.failure = failure
    // Azure forgets operations too; a day is more than any client polls.
    this.#clock.after(86_400, () => this.#all.delete(operation.guid))
  }

  statusUrl(operation: Operation): string {
    return this.#url + pathOf(operation, 'status') + this.#query(operation)
  }

  resultUrl(operation: Operation): string {
    return this.#url + pathOf(operation, 'result') + this.#query(operation)
  }

  /** The headers of the answer that starts it. Only Network's updates leave out Retry-After. */
  headers(
    operation: Operation,
    also: { readonly location: boolean; readonly retryAfter?: boolean },
  ): Record<string, string> {
    const headers: Record<string, string> = {}
    if (operation.format === 'network') headers['azure-asyncnotification'] = 'Enabled'
    if (operation.format !== 'group') headers['azure-asyncoperation'] = this.statusUrl(operation)
    if (also.location) headers['location'] = this.resultUrl(operation)
    if (also.retryAfter !== false)
      headers['retry-after'] = this.#clock.retryAfter(operation.retryAfter)
    return headers
  }

  /** All that are remembered, the oldest first. */
  all(): readonly Operation[] {
    return [...this.#all.values()]
  }

  find(guid: string, subscriptionId: string): Operation | undefined {
    const operation = this.#all.get(guid.toLowerCase())
    return operation !== undefined && keyOf(operation.subscriptionId) === keyOf(subscriptionId)
      ? operation
      : undefined
  }

  /** The answer of its status URL. */
  status(operation: Operation): Answer {
    const running = operation.status === 'InProgress'
    const retryAfter = this.#clock.retryAfter(
      operation.polls > 0 ? operation.retryAfter * 2 : operation.retryAfter,
    )
    if (running) operation.polls += 1
    const error = operation.failure === undefined ? {} : { error: operation.failure }
    switch (operation.format) {
      case 'network':
        return {
          status: 200,
          headers: running ? { 'retry-after': retryAfter } : {},
          body: { status: operation.status, ...error },
        }
      case 'dns':
        return running
          ? {
              status: 202,
              headers: this.headers(operation, { location: true }),
              body: { status: 'InProgress' },
            }
          : { status: 200, body: { status: operation.status, ...error } }
      case 'postgres':
        return {
          status: 200,
          headers: running ? { 'retry-after': this.#clock.retryAfter(operation.retryAfter) } : {},
          body: {
            name: operation.guid,
            status: operation.status,
            startTime: operation.startedAt,
            ...error,
          },
        }
      case 'group':
        return this.result(operation)
    }
  }

  /** The answer of its Location. */
  result(operation: Operation): Answer {
    if (operation.status === 'InProgress') {
      return { status: 202, headers: this.headers(operation, { location: true }) }
    }
    if (operation.failure !== undefined) return { status: 409, body: { error: operation.failure } }
    return { status: operation.format === 'group' ? 200 : 204 }
  }

  #query(operation: Operation): string {
    const signed = operation.format === 'network' || operation.format === 'postgres'
    return `?api-version=${operation.apiVersion}${signed ? signature : ''}`
  }
}

function pathOf(operation: Operation, which: 'status' | 'result'): string {
  const { guid, place } = operation
  const subscription = `/subscriptions/${operation.subscriptionId}`
  const region = `locations/${encodeURIComponent(place)}`
  switch (operation.format) {
    case 'network':
      return `${subscription}/providers/Microsoft.Network/${region}/${which === 'status' ? 'operations' : 'operationResults'}/${guid}`
    case 'postgres':
      return `${subscription}/providers/Microsoft.DBforPostgreSQL/${region}/${which === 'status' ? 'azureAsyncOperation' : 'operationResults'}/${guid}`
    case 'dns': {
      const type = which === 'status' ? 'privateDnsOperationStatuses' : 'privateDnsOperationResults'
      const token = dnsToken(operation)
      return `${subscription}/resourceGroups/${place}/providers/Microsoft.Network/${type}/${token}`
    }
    case 'group':
      return `${subscription}/operationresults/${guid}`
  }
}

/** As Azure's: base64 of the operation's name and id. */
const dnsToken = ({ name, guid }: Operation): string =>
  Buffer.from(`FrontEndAsyncOperation;${name};${guid}`)
    .toString('base64')
    .replaceAll('+', '-')
    .replaceAll('/', '_')

export const guidOfDnsToken = (token: string): string =>
  Buffer.from(token, 'base64').toString('utf8').split(';')[2] ?? ''
