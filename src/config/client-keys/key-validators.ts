import { invalidValue, valueToText } from '../parse-type.ts'
import type { Validator } from '../types.ts'
import { validator } from '../validators.ts'

/** A double from `min` to `max`. Java prints it, and the bounds, with a fraction. */
export function betweenDoubles(min: number, max: number): Validator {
  const text = (value: unknown): string | null => valueToText(value, 'DOUBLE')
  return validator(`[${text(min)},...,${text(max)}]`, (name, value) => {
    if (typeof value !== 'number') throw invalidValue(name, value, 'Value must be non-null')
    const refuse = (bound: string): never => {
      throw invalidValue(name, text(value), `Value must be ${bound}`)
    }
    if (value < min) refuse(`at least ${text(min)}`)
    if (value > max) refuse(`no more than ${text(max)}`)
  })
}

/** -1 stands for the level of the codec's own (KIP-390). */
export const gzipLevel = validator('[1,...,9] or -1', (name, value) => {
  const level = Number(value)
  if (value !== null && (level === -1 || (level >= 1 && level <= 9))) return
  throw invalidValue(name, value, 'Value must be between 1 and 9 or equal to -1')
})

/** What `java.time.Duration.parse` takes of durations that are not negative. */
const duration =
  /^by_duration:\+?P(?!$)(?:\+?\d+D)?(?:T(?!$)(?:\+?\d+H)?(?:\+?\d+M)?(?:\+?\d+(?:[.,]\d{0,9})?S)?)?$/i

/** Where a consumer begins without an offset (KIP-1106). */
export const offsetReset = validator(
  '[latest, earliest, none, by_duration:PnDTnHnMn.nS]',
  (name, value) => {
    const text = String(value)
    if (['latest', 'earliest', 'none'].includes(text)) return
    if (text.startsWith('by_duration:') && duration.test(text)) return
    throw invalidValue(
      name,
      value,
      `Invalid value \`${text}\` for configuration ${name}. The value must be either 'earliest', 'latest', 'none' or of the format 'by_duration:<PnDTnHnMn.nS.>'.`,
    )
  },
)

/** One of two modes, in any case. */
export function oneOfModes(first: string, second: string): Validator {
  return validator(`[${first}, ${second}]`, (name, value) => {
    const text = String(value)
    if ([first, second].includes(text.toLowerCase())) return
    throw invalidValue(
      name,
      value,
      `Invalid value \`${text}\` for configuration ${name}. The value must either be '${first}' or '${second}'.`,
    )
  })
}
