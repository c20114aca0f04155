import { ConfigError, JavaPattern } from 'sluice/api'

/** What Aiven's templates stand for in a regular expression. */
const variables: Readonly<Record<string, string>> = {
  topic: '(?<topic>[a-zA-Z0-9\\-_.]+)',
  partition: '(?<partition>\\d+)',
  start_offset: '(?<startOffset>\\d+)',
  timestamp: '(?<timestamp>\\d+)',
}

/** What the name of an object says. */
export interface NamedObject {
  readonly topic: string | null
  readonly partition: number | null
}

/** `file.name.template` of Aiven's source: a regular expression with variables, found anywhere in a key. */
export class NameTemplate {
  readonly #pattern: JavaPattern
  readonly #topic: number | null
  readonly #partition: number | null

  /** Throws a ConfigError. */
  constructor(template: string) {
    const text = template.replace(/\{\{\s*(\w+)(?::[^}]*)?\s*\}\}/g, (whole, name: string) => {
      const found = variables[name]
      if (found !== undefined) return found
      throw new ConfigError(
        `Invalid value ${template} for configuration file.name.template: ${whole} is none of {{topic}}, {{partition}}, {{start_offset}} and {{timestamp}}.`,
      )
    })
    try {
      this.#pattern = new JavaPattern(text)
    } catch (cause) {
      throw new ConfigError(
        `Invalid value ${template} for configuration file.name.template: it is no regular expression.`,
        { cause },
      )
    }
    this.#topic = this.#pattern.groupNames.get('topic') ?? null
    this.#partition = this.#pattern.groupNames.get('partition') ?? null
  }

  get hasTopic(): boolean {
    return this.#topic !== null
  }

  get hasPartition(): boolean {
    return this.#partition !== null
  }

  /** Null where a key does not match. */
  read(key: string): NamedObject | null {
    const found = this.#pattern.find(key)
    if (found === null) return null
    const partition = this.#partition === null ? null : found.group(this.#partition)
    return {
      topic: this.#topic === null ? null : found.group(this.#topic),
      partition: partition === null ? null : Number(partition),
    }
  }
}
