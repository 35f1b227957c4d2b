/**
 * What an Approve, a Reject and a Delete need, as rules across the fields of a decision's spec. They
 * keep a decision from reaching further than its words: a stranger chooses names, and more requests
 * may come.
 */
import type { Rule } from './schema.ts'

/** Fields of `connections` that say who; `states` only narrows them. */
export const selectors = [
  'names',
  'privateEndpointIds',
  'endpointRefs',
  'subscriptionIds',
  'resourceGroupIds',
]
const has = (field: string): string => `has(self.connections.${field})`

export const rules: readonly Rule[] = [
  {
    rule: '!has(self.action) || has(self.connections)',
    message:
      'an action needs connections: say which ones by names, privateEndpointIds, endpointRefs, subscriptionIds or resourceGroupIds',
    fieldPath: '.connections',
    reason: 'FieldValueRequired',
  },
  {
    rule: "!has(self.action) || self.action != 'Delete' || !has(self.connections) || has(self.connections.names)",
    message:
      'Delete needs connections.names, the full names of the connections to remove: by anything else it would be a ban without end (use Reject for that)',
    fieldPath: '.connections',
  },
  {
    rule: `!has(self.action) || self.action != 'Approve' || !has(self.connections) || !(${has('subscriptionIds')} || ${has('resourceGroupIds')}) || has(self.maxApproved)`,
    message:
      'Approve by subscriptionIds or resourceGroupIds needs maxApproved, the number of connections that it may hold approved',
    fieldPath: '.maxApproved',
    reason: 'FieldValueRequired',
  },
  {
    rule: `!has(self.connections) || !${has('states')} || has(self.action) && self.action == 'Reject'`,
    message:
      'connections.states works with Reject only: Approve acts on Pending connections, Delete on those it names. Remove states',
    fieldPath: '.connections',
  },
  {
    rule: `!has(self.connections) || !${has('states')} || ${selectors.map(has).join(' || ')} || self.connections.states == ['Pending']`,
    message:
      'connections.states alone may only be [Pending], which refuses whoever asks; to reject approved connections say whose, by names, privateEndpointIds, endpointRefs, subscriptionIds or resourceGroupIds',
    fieldPath: '.connections',
  },
  {
    rule: '!self.inbox || !has(self.action)',
    message:
      'an inbox decides nothing: remove action or inbox. To decide a connection that it lists, set spec.action of its row',
    fieldPath: '.inbox',
  },
  {
    rule: '!self.inbox || !has(self.connections)',
    message:
      'an inbox lists every connection of the server that no decision covers: remove connections or inbox',
    fieldPath: '.inbox',
  },
  {
    rule: 'has(oldSelf.action) || has(self.connections) == has(oldSelf.connections) && (!has(self.connections) || self.connections == oldSelf.connections)',
    message:
      'connections can change only where the object already had an action, so that nobody decides about another connection than the one shown: set action first, or create another object',
    fieldPath: '.connections',
    reason: 'FieldValueForbidden',
  },
]
