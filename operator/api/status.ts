/**
 * What both kinds' statuses share. Texts that Azure or a stranger writes have no enumeration here: a
 * state that Azure invents tomorrow must not make the API server refuse the status. Length limits hold
 * even so; `fit` (fit.ts) cuts a status to them.
 */
import {
  choice,
  integer,
  keyed,
  list,
  object,
  optional,
  text,
  time,
  type Schema,
} from './schema.ts'

const condition = object('One thing that is true, false or not known about the object.', {
  type: text('What the condition is about.', {
    minLength: 1,
    maxLength: 316,
    pattern:
      '^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$',
  }),
  status: choice('Whether it holds.', ['True', 'False', 'Unknown']),
  reason: text('Why, in one word from the catalogue (crds/conditions.md).', {
    minLength: 1,
    maxLength: 1024,
    pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$',
  }),
  message: text('Why, in a sentence, and what to do next.', { maxLength: 32768 }),
  lastTransitionTime: time('When the status last changed.'),
  observedGeneration: integer('The generation of the object that this speaks about.', {
    minimum: 0,
  }),
})

export const conditions = optional(
  keyed(
    'What holds, one entry for each type. Ready sums up; Reconciling and Stalled are present only while True. Others may add their own.',
    condition,
    'type',
    { maxItems: 32 },
  ),
)

export const observedGeneration = optional(
  integer('The generation that the operator last saw; -1 before it has seen any.', { minimum: -1 }),
)

export const lastHandledReconcileAt = optional(
  text(
    "The last value of pgpe.dev/reconcile-requested-at (or of Flux's own annotation) that was acted on.",
    {
      maxLength: 1024,
    },
  ),
)

export const armText = (about: string): Schema<string> => text(about, { maxLength: 1024 })
export const armTexts = (about: string, maxItems: number): Schema<readonly string[]> =>
  list(about, armText('One of them.'), { maxItems })
