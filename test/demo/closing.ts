/** The words after the last scene: what to try next, and what it took. Decides nothing. */
import { join } from 'node:path'
import type { RequestRow } from '../arm/requests.ts'
import { kubectlDirectory, type Stage } from './stage.ts'

/** For a person at a second terminal. */
export function whatToTry(stage: Stage): readonly string[] {
  return [
    'In a second terminal:',
    '',
    `    export KUBECONFIG=${join(stage.directory, 'kubeconfig')} PATH=${kubectlDirectory(stage)}:$PATH`,
    '    kubectl get pgpe,epcd -A -o wide               # with messages',
    '    kubectl describe pgpe orders -n network        # conditions and events',
    '    kubectl explain pgpe.spec.dns                  # every field says what it does',
    '    kubectl patch pgpe billing -n network --type merge -p \'{"spec":{"tags":{"costCenter":"sales"}}}\'',
    '    # refused, because Azure would:',
    '    kubectl patch pgpe billing -n network --type merge -p \'{"spec":{"privateIPAddress":"10.1.1.51"}}\'',
    '    kubectl delete pgpe archive -n network',
    `    ${`kill -9 ${stage.operator.pid}`.padEnd(47)}# the operator: it is started again`,
    '',
    'Azure, for az or anything else that speaks ARM (its certificate and an identity are in env):',
    '',
    `    source ${join(stage.directory, 'env')}`,
  ]
}

const methods = ['GET', 'PUT', 'PATCH', 'POST', 'DELETE'] as const

/** Requests to Azure by type and method, without those that the demo itself sent in its people's names. */
export function requestCounts(stage: Stage): readonly string[] {
  const counts = new Map<string, Map<string, number>>()
  const names = new Map<string, string>()
  const add = (type: string, method: string, count: number): void => {
    const key = type.toLowerCase()
    const row = counts.get(key) ?? new Map<string, number>()
    counts.set(key, row.set(method, (row.get(method) ?? 0) + count))
  }
  for (const { type, operation, method, count } of stage.azure.requests()) {
    const name = shown(type, operation)
    names.set(name.toLowerCase(), name)
    add(name, method, count)
  }
  for (const { sent } of Object.values(stage.people)) {
    for (const [key, count] of sent) {
      const [method = '', type = ''] = key.split(' ')
      add(type, method.toUpperCase(), -count)
    }
  }
  const rows = [...counts]
    .map(
      ([key, row]) =>
        [names.get(key) ?? key, ...methods.map((method) => row.get(method) ?? 0)] as const,
    )
    .filter(([, ...numbers]) => numbers.some((number) => number !== 0))
    .toSorted(([a], [b]) => a.localeCompare(b))
  const total = methods.map((_, index) =>
    rows.reduce((sum, row) => sum + Number(row[index + 1]), 0),
  )
  return table([['REQUESTS OF THE OPERATOR TO AZURE', ...methods], ...rows, ['all', ...total]])
}

const shown = (type: string, operation: RequestRow['operation']): string =>
  operation === 'poll' ? 'a long-running operation' : type

function table(rows: readonly (readonly (string | number)[])[]): readonly string[] {
  const width = Math.max(...rows.map(([first]) => String(first).length))
  return rows.map(([first, ...rest]) => {
    const cells = rest.map((cell) => String(cell === 0 ? '-' : cell).padStart(7))
    return `${String(first).padEnd(width)}${cells.join('')}`
  })
}
