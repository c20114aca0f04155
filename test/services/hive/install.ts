import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { cached, run } from '../cache.ts'
import { serviceFile } from '../paths.ts'

/** Hive's jars (270 MB) and configuration, as a class path; once a machine. */
export async function installHive(): Promise<string> {
  const pom = serviceFile('hive/pom.xml')
  const hash = createHash('sha256').update(readFileSync(pom)).digest('hex')
  const dir = await cached(`hive-${hash.slice(0, 8)}`, async (target) => {
    await run(
      'mvn',
      [
        ...['-B', '-q', '-ntp', '-f', pom, 'dependency:copy-dependencies'],
        ...['-DincludeScope=runtime', `-DoutputDirectory=${path.join(target, 'libs')}`],
      ],
      'Cannot install Hive: Maven, Java 17 and Maven Central are needed',
    )
  })
  return [serviceFile('hive/conf'), path.join(dir, 'libs', '*')].join(path.delimiter)
}
