/** What one look at Azure told us. There is no fourth answer, and "could not look" is never "gone". */
import type { ArmError } from './error.ts'

export type Observed<T> =
  | { readonly is: 'present'; readonly value: T }
  | { readonly is: 'absent' }
  | { readonly is: 'unreadable'; readonly error: ArmError }

export const present = <T>(value: T): Observed<T> => ({ is: 'present', value })
export const absent: Observed<never> = { is: 'absent' }
export const unreadable = (error: ArmError): Observed<never> => ({ is: 'unreadable', error })
