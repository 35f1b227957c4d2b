/**
 * Every alert is a row: when it fires, what it means, where to look, what to do. The PrometheusRule and
 * a runbook page for each are printed from it. Expressions speak of metrics of runtime/metrics.ts only;
 * a test compares.
 */
import type { JsonObject } from './api/schema.ts'

export interface Alert {
  readonly name: string
  /** `critical`: somebody gets up for it; `warning`: today; `info`: when there is time. */
  readonly severity: 'critical' | 'warning' | 'info'
  /** PromQL. */
  readonly expr: string
  /** How long it must hold. */
  readonly for: string
  /** One line; may use Prometheus' templates. */
  readonly summary: string
  readonly means: string
  readonly look: readonly string[]
  readonly remedy: readonly string[]
}

const holds = (type: string): string =>
  `sum by (namespace, kind, reason) (pgpe_resource_condition{type="${type}",status="True"} * on (pod, namespace) group_left () pgpe_leader) > 0`
const list = (kind: string, type: string): string =>
  `\`kubectl get ${kind} -A -o wide\`: objects whose condition ${type} is True say why in MESSAGE.`

export const alerts: readonly Alert[] = [
  {
    name: 'PgpeApprovalRevoked',
    severity: 'critical',
    expr: 'increase(pgpe_approvals_revoked_total[1h]) > 0',
    for: '0m',
    summary:
      'An approval had reached another endpoint than the one decided on, and was taken back.',
    means:
      'Between the read before an approval and the approval another endpoint stood under the same name. The operator has seen it and rejected the connection. For a moment it was approved.',
    look: [
      'The log line `decision-written` with `"action":"Revoke"`: connection, endpoint, ARM correlation id.',
      'The Warning event `ApprovalRevoked` on the decision, and its status.history.',
    ],
    remedy: [
      'Find out whose endpoint it is (its id names the subscription), and ask.',
      "Read the server's connection log for that moment.",
    ],
  },
  {
    name: 'PgpeNoLeader',
    severity: 'critical',
    expr: 'sum by (namespace) (pgpe_leader) < 1 or absent(pgpe_leader)',
    for: '5m',
    summary: 'No process of the operator leads: nothing is reconciled.',
    means: 'Endpoints and approvals that exist go on working; changes and decisions wait.',
    look: [
      '`kubectl get pods` in its namespace, and the last log lines of each (`lease-lost`, `lease-trouble`).',
      '`kubectl get lease` there: holder and renewTime.',
    ],
    remedy: [
      'Mend what keeps the pods from running or from reaching the API server.',
      'A lease held by a pod that is gone is free after its duration (15 s); it need not be deleted.',
    ],
  },
  {
    name: 'PgpeWatchDeaf',
    severity: 'warning',
    expr: 'max by (namespace, pod, kind) (pgpe_watch_last_contact_seconds) > 300',
    for: '5m',
    summary:
      'The API server has been silent for {{ $value }} s on the watch of {{ $labels.kind }}.',
    means: 'Changes of objects are not seen. The process is not ready, and tries again by itself.',
    look: [
      'The log: `watch-trouble`.',
      'Whether other clients reach the API server from that node.',
    ],
    remedy: ['Mend the network between pod and API server; no restart is needed.'],
  },
  {
    name: 'PgpeDecisionsUngated',
    severity: 'critical',
    expr: 'max by (namespace) (pgpe_decisions_gated * on (pod, namespace) pgpe_leader) == 0 and on (namespace) max by (namespace) (pgpe_leader) == 1',
    for: '15m',
    summary: 'The admission policy that asks who may decide is missing or changed.',
    means:
      'Decisions are not acted on (unless the operator runs with --allow-ungated, and then everybody who may write one decides).',
    look: [
      'The log: `policy-missing`, `policy-hidden` or `policy-changed` says what is other than shipped.',
      '`kubectl get validatingadmissionpolicy,validatingadmissionpolicybinding pgpe-decisions`.',
    ],
    remedy: [
      'Apply the grants of the chart again (grants.enabled), in the version of the operator.',
    ],
  },
  {
    name: 'PgpeCredentialsUnavailable',
    severity: 'warning',
    expr: holds('CredentialsUnavailable'),
    for: '15m',
    summary: '{{ $value }} objects of kind {{ $labels.kind }} have no Azure identity to act with.',
    means: 'They are neither looked at nor changed; what exists goes on working.',
    look: [list('pgpe,epcd', 'CredentialsUnavailable')],
    remedy: [
      'Restore the Secret or ServiceAccount that spec.identityRef names, or renew its secret or certificate.',
      'For the operator itself: the federated credential must name this cluster and account.',
    ],
  },
  {
    name: 'PgpeStalled',
    severity: 'warning',
    expr: holds('Stalled'),
    for: '1h',
    summary:
      '{{ $value }} objects of kind {{ $labels.kind }} wait for a person ({{ $labels.reason }}).',
    means: 'Only a change by a person helps. It is still tried again, rarely.',
    look: [list('pgpe,epcd', 'Stalled'), 'What to do for each reason: crds/conditions.md.'],
    remedy: ['As the message says.'],
  },
  {
    name: 'PgpeEndpointLost',
    severity: 'critical',
    expr: 'sum by (namespace, kind, type) (pgpe_resource_condition{type=~"Disconnected|Rejected|OwnershipLost",status="True"} * on (pod, namespace) group_left () pgpe_leader) > 0',
    for: '5m',
    summary: '{{ $value }} endpoints do not lead to their server any more ({{ $labels.type }}).',
    means:
      "The server's owner rejected or removed the connection, the server is gone, or somebody else took the endpoint over. Clients cannot connect through it.",
    look: [
      '`kubectl get pgpe -A`: CONNECTION and REASON.',
      'The description that the owner left, in MESSAGE.',
    ],
    remedy: [
      'Agree with the owner of the server; then set the annotation pgpe.dev/recreate to a new value.',
      'Or delete the object.',
    ],
  },
  {
    name: 'PgpeDNSConflict',
    severity: 'warning',
    expr: holds('DNSConflict'),
    for: '10m',
    summary: 'The record of {{ $value }} endpoints belongs to another endpoint.',
    means: 'The name leads to an address of somebody else; which one is in the message.',
    look: [list('pgpe', 'DNSConflict')],
    remedy: ['Give one of the two another zone (spec.dns.zoneId), or dns.mode None, or delete it.'],
  },
  {
    name: 'PgpeServersNotReady',
    severity: 'info',
    expr: holds('ServerNotReady'),
    for: '24h',
    summary: '{{ $value }} objects of kind {{ $labels.kind }} wait for a server that is not ready.',
    means: 'The server is stopped, disabled or its high availability does not settle.',
    look: [list('pgpe,epcd', 'ServerNotReady')],
    remedy: ['Start the server, or delete the objects if it is not coming back.'],
  },
  {
    name: 'PgpePendingConnections',
    severity: 'info',
    expr: 'max by (namespace) (pgpe_pending_connections) > 0',
    for: '24h',
    summary: '{{ $value }} connections have waited for a decision for a day.',
    means: 'Somebody asks for access to a server, and nobody has approved or rejected it.',
    look: ['`kubectl get epcd -A -l pgpe.dev/inbox`.'],
    remedy: ['Decide: docs/decisions.md.'],
  },
  {
    name: 'PgpeThrottledByAzure',
    severity: 'warning',
    expr: 'sum by (namespace) (increase(pgpe_azure_requests_total{code=~"TooManyRequests|429|SubscriptionRequestsThrottled|OperationNotAllowed"}[15m])) > 0',
    for: '30m',
    summary: 'Azure has throttled the operator {{ $value }} times in 15 minutes.',
    means:
      'The operator keeps below the limits; somebody else uses up the same identity in the same subscription. Everything goes on, slower.',
    look: [
      '`pgpe_azure_requests_total` by operation.',
      "Which other tools sign in with this application: Microsoft Entra's sign-in log.",
    ],
    remedy: ['Give the operator an identity of its own.'],
  },
  {
    name: 'PgpeReconcileFailing',
    severity: 'warning',
    expr: 'sum by (namespace, kind) (rate(pgpe_reconcile_total{result="failed"}[15m])) > 0.1 * sum by (namespace, kind) (rate(pgpe_reconcile_total[15m]))',
    for: '30m',
    summary: 'More than a tenth of the visits of {{ $labels.kind }} fail.',
    means: 'Status cannot be written, or the operator has met a defect of its own.',
    look: ['The log: `visit-failed` says why, with a trace where it is a defect.'],
    remedy: ['Mend the rights or the API server; report a trace as a bug.'],
  },
]

/** The groups of a PrometheusRule, and of a file for promtool. */
export const alertGroups = (runbooks: string): JsonObject => ({
  groups: [
    {
      name: 'pgpe-operator',
      rules: alerts.map(({ name, expr, for: lasting, severity, summary }) => ({
        alert: name,
        expr,
        for: lasting,
        labels: { severity },
        annotations: { summary, runbook_url: `${runbooks}/${name}.md` },
      })),
    },
  ],
})

/** Replaced by the chart's value when it is rendered. */
export const runbookPlace = 'RUNBOOKS'

export const runbookPage = ({ severity, expr, means, look, remedy, ...row }: Alert): string =>
  [
    `Fires after ${row.for}, as ${severity}: ${row.summary.replaceAll(/\{\{ \$(labels\.)?(\w+) \}\}/g, '<$2>')}`,
    '',
    '```promql',
    expr,
    '```',
    '',
    '## What it means',
    '',
    means,
    '',
    '## Where to look',
    '',
    ...look.map((line) => `- ${line}`),
    '',
    '## What to do',
    '',
    ...remedy.map((line) => `- ${line}`),
    '',
  ].join('\n')
