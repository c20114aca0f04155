import { parseType } from '../config/parse-type.ts'
import type { ConfigValue, RawConfig } from '../config/types.ts'
import { isBlank } from '../config/validators.ts'
import { JavaPattern } from '../util/regex/java-pattern.ts'
import { PatternLimitError, PatternSyntaxError } from '../util/regex/pattern-errors.ts'

/** What a sink connector reads: `topics` or `topics.regex`, not both, and not its own dead letter queue. */
export function checkTopics(config: RawConfig, values: ReadonlyMap<string, ConfigValue>): void {
  const { topics, 'topics.regex': regex, 'errors.deadletterqueue.topic.name': queue } = config
  const add = (key: string, message: string): void => {
    values.get(key)?.errorMessages.push(message)
  }
  const addToBoth = (message: string): void => {
    add('topics', message)
    add('topics.regex', message)
  }
  if (!isBlank(topics) && !isBlank(regex)) {
    addToBoth('topics and topics.regex are mutually exclusive options, but both are set.')
  }
  if (isBlank(topics) && isBlank(regex)) addToBoth('Must configure one of topics or topics.regex')
  const dead = queue?.trim() ?? ''
  if (dead === '') return
  const list = parseType('topics', topics ?? '', 'LIST') as readonly string[]
  if (list.includes(dead)) {
    add(
      'topics',
      `The DLQ topic '${dead}' may not be included in the list of topics ('topics=[${list.join(', ')}]') consumed by the connector`,
    )
  }
  const fault = isBlank(regex) ? null : faultOf(regex ?? '', dead)
  if (fault !== null) add('topics.regex', fault)
}

/** What is wrong with a pattern for topics beside the queue `dead`; one that does not compile has its error already. */
function faultOf(regex: string, dead: string): string | null {
  try {
    if (!new JavaPattern(regex).matches(dead)) return null
    return `The DLQ topic '${dead}' may not be matched by the regex for the topics ('topics.regex=${regex}') consumed by the connector`
  } catch (error) {
    if (error instanceof PatternLimitError) return error.message
    if (error instanceof PatternSyntaxError) return null
    throw error
  }
}
