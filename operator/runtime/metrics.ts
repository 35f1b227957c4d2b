/**
 * Every metric is a row; the page of metrics is printed from it. No metric has a label whose values
 * grow with the number of objects. Must never decide anything.
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

type Type = 'counter' | 'gauge' | 'histogram'

interface Row<T extends Type = Type, L extends string = string> {
  readonly name: string
  readonly type: T
  readonly help: string
  readonly labels: readonly L[]
  /** Of a histogram: upper bounds. */
  readonly buckets?: readonly number[]
}

const row = <T extends Type, L extends string>(
  type: T,
  name: string,
  help: string,
  labels: readonly L[],
  buckets?: readonly number[],
): Row<T, L> => ({ type, name, help, labels, ...(buckets && { buckets }) })

const seconds = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

export const metricRows = {
  visits: row(
    'counter',
    'pgpe_reconcile_total',
    'Visits, by how they ended (done, gone, changed, failed).',
    ['kind', 'result'],
  ),
  visitSeconds: row(
    'histogram',
    'pgpe_reconcile_duration_seconds',
    'How long a visit took.',
    ['kind'],
    seconds,
  ),
  actions: row('counter', 'pgpe_reconcile_actions_total', 'Changes of Azure that visits tried.', [
    'kind',
  ]),
  queueWaiting: row(
    'gauge',
    'pgpe_workqueue_depth',
    'Keys that wait for their time or for a worker.',
    ['kind'],
  ),
  queueRunning: row('gauge', 'pgpe_workqueue_running', 'Keys being visited.', ['kind']),
  objects: row('gauge', 'pgpe_objects', 'Objects that this process serves.', ['kind']),
  conditions: row('gauge', 'pgpe_resource_condition', 'Objects that have a condition so.', [
    'kind',
    'type',
    'status',
    'reason',
  ]),
  pending: row(
    'gauge',
    'pgpe_pending_connections',
    "Connections that wait for a decision, as the decisions' statuses count them.",
    [],
  ),
  pendingApproval: row(
    'gauge',
    'pgpe_pending_approval_oldest_seconds',
    'How long the endpoint that has waited longest for its approval has done so; 0: none waits.',
    [],
  ),
  azureRequests: row(
    'counter',
    'pgpe_azure_requests_total',
    'Requests to Azure Resource Manager.',
    ['operation', 'code'],
  ),
  paceFree: row(
    'gauge',
    'pgpe_azure_pace_free',
    'Requests that may leave for Azure at once, in the lowest of our buckets.',
    ['class'],
  ),
  paceWaiting: row(
    'gauge',
    'pgpe_azure_pace_waiting',
    "Writes that wait for their turn below Azure's limits: what users asked for, what mends drift.",
    ['class', 'rank'],
  ),
  kubernetesRequests: row(
    'counter',
    'pgpe_kubernetes_requests_total',
    'Requests to the Kubernetes API server.',
    ['method', 'code'],
  ),
  watchContact: row(
    'gauge',
    'pgpe_watch_last_contact_seconds',
    'How long ago the API server last spoke on a watch.',
    ['kind'],
  ),
  watchTroubles: row(
    'counter',
    'pgpe_watch_troubles_total',
    'Watches that ended otherwise than by their time.',
    ['kind', 'trouble'],
  ),
  decisionWrites: row(
    'counter',
    'pgpe_decision_writes_total',
    'Decisions sent to Azure (Approve, Reject, Delete, Revoke), by what is known of their arrival.',
    ['action', 'outcome'],
  ),
  approvalsRevoked: row(
    'counter',
    'pgpe_approvals_revoked_total',
    'Approvals that had reached another endpoint than the one decided on, and were taken back. Alert on any.',
    [],
  ),
  eventsDropped: row(
    'counter',
    'pgpe_events_dropped_total',
    'Kubernetes Events that were not recorded, to spare the API server.',
    [],
  ),
  leader: row('gauge', 'pgpe_leader', '1 while this process leads, else 0.', []),
  gated: row(
    'gauge',
    'pgpe_decisions_gated',
    '1 while the admission policy for decisions is in place, else 0.',
    [],
  ),
} as const

type Rows = typeof metricRows
type Made<R> =
  R extends Row<'counter', infer L>
    ? Counter<L>
    : R extends Row<'gauge', infer L>
      ? Gauge<L>
      : R extends Row<'histogram', infer L>
        ? Histogram<L>
        : never
export type Metrics = { readonly [N in keyof Rows]: Made<Rows[N]> }

export interface Meters {
  readonly metrics: Metrics
  /** What Prometheus reads, and how it is called. `collect` runs before each. */
  page(): Promise<{ readonly text: string; readonly contentType: string }>
}

/** @param collect fills what is only known by looking: depths, ages, counts */
export function createMetrics(collect: (metrics: Metrics) => void): Meters {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const make = ({ type, name, help, labels, buckets }: Row) => {
    const given = { name, help, labelNames: labels, registers: [registry] }
    if (type === 'counter') return new Counter(given)
    if (type === 'gauge') return new Gauge(given)
    return new Histogram({ ...given, ...(buckets && { buckets: [...buckets] }) })
  }
  const made = Object.entries(metricRows).map(([key, given]) => [key, make(given)] as const)
  const metrics = Object.fromEntries(made) as unknown as Metrics
  return {
    metrics,
    page: async () => {
      collect(metrics)
      return { text: await registry.metrics(), contentType: registry.contentType }
    },
  }
}

/** The table of metrics for the reference, as Markdown. */
export const metricsPage = (): string =>
  [
    '| metric | type | labels | meaning |',
    '| --- | --- | --- | --- |',
    ...Object.values<Row>(metricRows).map(
      ({ name, type, labels, help }) =>
        `| \`${name}\` | ${type} | ${labels.join(', ')} | ${help} |`,
    ),
    '',
  ].join('\n')
