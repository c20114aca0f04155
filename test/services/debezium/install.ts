import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { cached, run } from '../cache.ts'
import { serviceFile } from '../paths.ts'

/** Debezium's transformations for an oracle: all jars but Kafka's. */
export async function installDebeziumClasses(): Promise<string> {
  return path.join(await installJars('debezium', 'pom.xml', ['org.apache.kafka']), '*')
}

/** A folder for `plugin.path` with Debezium's JDBC sink. Jackson and slf4j are Kafka's: with its own it does not start. */
export async function installDebeziumJdbc(): Promise<string> {
  const left = ['org.apache.kafka', 'com.fasterxml.jackson.core', 'org.slf4j']
  return await installJars('debezium-jdbc', 'jdbc-pom.xml', left, 'debezium-connector-jdbc')
}

async function installJars(
  name: string,
  pomFile: string,
  leftOut: readonly string[],
  folder = '.',
): Promise<string> {
  const pom = serviceFile(`debezium/${pomFile}`)
  const version = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 8)
  return await cached(`${name}-${version}`, async (target) => {
    await run(
      'mvn',
      [
        ...['-B', '-q', '-ntp', '-f', pom, 'dependency:copy-dependencies'],
        ...['-DincludeScope=runtime', `-DexcludeGroupIds=${leftOut.join(',')}`],
        `-DoutputDirectory=${path.join(target, folder)}`,
      ],
      'Cannot install Debezium: Maven, Java 17 and Maven Central are needed',
    )
  })
}
