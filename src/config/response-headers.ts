import { validateHeaderName, validateHeaderValue } from 'node:http'
import { ConfigError } from '../errors/connect-error.ts'
import { isBlank, validator } from './validators.ts'
import type { Validator } from './types.ts'

/** One rule of `response.http.headers.config`. Of a date, `value` is how many milliseconds from now. */
export interface HeaderRule {
  readonly action: 'set' | 'add' | 'setDate' | 'addDate'
  readonly name: string
  readonly value: string
}

const actions = ['set', 'add', 'setDate', 'addDate'] as const

/** Reads `set X-Frame-Options:DENY, "add Cache-Control:no-cache, no-store"`. Throws a ConfigError with Java's sentences. */
export function parseHeaderRules(text: string): readonly HeaderRule[] {
  return isBlank(text) ? [] : splitQuoted(text).map(parseRule)
}

export const headerRules: Validator = validator(
  "Comma-separated header rules, where each header rule is of the form '[action] [header name]:[header value]' and optionally surrounded by double quotes if any part of a header rule contains a comma",
  (_name, value) => {
    if (typeof value === 'string') parseHeaderRules(value)
  },
)

function parseRule(rule: string): HeaderRule {
  const [, given = '', pair = ''] = /^(\S+)\s+([^]*)$/.exec(rule.trim()) ?? []
  if (given === '') {
    throw new ConfigError(
      `Invalid format of header config '${rule}'. Expected: '[action] [header name]:[header value]'`,
    )
  }
  const action = actions.find((name) => name.toLowerCase() === given.toLowerCase())
  if (action === undefined) {
    throw new ConfigError(
      `Invalid header config action: '${given}'. Expected one of [${actions.join(', ')}]`,
    )
  }
  const [name = '', value = '', more] = pair.split(':').map((part) => part.trim())
  if (value === '' || more !== undefined) {
    throw new ConfigError(
      `Invalid format of header name and header value pair '${pair}'. Expected: '[header name]:[header value]'`,
    )
  }
  checkHeader(action, name, value)
  return { action, name, value }
}

function checkHeader(action: HeaderRule['action'], name: string, value: string): void {
  if (name === '' || /\s/.test(name)) {
    throw new ConfigError(
      `Invalid header name '${name}'. The '[header name]' cannot contain whitespace`,
    )
  }
  if (action.endsWith('Date') && !/^-?\d{1,15}$/.test(value)) {
    throw new ConfigError(
      `Invalid header value '${value}' for '${name}': ${action} expects milliseconds from now.`,
    )
  }
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
  } catch (cause) {
    throw new ConfigError(`Invalid header config '${action} ${name}:${value}': not of HTTP.`, {
      cause,
    })
  }
}

/** Splits at commas outside of double quotes, within which a backslash keeps what follows (`StringUtil.csvSplit`). */
function splitQuoted(text: string): string[] {
  const parts: string[] = []
  const part = /\s*(?:"((?:[^"\\]|\\.)*)"?[^,]*|([^,]*))(?:,|$)/y
  while (part.lastIndex < text.length) {
    const [, quoted, plain = ''] = part.exec(text) ?? []
    parts.push(quoted === undefined ? plain.trim() : quoted.replace(/\\(.)/g, '$1'))
  }
  return parts
}
