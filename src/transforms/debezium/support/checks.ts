import { JavaPattern, isBlank } from '../../../api/index.ts'
import { javaTrimmed } from '../../support/java-number.ts'

/** A configuration as the checks read it. */
export interface ReadableConfig {
  /** As it was given, else its default. */
  text(name: string): string | null
  /** What was given, between commas. */
  list(name: string): readonly string[]
}

/** Says what is wrong with a key, in Debezium's words; null where nothing is. */
export type Check = (config: ReadableConfig, name: string) => string | null

export const isRequired: Check = (config, name) =>
  isBlank(config.text(name)) ? 'A value is required' : null

export const isBoolean: Check = (config, name) => {
  const value = config.text(name)
  return value === null || /^(?:true|false)$/i.test(javaTrimmed(value))
    ? null
    : "Either 'true' or 'false' is expected"
}

export const isInteger: Check = (config, name) => {
  const value = config.text(name)
  return value === null || int32Of(value) !== null ? null : 'An integer is expected'
}

export const isPositiveInteger: Check = (config, name) => {
  const value = config.text(name)
  return value === null || (int32Of(value) ?? 0) > 0
    ? null
    : 'A positive, non-zero integer value is expected'
}

/** In any case; the words stand in the text in the order of Java's hash set. */
export function isOneOf(...words: readonly string[]): Check {
  return (config, name) => {
    const value = config.text(name)
    return value === null || words.includes(javaTrimmed(value).toLowerCase())
      ? null
      : `Value must be one of ${words.join(', ')}`
  }
}

export const isRegex: Check = (config, name) => {
  const value = config.text(name)
  const fault = value === null ? null : faultOf(value)
  return fault === null ? null : `A valid regular expressions is expected, but ${fault}`
}

/** Separated by commas, which a backslash may make part of one. */
export const isListOfRegex: Check = (config, name) => {
  const value = config.text(name)
  const parts = value === null ? [] : (value.match(/(?:\\[^]|[^,\\])+/g) ?? [])
  const fault = parts.map((part) => faultOf(javaTrimmed(part))).find((found) => found !== null)
  return fault === undefined
    ? null
    : `A comma-separated list of valid regular expressions is expected, but ${fault}`
}

export const hasNoEmptyElements: Check = (config, name) =>
  config.list(name).includes('') ? 'Empty string element(s) not permitted' : null

export const hasNoSpaceInElements: Check = (config, name) =>
  config.list(name).some((element) => element.includes(' '))
    ? 'Element(s) containing space not permitted'
    : null

function faultOf(regex: string): string | null {
  try {
    new JavaPattern(regex)
    return null
  } catch (error) {
    return (error as Error).message
  }
}

/** As `Integer.parseInt` reads it: no blanks; null where it does not. */
function int32Of(text: string): number | null {
  const number = /^[+-]?\d+$/.test(text) ? Number(text) : NaN
  return (number | 0) === number ? number : null
}
