import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { cached, run } from '../cache.ts'
import { serviceFile } from '../paths.ts'

/** Debezium's transformations for an oracle: all jars but Kafka's. */
export async function installDebeziumClasses(): Promise<string> {
  const pom = serviceFile('debezium/pom.xml')
  const version = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 8)
  const dir = await cached(`debezium-${version}`, async (target) => {
    await run(
      'mvn',
      [
        ...['-B', '-q', '-ntp', '-f', pom, 'dependency:copy-dependencies'],
        ...['-DincludeScope=runtime', '-DexcludeGroupIds=org.apache.kafka'],
        `-DoutputDirectory=${target}`,
      ],
      'Cannot install Debezium: Maven, Java 17 and Maven Central are needed',
    )
  })
  return path.join(dir, '*')
}
