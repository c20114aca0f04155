const scripts =
  'It evaluates scripts, for which there is no engine here. Use io.confluent.connect.transforms'

/** Plugins that people look for here and that there are not, with what does their work. */
const alternatives: Readonly<Record<string, string>> = {
  'io.debezium.transforms.ContentBasedRouter': `${scripts}.ExtractTopic$Value, which takes the topic from a field, or org.apache.kafka.connect.transforms.RegexRouter under a predicate.`,
  'io.debezium.transforms.Filter': `${scripts}.Filter$Value, which has conditions in JSONPath, or org.apache.kafka.connect.transforms.Filter under a predicate.`,
}

/** One sentence or two about a class that is not here on purpose; null for any other. */
export function alternativeTo(className: string): string | null {
  return Object.hasOwn(alternatives, className) ? (alternatives[className] ?? null) : null
}
