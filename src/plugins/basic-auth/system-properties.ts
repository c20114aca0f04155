import { homedir, tmpdir } from 'node:os'

/** Variables by which Kafka's scripts and the JVM are told properties, in the order in which they count: the last one wins. */
const variables = [
  'JAVA_TOOL_OPTIONS',
  'JDK_JAVA_OPTIONS',
  'KAFKA_HEAP_OPTS',
  'KAFKA_JVM_PERFORMANCE_OPTS',
  'KAFKA_OPTS',
  'EXTRA_ARGS',
]

const words = /(?:"[^"]*"|'[^']*'|\S)+/g

/** Java's system properties as `-D<name>=<value>` of the environment gives them, beside the few that a path may begin with. */
export function systemProperties(env: Readonly<NodeJS.ProcessEnv>): ReadonlyMap<string, string> {
  const properties = new Map([
    ['user.home', homedir()],
    ['user.dir', process.cwd()],
    ['java.io.tmpdir', tmpdir()],
    ['/', '/'],
  ])
  for (const variable of variables) {
    for (const word of (env[variable] ?? '').match(words) ?? []) {
      const [, name, value] = /^-D([^=]+)=(.*)$/s.exec(word.replace(/["']/g, '')) ?? []
      if (name !== undefined && value !== undefined) properties.set(name, value)
    }
  }
  return properties
}
