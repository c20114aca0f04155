import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePorts } from '../ports.ts'
import { serviceFile } from '../paths.ts'
import { SupervisedProcess } from '../supervised-process.ts'
import { installHadoop } from './install.ts'

const flags = ['-Xmx384m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC']

export interface SecureHdfs extends AsyncDisposable {
  /** HTTP addresses of the NameNodes, by the name that their keys are for. */
  readonly http: readonly string[]
  readonly principal: string
  readonly keytab: string
  /** Where the KDC is, for `KRB5_CONFIG`. */
  readonly krb5Conf: string
  /** Of `hdfs`, who may do everything. */
  readonly serviceKeytab: string
  control(command: string): Promise<string>
}

/** HDFS that asks for Kerberos, and its KDC, in one JVM. A delegation token ends `tokenMs` after it was given or renewed. */
export async function startSecureHdfs({
  nameNodes = 1,
  tokenMs = 86_400_000,
} = {}): Promise<SecureHdfs> {
  const classPath = [serviceFile('hadoop/secure'), await installHadoop()].join(path.delimiter)
  const ports = await freePorts(2 * nameNodes + 2)
  const [http, rpc] = [ports.slice(0, nameNodes), ports.slice(nameNodes, 2 * nameNodes)]
  const [kdc = 0, control = 0] = ports.slice(-2)
  const dir = await mkdtemp(path.join(tmpdir(), 'sluice-secure-hdfs-'))
  const process = new SupervisedProcess({
    command: 'java',
    args: [
      ...flags,
      ...['-cp', classPath, `-Dsluice.data=${dir}/data`, `-Dsluice.http=${http.join(',')}`],
      ...[`-Dsluice.rpc=${rpc.join(',')}`, `-Dsluice.control=${control}`, `-Dsluice.kdc=${kdc}`],
      ...[`-Dsluice.token.ms=${tokenMs}`, '-Dsluice.host=localhost', 'SecureHdfs'],
    ],
    logFile: path.join(dir, 'hdfs.log'),
    scratchDir: dir,
  })
  const stop = async (): Promise<void> => {
    await process.kill()
    await rm(dir, { recursive: true, force: true })
  }
  try {
    await process.waitUntil(
      'HDFS with Kerberos did not start',
      () => existsSync(process.logFile) && process.log().includes('READY'),
    )
  } catch (error) {
    await stop()
    throw error
  }
  const file = (name: string): string => path.join(dir, 'data', 'kdc', name)
  return {
    http: http.map((port) => `http://localhost:${port}`),
    ...{ principal: 'sluice@SLUICE.TEST', keytab: file('sluice.keytab') },
    ...{ krb5Conf: file('krb5.conf'), serviceKeytab: file('service.keytab') },
    control: async (command) => {
      const answer = await fetch(`http://127.0.0.1:${control}${command}`)
      const text = (await answer.text()).trim()
      if (!answer.ok) throw new Error(`HDFS does not take ${command}: ${text}`)
      return text
    },
    [Symbol.asyncDispose]: stop,
  }
}
