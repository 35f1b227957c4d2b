/** Which connections a decision speaks about. */
import * as assert from 'uvu/assert'
import type { WrittenDecisionSpec } from '../operator/api/connection-decision.ts'
import type { Connection } from '../operator/azure/model.ts'
import { matches } from '../operator/decision/match.ts'
import {
  candidate,
  connection,
  decision,
  endpointText,
  fullName,
  ours,
  remembering,
  strangers,
  vendors,
} from './kit/decision.ts'
import { table } from './kit/table.ts'

type Selection = NonNullable<WrittenDecisionSpec['connections']>

const app = connection('app.1')
const dbt = connection('dbt.7', { endpoint: endpointText('dbt', vendors, 'dbt-prod') })
const nameless = connection('mystery.9', { endpoint: null })

interface Row {
  readonly by?: Selection
  readonly action?: 'Approve' | 'Reject' | 'Delete'
  readonly refs?: Readonly<Record<string, string>>
  /** Pins in the status: reference → ARM id. */
  readonly pins?: Readonly<Record<string, string>>
  readonly of: Connection
  readonly is: boolean
}

const group = `/subscriptions/${ours}/resourceGroups/net`

table<Row>(
  'a decision',
  {
    'matches the exact full name': { by: { names: [fullName('app.1')] }, of: app, is: true },
    'matches a name in any case': {
      by: { names: [fullName('app.1').toUpperCase()] },
      of: app,
      is: true,
    },
    'does not match the same endpoint name with another GUID': {
      by: { names: [fullName('app.2')] },
      of: app,
      is: false,
    },
    'does not match a name that only begins so': {
      by: { names: ['app'] },
      of: app,
      is: false,
    },
    'matches an endpoint id in any case': {
      by: { privateEndpointIds: [endpointText('app').toUpperCase()] },
      of: app,
      is: true,
    },
    'does not match an endpoint of the same name in another subscription': {
      by: { privateEndpointIds: [endpointText('app', strangers)] },
      of: app,
      is: false,
    },
    'does not take an id of another type for an endpoint': {
      by: {
        privateEndpointIds: [endpointText('app').replace('privateEndpoints', 'virtualNetworks')],
      },
      of: app,
      is: false,
    },
    'does not take letters that lower-case to ASCII for ASCII': {
      by: { privateEndpointIds: [endpointText('link')] },
      of: connection('link.1', { endpoint: endpointText('lin\u212a') }),
      is: false,
    },
    'needs every field given: name and endpoint': {
      by: { names: [fullName('app.1')], privateEndpointIds: [endpointText('app')] },
      of: app,
      is: true,
    },
    'does not match the right name with the wrong endpoint': {
      by: { names: [fullName('app.1')], privateEndpointIds: [endpointText('other')] },
      of: app,
      is: false,
    },
    'does not match the right endpoint with the wrong name': {
      by: { names: [fullName('app.2')], privateEndpointIds: [endpointText('app')] },
      of: app,
      is: false,
    },
    'matches one value of several': {
      by: { names: [fullName('other.3'), fullName('app.1')] },
      of: app,
      is: true,
    },
    'matches a subscription': {
      by: { subscriptionIds: [vendors.toUpperCase()] },
      of: dbt,
      is: true,
    },
    'does not match another subscription': {
      by: { subscriptionIds: [vendors] },
      of: app,
      is: false,
    },
    'matches a resource group in any case': {
      by: { resourceGroupIds: [group.toLowerCase()] },
      of: app,
      is: true,
    },
    'does not match a group whose name only begins so': {
      by: { resourceGroupIds: [group.slice(0, -1)] },
      of: app,
      is: false,
    },
    'does not match a group of the same name in another subscription': {
      by: { resourceGroupIds: [`/subscriptions/${strangers}/resourceGroups/net`] },
      of: app,
      is: false,
    },
    'needs subscription and group both': {
      by: { subscriptionIds: [vendors], resourceGroupIds: [group] },
      of: app,
      is: false,
    },
    'matches by name alone what names no endpoint': {
      by: { names: [fullName('mystery.9')] },
      of: nameless,
      is: true,
    },
    'does not match what names no endpoint when an endpoint is asked for as well': {
      by: { names: [fullName('mystery.9')], privateEndpointIds: [endpointText('mystery')] },
      of: nameless,
      is: false,
    },
    'does not match what names no endpoint by subscription': {
      by: { subscriptionIds: [ours] },
      of: nameless,
      is: false,
    },
    'does not match what names no endpoint by state alone': {
      action: 'Reject',
      by: { states: ['Pending'] },
      of: nameless,
      is: false,
    },
    'treats an endpoint id that is none as no endpoint': {
      by: { subscriptionIds: [ours] },
      of: connection('odd.1', { endpoint: `/subscriptions/${ours}/../privateEndpoints/odd` }),
      is: false,
    },
    'refuses whoever asks by state alone': {
      action: 'Reject',
      by: { states: ['Pending'] },
      of: dbt,
      is: true,
    },
    'leaves the Approved alone when states says Pending': {
      action: 'Reject',
      by: { names: [fullName('app.1')], states: ['Pending'] },
      of: connection('app.1', { state: 'Approved' }),
      is: false,
    },
    'keeps what it has rejected when states says Pending': {
      action: 'Reject',
      by: { names: [fullName('app.1')], states: ['Pending'] },
      of: connection('app.1', { state: 'Rejected' }),
      is: true,
    },
    'matches nothing by an empty selection': { action: 'Approve', by: {}, of: app, is: false },
    'matches nothing by an empty list': {
      action: 'Approve',
      by: { names: [] },
      of: app,
      is: false,
    },
    'matches nothing with an action and no selection': { action: 'Approve', of: app, is: false },
    'watches everything without action and selection': { of: app, is: true },
    'matches the endpoint that a reference stands for': {
      by: { endpointRefs: [{ name: 'app' }] },
      refs: { 'db/app': endpointText('app') },
      of: app,
      is: true,
    },
    'follows a reference into another namespace': {
      by: { endpointRefs: [{ name: 'app', namespace: 'shop' }] },
      refs: { 'shop/app': endpointText('app') },
      of: app,
      is: true,
    },
    'does not match a reference that proves nothing': {
      by: { endpointRefs: [{ name: 'app' }] },
      of: app,
      is: false,
    },
    'does not match another id under a reference that is pinned': {
      action: 'Approve',
      by: { endpointRefs: [{ name: 'app' }] },
      refs: { 'db/app': endpointText('app') },
      pins: { 'db/app': endpointText('former') },
      of: app,
      is: false,
    },
    'does not approve a pinned endpoint whose object is gone': {
      action: 'Approve',
      by: { endpointRefs: [{ name: 'app' }] },
      pins: { 'db/app': endpointText('app') },
      of: app,
      is: false,
    },
    'rejects a pinned endpoint though its object is gone': {
      action: 'Reject',
      by: { endpointRefs: [{ name: 'app' }] },
      pins: { 'db/app': endpointText('app') },
      of: app,
      is: true,
    },
  },
  ({ by, action, refs, pins, of, is }) => {
    const made = decision({
      spec: { ...(by && { connections: by }), ...(action && { action }) },
      ...(pins && {
        status: remembering({
          pins: Object.entries(pins).map(([endpoint, privateEndpointId]) => ({
            endpoint,
            privateEndpointId,
          })),
        }),
      }),
    })
    assert.is(matches(candidate(made, refs), of), is)
  },
)
