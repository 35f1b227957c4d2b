/**
 * A dashboard for Grafana: one panel for each row of the table of metrics, in its order, with the row's own
 * words. Decides how a type of metric is drawn, never which there are.
 */
import type { JsonObject } from './api/schema.ts'
import { metricRows } from './runtime/metrics.ts'

interface Drawn {
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  readonly labels: readonly string[]
}

const where = '{namespace=~"$namespace"}'
const every = '[$__rate_interval]'

/** PromQL of one metric: what happens a second, what is, how long 99 of 100 take. */
function expressionOf({ name, type, labels }: Drawn): string {
  const by = (more: readonly string[]): string =>
    more.length === 0 ? '' : ` by (${more.join(', ')})`
  switch (type) {
    case 'counter':
      return `sum${by(labels)} (rate(${name}${where}${every}))`
    case 'gauge':
      return `max${by(labels)} (${name}${where})`
    case 'histogram':
      return `histogram_quantile(0.99, sum${by(['le', ...labels])} (rate(${name}_bucket${where}${every})))`
  }
}

const unitOf = ({ name, type }: Drawn): string => {
  if (type === 'counter') return 'ops'
  return name.endsWith('_seconds') ? 's' : 'short'
}

const datasource = { type: 'prometheus', uid: '${datasource}' }

const panel = (row: Drawn, index: number): JsonObject => ({
  id: index + 1,
  type: 'timeseries',
  title: row.name,
  description: row.help,
  datasource,
  gridPos: { h: 8, w: 8, x: (index % 3) * 8, y: Math.floor(index / 3) * 8 },
  fieldConfig: { defaults: { unit: unitOf(row), min: 0 }, overrides: [] },
  options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi' } },
  targets: [
    {
      refId: 'A',
      datasource,
      expr: expressionOf(row),
      legendFormat: row.labels.map((label) => `{{${label}}}`).join(' ') || row.name,
    },
  ],
})

/** As Grafana imports it, or its sidecar finds it in a ConfigMap. */
export const dashboard = (): JsonObject => ({
  uid: 'pgpe-operator',
  title: 'pgpe-operator',
  schemaVersion: 39,
  tags: ['pgpe-operator'],
  editable: true,
  refresh: '1m',
  time: { from: 'now-6h', to: 'now' },
  templating: {
    list: [
      { name: 'datasource', type: 'datasource', query: 'prometheus' },
      {
        name: 'namespace',
        type: 'query',
        datasource,
        query: 'label_values(pgpe_leader, namespace)',
        includeAll: true,
        multi: true,
        current: { text: 'All', value: '$__all' },
      },
    ],
  },
  panels: Object.values<Drawn>(metricRows).map(panel),
})
