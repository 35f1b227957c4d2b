/** Where everything is in the end, as claims about objects; true at once after the last scene, and still. */
import { labels } from '../../operator/api/group.ts'
import { isReady, type Claim } from './acts.ts'
import type { Item } from './kubectl.ts'
import { inWords, type Objects } from './objects.ts'

const endpoint = (name: string, address?: string): Claim => ({
  kind: 'pgpe',
  key: `network/${name}`,
  is: address === undefined ? 'is Ready and Approved' : `is Ready and Approved, at ${address}`,
  holds: (item) =>
    isReady(item) &&
    item?.status?.connection?.state === 'Approved' &&
    (address === undefined || item.status.privateIPAddresses?.[0] === address),
})

const decision = (name: string, is: string, holds: (item: Item) => boolean): Claim => ({
  kind: 'epcd',
  key: `databases/${name}`,
  is: `is Ready and ${is}`,
  holds: (item) => isReady(item) && item !== undefined && holds(item),
})

const gone = (name: string): Claim => ({
  kind: 'pgpe',
  key: `network/${name}`,
  is: 'is not there',
  holds: (item) => item === undefined,
})

const named: readonly Claim[] = [
  endpoint('orders'),
  endpoint('billing', '10.1.1.50'),
  endpoint('ledger'),
  endpoint('archive'),
  gone('mistaken'),
  gone('sandbox'),
  decision('approve-ledger', 'has approved one connection', (item) => item.status?.approved === 1),
  decision('reject-unknown', 'has rejected one connection', (item) => item.status?.rejected === 1),
  decision('warehouse-inbox', 'is an inbox with nothing pending', ({ spec, status }) => {
    return spec.inbox === true && status?.pending === 0
  }),
]

/** What is not as it should be, in plain words; empty when all is. */
export function missing(objects: Objects): readonly string[] {
  const wrong = named
    .filter(({ kind, key, holds }) => !holds(objects.get(kind, key)))
    .map(
      ({ kind, key, is }) =>
        `${kind} ${key} should be so: it ${is}; ${inWords(kind, key, objects.get(kind, key))}`,
    )
  const rows = objects
    .all('epcd')
    .filter((item) => item.metadata.labels?.[labels.inbox] !== undefined)
  const [row] = rows
  if (
    rows.length !== 1 ||
    !isReady(row) ||
    row?.spec.action !== 'Approve' ||
    row.status?.state !== 'Approved'
  ) {
    wrong.push(`the inbox should have one row, approved and Ready; it has ${rows.length}`)
  }
  return wrong
}
