import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { ScratchDir } from '../../support/sluice.ts'
import { cached, run } from '../cache.ts'
import { serviceFile } from '../paths.ts'
import { SupervisedProcess } from '../supervised-process.ts'

/** The topics of the demonstration, which it does not let anybody choose; both must be there before it starts. */
export const wordCountTopics = {
  input: 'streams-plaintext-input',
  output: 'streams-wordcount-output',
} as const

/** Starts Kafka Streams' word count: lines of {@link wordCountTopics}' input, words and their counts as INT64 of its output. */
export async function startWordCount(
  dir: ScratchDir,
  bootstrapServers: string,
  applicationId: string,
): Promise<SupervisedProcess> {
  const libs = await installStreams()
  const config = await dir.properties('word-count.properties', {
    'bootstrap.servers': bootstrapServers,
    'application.id': applicationId,
    'state.dir': dir.file('streams'),
    // Every change of a count is told, and soon.
    'statestore.cache.max.bytes': '0',
    'commit.interval.ms': '200',
  })
  const flags = ['-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
  const main = 'org.apache.kafka.streams.examples.wordcount.WordCountDemo'
  return new SupervisedProcess({
    command: 'java',
    args: [...flags, '-cp', path.join(libs, '*'), main, config],
    logFile: dir.file('word-count.log'),
    cwd: dir.path,
  })
}

async function installStreams(): Promise<string> {
  const pom = serviceFile('kafka/streams-pom.xml')
  const version = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 8)
  return await cached(`kafka-streams-${version}`, async (target) => {
    await run(
      'mvn',
      [
        ...['-B', '-q', '-ntp', '-f', pom, 'dependency:copy-dependencies'],
        ...['-DincludeScope=runtime', `-DoutputDirectory=${target}`],
      ],
      'Cannot install Kafka Streams: Maven, Java 17 and Maven Central are needed',
    )
  })
}
