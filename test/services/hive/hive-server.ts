import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePorts, isListening } from '../ports.ts'
import { SupervisedProcess } from '../supervised-process.ts'
import { installHive } from './install.ts'

/** What Hive and its Hadoop reach into on Java 17. */
const opened = ['lang', 'net', 'util', 'util.regex', 'util.concurrent', 'io', 'nio']
const flags = [
  ...['-Xmx512m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Duser.timezone=UTC'],
  ...opened.flatMap((name) => ['--add-opens', `java.base/java.${name}=ALL-UNNAMED`]),
  ...['--add-opens', 'java.base/java.util.concurrent.atomic=ALL-UNNAMED'],
  ...['-Dlog4j2.configurationFile=log4j2.properties', '-Dderby.stream.error.file=/dev/null'],
]

export interface HiveServer extends AsyncDisposable {
  /** HiveServer2 over HTTP, as a JDBC URL. */
  readonly httpUrl: string
  /** HiveServer2 over its own protocol, as a JDBC URL. */
  readonly binaryUrl: string
  /** HiveServer2 alone: the tables outlive it. */
  readonly server: SupervisedProcess
  /** After {@link server} was killed: another one at the same ports. */
  restart(): Promise<void>
}

/** Hive's metastore, whose tables are in memory, and a HiveServer2 that takes any name and password. */
export async function startHive(): Promise<HiveServer> {
  const classPath = await installHive()
  const [metastore = 0, binary = 0, http = 0] = await freePorts(3)
  const dir = await mkdtemp(path.join(tmpdir(), 'sluice-hive-'))
  await mkdir(path.join(dir, 'warehouse'))
  const start = async (name: string, port: number, main: readonly string[]) => {
    const process = new SupervisedProcess({
      command: 'java',
      args: [
        ...flags,
        ...[`-Dsluice.data=${dir}`, `-Dsluice.metastore=${metastore}`],
        ...[`-Dsluice.binary=${binary}`, `-Dsluice.http=${http}`, '-cp', classPath, ...main],
      ],
      logFile: path.join(dir, `${name}.log`),
      cwd: dir,
      scratchDir: dir,
    })
    await process.waitUntil(`${name} of Hive did not start`, () => isListening(port))
    return process
  }
  const stores: SupervisedProcess[] = []
  const startServer = async (): Promise<SupervisedProcess> => {
    const server = await start('server', http, ['org.apache.hive.service.server.HiveServer2'])
    stores.push(server)
    await server.waitUntil('HiveServer2 did not start', () => isListening(binary))
    return server
  }
  const stop = async (): Promise<void> => {
    await Promise.all(stores.map((process) => process.kill()))
    await rm(dir, { recursive: true, force: true })
  }
  try {
    const main = 'org.apache.hadoop.hive.metastore.HiveMetaStore'
    stores.push(await start('metastore', metastore, [main, '-p', String(metastore)]))
    let server = await startServer()
    return {
      httpUrl: `jdbc:hive2://127.0.0.1:${http}/default;transportMode=http;httpPath=cliservice`,
      binaryUrl: `jdbc:hive2://127.0.0.1:${binary}/default`,
      get server() {
        return server
      },
      restart: async () => {
        server = await startServer()
      },
      [Symbol.asyncDispose]: stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
