import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { installClasses } from '../registry/install.ts'
import { serviceFile } from '../paths.ts'
import { freePort } from '../ports.ts'
import { SupervisedProcess } from '../supervised-process.ts'
import type { MiniHdfs } from './mini-hdfs.ts'

const flags = [
  ...['-Xmx256m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'],
  ...['--add-opens', 'java.base/java.lang=ALL-UNNAMED'],
]

export interface HttpFs extends AsyncDisposable {
  /** `webhdfs.url`. */
  readonly url: string
}

/** HttpFS in front of an HDFS that runs. */
export async function startHttpFs({ url: hdfsUrl }: MiniHdfs): Promise<HttpFs> {
  const classPath = await installClasses('httpfs', 'hadoop/httpfs/pom.xml')
  const port = await freePort()
  const dir = await mkdtemp(path.join(tmpdir(), 'sluice-httpfs-'))
  const folder = (name: string): string => path.join(dir, name)
  const conf = folder('conf')
  for (const name of ['conf', 'log', 'temp']) await mkdir(folder(name))
  await copyFile(serviceFile('hadoop/conf/log4j.properties'), path.join(conf, 'log4j.properties'))
  await copyFile(
    serviceFile('hadoop/conf/log4j.properties'),
    path.join(conf, 'httpfs-log4j.properties'),
  )
  await writeConf(path.join(conf, 'core-site.xml'), { 'fs.defaultFS': hdfsUrl })
  await writeConf(path.join(conf, 'hdfs-site.xml'), {
    'dfs.client.use.datanode.hostname': 'true',
    // There is one DataNode.
    'dfs.replication': '1',
  })
  await writeConf(path.join(conf, 'httpfs-site.xml'), {
    'httpfs.http.port': String(port),
    'httpfs.http.hostname': '127.0.0.1',
    'httpfs.hadoop.config.dir': conf,
  })
  const process = new SupervisedProcess({
    command: 'java',
    args: [
      ...[...flags, '-cp', [conf, classPath].join(path.delimiter)],
      ...[`-Dhttpfs.home.dir=${dir}`, `-Dhttpfs.config.dir=${conf}`],
      ...[`-Dhttpfs.log.dir=${folder('log')}`, `-Dhttpfs.temp.dir=${folder('temp')}`],
      'org.apache.hadoop.fs.http.server.HttpFSServerWebServer',
    ],
    // HDFS lets this user act for others.
    env: { HADOOP_USER_NAME: 'root' },
    logFile: folder('httpfs.log'),
    scratchDir: dir,
  })
  const stop = async (): Promise<void> => {
    await process.kill()
    await rm(dir, { recursive: true, force: true })
  }
  const url = `http://127.0.0.1:${port}`
  try {
    await process.waitUntil('HttpFS did not start', () => answers(url))
  } catch (error) {
    await stop()
    throw error
  }
  return { url, [Symbol.asyncDispose]: stop }
}

async function answers(url: string): Promise<boolean> {
  const asked = fetch(`${url}/webhdfs/v1/?op=GETFILESTATUS&user.name=root`)
  return (await asked.catch(() => null))?.ok === true
}

async function writeConf(
  file: string,
  properties: Readonly<Record<string, string>>,
): Promise<void> {
  const lines = Object.entries(properties).map(
    ([name, value]) => `<property><name>${name}</name><value>${value}</value></property>\n`,
  )
  await writeFile(file, `<configuration>\n${lines.join('')}</configuration>\n`)
}
