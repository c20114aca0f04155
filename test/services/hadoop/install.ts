import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { cached, run } from '../cache.ts'
import { serviceFile } from '../paths.ts'

const parts = ['hadoop/pom.xml', 'hadoop/MiniHdfs.java', 'hadoop/SecureHdfs.java'].map(serviceFile)

/** Hadoop's jars and what starts them, as a class path; once a machine. */
export async function installHadoop(): Promise<string> {
  const hash = createHash('sha256')
  for (const file of parts) hash.update(readFileSync(file))
  const dir = await cached(`hadoop-${hash.digest('hex').slice(0, 8)}`, async (target) => {
    const [pom = '', ...sources] = parts
    const libs = path.join(target, 'libs')
    await run(
      'mvn',
      [
        ...['-B', '-q', '-ntp', '-f', pom, 'dependency:copy-dependencies'],
        ...['-DincludeScope=runtime', `-DoutputDirectory=${libs}`],
      ],
      'Cannot install Hadoop: Maven, Java 17 and Maven Central are needed',
    )
    const classPath = path.join(libs, '*')
    const options = ['-nowarn', '-proc:none', '-Xlint:none', '-cp', classPath]
    const classes = path.join(target, 'classes')
    await run(
      'javac',
      [...options, '-d', classes, ...sources],
      'Cannot compile the HDFS of the tests',
    )
  })
  const conf = serviceFile('hadoop/conf')
  return [conf, path.join(dir, 'classes'), path.join(dir, 'libs', '*')].join(path.delimiter)
}
