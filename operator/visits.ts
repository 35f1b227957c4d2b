/** What is told of each visit and of each decision that was written: lines and metrics. Decides nothing. */
import type { AuditLine } from './decision/audit.ts'
import { KubeError } from './kubernetes/error.ts'
import type { ControllerGiven } from './runtime/controller.ts'
import { errorFields, type Log } from './runtime/log.ts'
import type { Metrics } from './runtime/metrics.ts'

interface Told {
  readonly log: Log
  readonly metrics: Metrics
}

export function tellVisit(
  kind: string,
  ended: Parameters<ControllerGiven['onVisit']>[0],
  { metrics, log }: Told,
): void {
  const { key, ending, ms, actions, error, againInMs } = ended
  metrics.visits.inc({ kind, result: ending })
  metrics.visitSeconds.observe({ kind }, ms / 1000)
  if (actions > 0) metrics.actions.inc({ kind }, actions)
  const fields = { kind, key, ms: Math.round(ms), againInMs: rounded(againInMs) }
  // An error that is none of the API server's is a defect: say where it was thrown.
  const why = errorFields(error, { trace: !(error instanceof KubeError) })
  if (ending === 'failed') log.warn('visit-failed', { ...fields, ...why })
  else if (ending === 'changed') log.debug('visit-changed', fields)
  else if (actions > 0) log.info('visit', { ...fields, actions })
  else log.debug('visit-quiet', { ...fields, ending })
}

/** One line of fixed shape for each write; an approval that is taken back is an alarm. */
export function tellDecision(line: AuditLine | undefined, { metrics, log }: Told): void {
  if (line === undefined) return
  const { action, outcome } = line
  metrics.decisionWrites.inc({ action, outcome })
  if (action !== 'Revoke') return log.info('decision-written', { ...line })
  metrics.approvalsRevoked.inc()
  log.warn('decision-written', { ...line })
}

const rounded = (ms: number | undefined): number | undefined =>
  ms === undefined ? undefined : Math.round(ms)
