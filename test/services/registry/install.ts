import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { cached, run } from '../cache.ts'
import { serviceFile } from '../paths.ts'

/** Avro's classes and the mapping to Connect, for an oracle: all jars but Kafka's. */
export function installAvroClasses(): Promise<string> {
  return installClasses('avro', 'registry/pom.xml')
}

/** Protobuf's classes, for an oracle. */
export function installProtobufClasses(): Promise<string> {
  return installClasses('protobuf', 'registry/protobuf-pom.xml')
}

/** What a pom depends on, as a class path. */
export async function installClasses(name: string, file: string): Promise<string> {
  const pom = serviceFile(file)
  const version = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 8)
  const dir = await cached(`${name}-${version}`, async (target) => {
    await run(
      'mvn',
      [
        ...['-B', '-q', '-ntp', '-f', pom, 'dependency:copy-dependencies'],
        ...['-DincludeScope=runtime', '-DexcludeGroupIds=org.apache.kafka'],
        `-DoutputDirectory=${target}`,
      ],
      `Cannot install the ${name} classes: Maven, Java 17 and Maven Central are needed`,
    )
  })
  return path.join(dir, '*')
}
