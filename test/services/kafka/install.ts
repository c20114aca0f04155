import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { cp, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { cached, run } from '../cache.ts'
import { serviceFile } from '../paths.ts'

/** Apache Kafka as installed: jars for the class path, and connect-file apart, because Kafka too keeps it on `plugin.path`. */
export interface KafkaInstallation {
  readonly classPath: string
  readonly pluginPath: string
  /** The two files that formatting leaves in a data folder. */
  readonly template: string
}

/** The cluster id of every node started here: formatting is done once and copied. */
export const clusterId = 'sluiceTestClusterId0AA'

/** The release whose contract is kept. */
const CURRENT = '4.3.1'

const installations = new Map<string, Promise<KafkaInstallation>>()

/**
 * Resolves the jars by Maven and formats one data folder, once a machine. Of a release before 4.0 there is the broker alone,
 * without Connect.
 */
export function installKafka(release = CURRENT): Promise<KafkaInstallation> {
  const known = installations.get(release) ?? install(release)
  installations.set(release, known)
  return known
}

async function install(release: string): Promise<KafkaInstallation> {
  const pom = serviceFile(release === CURRENT ? 'kafka/pom.xml' : 'kafka/older-pom.xml')
  const version = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 8)
  const dir = await cached(`kafka-${release}-${version}`, async (target) => {
    await resolveJars(pom, release, target)
    await format(target)
  })
  return {
    classPath: path.join(dir, 'libs', '*'),
    pluginPath: path.join(dir, 'plugins'),
    template: path.join(dir, 'template'),
  }
}

async function resolveJars(pom: string, release: string, dir: string): Promise<void> {
  const libs = path.join(dir, 'libs')
  await run(
    'mvn',
    [
      ...['-B', '-q', '-ntp', '-f', pom, 'dependency:copy-dependencies'],
      ...['-DincludeScope=runtime', `-Dkafka.version=${release}`, `-DoutputDirectory=${libs}`],
    ],
    `Cannot install Apache Kafka ${release}: Maven, Java 17 and Maven Central are needed`,
  )
  const plugins = path.join(dir, 'plugins', 'connect-file')
  await mkdir(plugins, { recursive: true })
  for (const jar of (await readdir(libs)).filter((name) => name.startsWith('connect-file-'))) {
    await rename(path.join(libs, jar), path.join(plugins, jar))
  }
}

/**
 * StorageTool costs a JVM, so it runs once. A meta.properties written by hand would boot too, but without the
 * feature levels (transaction.version, group.version) of a real cluster.
 */
async function format(dir: string): Promise<void> {
  const scratch = path.join(dir, 'format')
  const data = path.join(scratch, 'data')
  await mkdir(data, { recursive: true })
  const properties = path.join(scratch, 'broker.properties')
  await writeFile(
    properties,
    [
      ...['process.roles=broker,controller', 'node.id=1', 'controller.listener.names=CONTROLLER'],
      'controller.quorum.voters=1@127.0.0.1:19093',
      'listeners=PLAINTEXT://127.0.0.1:19092,CONTROLLER://127.0.0.1:19093',
      `log.dirs=${data}`,
    ].join('\n'),
  )
  await run(
    'java',
    [
      ...['-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Dlog.level=WARN'],
      ...['-cp', path.join(dir, 'libs', '*'), 'kafka.tools.StorageTool'],
      ...['format', '-t', clusterId, '-c', properties],
    ],
    'Cannot format a data folder for Apache Kafka',
  )
  const template = path.join(dir, 'template')
  for (const name of ['meta.properties', 'bootstrap.checkpoint']) {
    await cp(path.join(data, name), path.join(template, name))
  }
  await rm(scratch, { recursive: true })
}
