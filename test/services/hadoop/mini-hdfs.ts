import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { WebHdfsClient } from '../../../connectors/hdfs/webhdfs/webhdfs-client.ts'
import { joinPath } from '../../../connectors/hdfs/webhdfs/path-text.ts'
import { freePorts } from '../ports.ts'
import { SupervisedProcess } from '../supervised-process.ts'
import { installHadoop } from './install.ts'

const flags = ['-Xmx384m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC']
const never = new AbortController().signal

export interface MiniHdfs extends AsyncDisposable {
  /** `hdfs://…`, as configurations of connectors have it. */
  readonly url: string
  /** HTTP addresses of the NameNodes. */
  readonly http: readonly string[]
  /** A folder with `core-site.xml` and `hdfs-site.xml` for clients. */
  readonly confDir: string
  readonly client: WebHdfsClient
  readonly process: SupervisedProcess
  /** Steers the cluster: `/safemode/enter`, `/ha/failover/1` and so on; answers with what it says. */
  control(command: string): Promise<string>
  /** All files below a directory, by their paths. */
  files(directory: string): Promise<ReadonlyMap<string, Buffer>>
}

/** HDFS in one JVM; with `nameNodes: 2` the name service `sluice`, of which the first NameNode is active. */
export async function startHdfs({ nameNodes = 1 } = {}): Promise<MiniHdfs> {
  const classPath = await installHadoop()
  const ports = await freePorts(2 * nameNodes + 1)
  const [http, rpc] = [ports.slice(0, nameNodes), ports.slice(nameNodes, 2 * nameNodes)]
  const control = ports.at(-1) ?? 0
  const dir = await mkdtemp(path.join(tmpdir(), 'sluice-hdfs-'))
  const process = new SupervisedProcess({
    command: 'java',
    args: [
      ...flags,
      ...['-cp', classPath, `-Dsluice.data=${dir}/data`, `-Dsluice.http=${http.join(',')}`],
      ...[`-Dsluice.rpc=${rpc.join(',')}`, `-Dsluice.control=${control}`, 'MiniHdfs'],
    ],
    logFile: path.join(dir, 'hdfs.log'),
    scratchDir: dir,
  })
  const addresses = http.map((port) => `http://127.0.0.1:${port}`)
  const client = new WebHdfsClient({
    addresses: addresses.map((address) => new URL(address)),
    identity: { query: { 'user.name': 'root' } },
    timeoutMs: 60_000,
  })
  const stop = async (): Promise<void> => {
    client.close()
    await process.kill()
    await rm(dir, { recursive: true, force: true })
  }
  try {
    await process.waitUntil(
      'HDFS did not start',
      () => existsSync(process.logFile) && process.log().includes('READY'),
    )
  } catch (error) {
    await stop()
    throw error
  }
  const url = nameNodes === 1 ? `hdfs://127.0.0.1:${rpc[0] ?? 0}` : 'hdfs://sluice'
  const confDir = await writeConf(path.join(dir, 'client'), url, http, rpc)
  return {
    ...{ url, confDir, client, process, http: addresses },
    control: async (command) => {
      const answer = await fetch(`http://127.0.0.1:${control}${command}`)
      const text = (await answer.text()).trim()
      if (!answer.ok) throw new Error(`HDFS does not take ${command}: ${text}`)
      return text
    },
    files: (directory) => filesBelow(client, directory),
    [Symbol.asyncDispose]: stop,
  }
}

async function writeConf(
  dir: string,
  url: string,
  http: readonly number[],
  rpc: readonly number[],
): Promise<string> {
  const property = (name: string, value: string): string =>
    `<property><name>${name}</name><value>${value}</value></property>\n`
  const ha = http.length > 1
  const nodes = http.map((_port, index) => `nn${index + 1}`)
  const suffixOf = (index: number): string => (ha ? `.sluice.${nodes[index] ?? ''}` : '')
  const lines = [
    ...(ha ? [property('dfs.nameservices', 'sluice')] : []),
    ...(ha ? [property('dfs.ha.namenodes.sluice', nodes.join(','))] : []),
    ...http.map((port, index) =>
      property(`dfs.namenode.http-address${suffixOf(index)}`, `127.0.0.1:${port}`),
    ),
    ...rpc.map((port, index) =>
      property(`dfs.namenode.rpc-address${suffixOf(index)}`, `127.0.0.1:${port}`),
    ),
  ]
  const wrapped = (text: string): string =>
    `<?xml version="1.0"?>\n<configuration>\n${text}</configuration>\n`
  await mkdir(dir, { recursive: true })
  await writeFile(path.join(dir, 'core-site.xml'), wrapped(property('fs.defaultFS', url)))
  await writeFile(path.join(dir, 'hdfs-site.xml'), wrapped(lines.join('')))
  return dir
}

/** The contents of a file. */
export async function contentsOf(client: WebHdfsClient, file: string): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of (await client.open(file, null, never)) as AsyncIterable<Buffer>) {
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

async function filesBelow(client: WebHdfsClient, directory: string): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>()
  for (const { name, isDirectory } of (await client.list(directory, never)) ?? []) {
    const full = joinPath(directory, name)
    if (!isDirectory) found.set(full, await contentsOf(client, full))
    else for (const [file, bytes] of await filesBelow(client, full)) found.set(file, bytes)
  }
  return found
}
