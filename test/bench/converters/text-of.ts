import { doubleText, isStruct, isTypedNumber } from '../../../src/api/index.ts'

/** A text of a value that is the same for every contestant: members of maps by name, doubles as Java writes them. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : doubleText(value)
  if (isTypedNumber(value)) return value.toString()
  if (value instanceof Date) return `@${value.getTime()}`
  if (isStruct(value)) {
    const { schema, values } = value
    const members = (schema.fields ?? []).map(({ name, schema: { type }, index }) => {
      const member = values[index]
      const isDouble = type === 'FLOAT64' && typeof member === 'number'
      return `${name}=${isDouble ? doubleText(member) : textOf(member)}`
    })
    return `(${members.join()})`
  }
  if (typeof value === 'object') {
    const members = Object.entries(value).map(([name, member]) => `${name}=${textOf(member)}`)
    return `{${members.sort().join()}}`
  }
  return JSON.stringify(value)
}
