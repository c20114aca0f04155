import { userInfo } from 'node:os'
import { ConfigError, isBlank } from 'sluice/api'
import type { Password } from 'sluice/api'
import { openKerberos } from '../kerberos/open-kerberos.ts'
import type { KerberosConfig } from '../kerberos/open-kerberos.ts'
import type { Authentication } from '../webhdfs/authentication.ts'
import { findAddresses } from '../webhdfs/find-addresses.ts'
import type { HdfsAddress } from '../webhdfs/find-addresses.ts'
import { readHadoopConf } from '../webhdfs/hadoop-conf.ts'
import { WebHdfsClient } from '../webhdfs/webhdfs-client.ts'

/** The keys that lead to HDFS. */
export interface HdfsConfig extends KerberosConfig {
  readonly 'store.url': string | null
  readonly 'hdfs.url': string | null
  readonly 'hadoop.conf.dir': string
  readonly 'hdfs.authentication.kerberos': boolean
  readonly 'webhdfs.url': readonly string[]
  readonly 'webhdfs.user': string
  readonly 'webhdfs.delegation.token': Password | null
  readonly 'webhdfs.datanode.hosts': readonly string[]
}

export interface OpenedHdfs {
  readonly client: WebHdfsClient
  readonly address: HdfsAddress
  /** Closes the client, and gives back what HDFS keeps for it. Never rejects. */
  readonly close: () => Promise<void>
}

/** A client for what the configuration names; nothing is asked yet. Rejects with a ConfigError. */
export async function openHdfs(config: HdfsConfig): Promise<OpenedHdfs> {
  const folder = config['hadoop.conf.dir']
  const conf = isBlank(folder) ? new Map<string, string>() : await readHadoopConf(folder)
  const storeUrl = config['store.url']
  const url = (isBlank(storeUrl) ? config['hdfs.url'] : storeUrl) ?? ''
  const address = findAddresses({ url, webHdfsUrls: config['webhdfs.url'], conf })
  const authentication = await authenticationOf(config)
  const client = new WebHdfsClient({
    addresses: address.http,
    identity: { query: authentication === null ? identityOf(config) : {} },
    ...(authentication === null ? {} : { authentication }),
    timeoutMs: config['webhdfs.timeout.ms'],
    dataNodes: dataNodesOf(config['webhdfs.datanode.hosts']),
  })
  const close = async (): Promise<void> => {
    await authentication?.close()
    client.close()
  }
  return { client, address, close }
}

async function authenticationOf(config: HdfsConfig): Promise<Authentication | null> {
  if (!config['hdfs.authentication.kerberos']) return null
  if (config['webhdfs.delegation.token'] === null) return await openKerberos(config)
  throw new ConfigError(
    'Invalid value true for configuration hdfs.authentication.kerberos: webhdfs.delegation.token is set as well. Leave one of them out.',
  )
}

function identityOf(config: HdfsConfig): Readonly<Record<string, string>> {
  const token = config['webhdfs.delegation.token']
  if (token !== null) return { delegation: token.value }
  return { 'user.name': hdfsUser(config) }
}

/** Who writes, where names are taken at their word. */
export function hdfsUser({ 'webhdfs.user': user }: Pick<HdfsConfig, 'webhdfs.user'>): string {
  if (!isBlank(user)) return user
  const { HADOOP_USER_NAME: fromEnvironment } = process.env
  return isBlank(fromEnvironment) ? userInfo().username : (fromEnvironment ?? '')
}

function dataNodesOf(pairs: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    pairs.map((pair): [string, string] => {
      const [name = '', host = ''] = pair.split('=')
      if (name !== '' && host !== '') return [name.trim(), host.trim()]
      throw new ConfigError(
        `Invalid value ${pair} for configuration webhdfs.datanode.hosts: expected name[:port]=host[:port].`,
      )
    }),
  )
}
