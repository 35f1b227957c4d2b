/**
 * Label selectors as kubectl's -l takes them, applied to labels that are here. For questions that must
 * not be put to the API server, because the cache has to hold the others too. Pure.
 */
import type { Parser } from './setting.ts'

export interface Requirement {
  readonly key: string
  /** `notIn` holds as well where there is no such label; no values: whether there is any. */
  readonly operator: 'in' | 'notIn' | 'exists' | 'absent'
  readonly values: readonly string[]
}

/** All of them hold; none: everything. */
export interface Selector {
  readonly text: string
  readonly requirements: readonly Requirement[]
}

export function matches(
  { requirements }: Selector,
  labels: Readonly<Record<string, string>> = {},
): boolean {
  return requirements.every(({ key, operator, values }) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined
    switch (operator) {
      case 'in':
        return value !== undefined && values.includes(value)
      case 'notIn':
        return value === undefined || !values.includes(value)
      case 'exists':
        return value !== undefined
      case 'absent':
        return value === undefined
    }
  })
}

/** Empty: undefined, which is everything. */
export const optionalSelector: Parser<Selector | undefined> = (given) => {
  if (given === '') return { is: 'value', value: undefined }
  const requirements = split(given).map(requirementOf)
  const all = requirements.filter((each) => each !== undefined)
  return all.length === requirements.length
    ? { is: 'value', value: { text: given, requirements: all } }
    : { is: 'wrong', expected: 'a label selector, such as shard=a or shard in (a, b),!test' }
}

/** At the commas that are in no parentheses. */
const split = (text: string): readonly string[] =>
  text.split(/,(?![^(]*\))/).map((each) => each.trim())

const one = /^([^\s=!(),]+)\s*(==|=|!=)\s*([^\s=!(),]*)$/
const several = /^([^\s=!(),]+)\s+(in|notin)\s*\(([^()]*)\)$/
const presence = /^(!?)\s*([^\s=!(),]+)$/

function requirementOf(text: string): Requirement | undefined {
  const [, key = '', sign = '', value = ''] = one.exec(text) ?? []
  if (key !== '') return checked(key, sign === '!=' ? 'notIn' : 'in', [value])
  const [, label = '', word = '', list = ''] = several.exec(text) ?? []
  if (label !== '') {
    const values = list.split(',').map((each) => each.trim())
    return checked(label, word === 'in' ? 'in' : 'notIn', values)
  }
  const [, not = '', name = ''] = presence.exec(text) ?? []
  return name === '' ? undefined : checked(name, not === '' ? 'exists' : 'absent', [])
}

const part = '[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?'
const labelKey = new RegExp(`^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?${part}$`)
const labelValue = new RegExp(`^(${part})?$`)

const checked = (
  key: string,
  operator: Requirement['operator'],
  values: readonly string[],
): Requirement | undefined =>
  labelKey.test(key) && values.every((value) => labelValue.test(value))
    ? { key, operator, values }
    : undefined
