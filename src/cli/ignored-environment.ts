/**
 * Variables that Kafka's scripts read and that say something to a JVM only. JAVA_HOME and CLASSPATH are not among
 * them: they are set on many machines for other programs.
 */
const jvmVariables = [
  'KAFKA_HEAP_OPTS',
  'KAFKA_OPTS',
  'KAFKA_JVM_PERFORMANCE_OPTS',
  'KAFKA_GC_LOG_OPTS',
  'KAFKA_LOG4J_OPTS',
  'KAFKA_JMX_OPTS',
  'JMX_PORT',
  'EXTRA_ARGS',
]

const logAdvice =
  'The log is set by SLUICE_LOG_LEVEL, SLUICE_LOG_FORMAT and the REST API at /admin/loggers; a file for log4j is not read.'

/** What REST extensions read of a JVM's options. */
const used = /(?:^|\s)["']?-Djava\.security\.auth\.login\.config=\S*/g

/** One sentence about the variables that are set and have no effect here; null where there are none. */
export function ignoredEnvironment(env: Readonly<NodeJS.ProcessEnv>): string | null {
  const found = jvmVariables.filter((name) => (env[name] ?? '').replace(used, '').trim() !== '')
  if (found.length === 0) return null
  const isOne = found.length === 1
  return (
    `${found.join(', ')} ${isOne ? 'is' : 'are'} set for a JVM and ${isOne ? 'has' : 'have'} no effect on this worker. ` +
    'The heaps of the plugin threads are limited by SLUICE_MEMORY.' +
    (found.includes('KAFKA_LOG4J_OPTS') ? ` ${logAdvice}` : '')
  )
}
