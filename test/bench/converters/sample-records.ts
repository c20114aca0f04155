import { randomNumbers } from '../../support/random-numbers.ts'

const field = (name: string, type: string, optional = false): unknown => ({
  type,
  optional,
  field: name,
})

/** Of {@link sampleLines}, as JsonConverter writes it. */
export const sampleSchema = JSON.stringify({
  type: 'struct',
  fields: [
    field('id', 'int64'),
    field('customer', 'string'),
    field('email', 'string'),
    field('amount', 'double'),
    field('currency', 'string'),
    field('status', 'string'),
    field('created_at', 'string'),
    field('active', 'boolean'),
    field('notes', 'string', true),
  ],
  optional: false,
  name: 'com.example.Order',
})

/** Orders of some 190 bytes: nine members, always in the same order. */
export function sampleLines(count: number): string[] {
  return Array.from({ length: count }, (_, i) => documentOf(membersOf(i)))
}

/** The same with up to seven members left out at random: 128 shapes, none of which comes more often than another. */
export function manyShapes(count: number): string[] {
  const random = randomNumbers(6)
  return Array.from({ length: count }, (_, i) =>
    documentOf(membersOf(i).filter((_member, at) => at < 2 || random() < 0.5)),
  )
}

/** JSON of each member. An amount is never written as an integer: `100.00` is a double, not an int64. */
function membersOf(i: number): string[] {
  const second = String(i % 60).padStart(2, '0')
  return [
    `"id":${100_000 + i}`,
    `"customer":"customer-${i % 977}"`,
    `"email":"user${i}@example.com"`,
    `"amount":${(((i * 7919) % 100_000) / 100).toFixed(2)}`,
    `"currency":"EUR"`,
    `"status":"${i % 3 === 0 ? 'open' : 'paid'}"`,
    `"created_at":"2025-11-20T10:${second}:00Z"`,
    `"active":${i % 2 === 0}`,
    `"notes":${i % 4 === 0 ? 'null' : `"n${(i * 31) % 1000}"`}`,
  ]
}

function documentOf(members: readonly string[]): string {
  return `{${members.join()}}`
}
