import { ConfigError } from 'sluice/api'

/** What stands behind the colon of `{{variable:name=value}}`. */
export interface TemplateParameter {
  readonly name: string
  readonly value: string
}

/** Gives the text of a variable; null for one that it does not know, which then stays as it is written. */
export type Bind = (variable: string, parameter: TemplateParameter | null) => string | null

interface Variable {
  readonly name: string
  readonly parameter: TemplateParameter | null
  /** As it is written. */
  readonly text: string
}

const pattern = /\{\{\s*(?<name>\w+)?(?<colon>:?)(?<definition>[\w=]+)?\s*\}\}/g

/** Text with `{{variable}}` and `{{variable:name=value}}` in it, as Aiven's connectors name files. */
export class Template {
  readonly text: string
  /** In the order in which they stand there. */
  readonly variables: readonly Variable[]
  readonly #parts: readonly (string | Variable)[]

  /** `key` is whose value it is. Throws a ConfigError for one that is malformed. */
  constructor(text: string, key: string) {
    const parts: (string | Variable)[] = []
    let at = 0
    for (const found of text.matchAll(pattern)) {
      parts.push(text.slice(at, found.index), variableOf(found, text, key))
      at = found.index + found[0].length
    }
    this.text = text
    this.#parts = [...parts, text.slice(at)]
    this.variables = parts.filter((part) => typeof part !== 'string')
  }

  render(bind: Bind): string {
    let rendered = ''
    for (const part of this.#parts) {
      rendered += typeof part === 'string' ? part : (bind(part.name, part.parameter) ?? part.text)
    }
    return rendered
  }
}

function variableOf(found: RegExpExecArray, template: string, key: string): Variable {
  const { name, colon, definition } = found.groups ?? {}
  if (name === undefined) {
    throw invalid(key, template, `Variable name hasn't been set for template: ${template}`)
  }
  if (definition === undefined) {
    if (colon !== ':') return { name, parameter: null, text: found[0] }
    throw invalid(key, template, 'Wrong variable with parameter definition')
  }
  const [parameterName = '', value = ''] = definition.split('=')
  if (parameterName === '') {
    const said = `Parameter name for variable \`${name}\` has not been set`
    throw invalid(key, template, said)
  }
  if (value === '') {
    const said = `Parameter value for variable \`${name}\` and parameter \`${parameterName}\` has not been set`
    throw invalid(key, template, said)
  }
  return { name, parameter: { name: parameterName, value }, text: found[0] }
}

function invalid(key: string, template: string, text: string): ConfigError {
  return new ConfigError(`Invalid value ${template} for configuration ${key}: ${text}`)
}
