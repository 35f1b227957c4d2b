/**
 * What an inbox row is to admission: made by the operator's own account, about one connection, and never
 * anything that a person could have put in its place.
 */
import { labels } from './api/connection-decision.ts'
import { same, type Validation } from './grants.ts'

const labelled = (which: 'object' | 'oldObject'): string =>
  `'${labels.inbox}' in ${which}.metadata.?labels.orValue({})`
/** Whose name stands on it. */
export const by = (which: 'object' | 'oldObject'): string =>
  `${which}.spec.?decidedBy.?username.orValue('')`

export const rows: readonly Validation[] = [
  {
    guards: "the operator's account",
    expression: `!variables.operator || variables.before == '' && (variables.removed ? ${labelled('oldObject')} : request.operation == 'CREATE' && variables.after == '' && ${labelled('object')} && ${by('object')} == '' && !object.spec.?inbox.orValue(false) && object.spec.?connections.?names.orValue([]).size() == 1)`,
    message:
      "the operator's account may create and delete undecided inbox rows only: it never decides",
  },
  {
    guards: 'the label of a row',
    expression: `request.operation != 'UPDATE' || ${same('labels', labels.inbox)}`,
    message: `the label ${labels.inbox} marks a row that the operator made: it can't be set, changed or removed. Leave it as it is, or write a decision of your own`,
  },
  {
    guards: 'a forged row',
    expression: `variables.operator || request.operation != 'CREATE' || variables.after != '' || !(${labelled('object')})`,
    message: `the label ${labels.inbox} marks a row that the operator made: remove it. Undecided rows come back by themselves where an inbox is`,
  },
  {
    guards: 'the shape of a row',
    expression: `variables.operator || request.operation != 'CREATE' || !(${labelled('object')}) || object.spec.?connections.?names.orValue([]).size() == 1`,
    message: `the label ${labels.inbox} marks a row, and a row is about one connection: remove the label, or give exactly one of connections.names`,
  },
  {
    guards: 'the name of a row',
    expression: `request.operation != 'CREATE' || ${labelled('object')} || !object.metadata.name.matches('-[0-9a-f]{16}$')`,
    message:
      "a name that ends in '-' and 16 hexadecimal digits is that of an inbox row, by which people decide: choose another one",
  },
  {
    guards: 'the pin of a row',
    expression: `request.operation != 'UPDATE' || !(${labelled('oldObject')}) || object.spec.?connections == oldObject.spec.?connections`,
    message:
      'an inbox row stays pinned to the connection that it was made for: set its action, or write a decision of your own for another connection',
  },
]
