import { invalidValue, validator } from '../../../api/index.ts'
import { parsePattern } from './pattern.ts'

/** A pattern that `java.text.SimpleDateFormat` takes. */
export const validDateFormat = validator('a pattern of SimpleDateFormat', (name, value) => {
  if (typeof value !== 'string') throw invalidValue(name, value, 'expected a date pattern')
  try {
    parsePattern(value)
  } catch (error) {
    throw invalidValue(name, value, (error as Error).message)
  }
})
