import { configDef, invalidValue, validRegex, validator } from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig } from '../../api/index.ts'
import { RegexRouter } from '../regex-router.ts'

const config = configDef({
  regex: {
    type: 'string',
    validator: validator('valid regex', (name, value) => {
      if (typeof value !== 'string') throw invalidValue(name, value, 'Invalid regex: null')
      validRegex(name, toJava(value))
    }),
    importance: 'high',
    doc: 'The regular expression that must match the whole topic for it to be renamed.',
  },
  replacement: {
    type: 'string',
    importance: 'high',
    doc: 'What takes the place of the first match: $1, ${name} and $0 are groups of it.',
  },
})

/** RegexRouter for patterns written for RE2, as managed connectors have it (`TopicRegexRouter`). */
export class TopicRegexRouter {
  readonly #router = new RegexRouter()

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    const { regex, replacement } = config.parse(props)
    this.#router.configure({ regex: toJava(regex), replacement })
  }

  apply(record: ConnectRecord): ConnectRecord {
    return this.#router.apply(record)
  }
}

/** RE2 writes a named group with a P. */
function toJava(regex: string): string {
  return regex.replaceAll('(?P<', '(?<')
}
