import { lookup, lookupService } from 'node:dns/promises'
import { access, constants } from 'node:fs/promises'
import { hostname } from 'node:os'
import { ConfigError, createLogger } from 'sluice/api'
import type { Authentication } from '../webhdfs/authentication.ts'
import { Connections } from '../webhdfs/exchange.ts'
import { negotiateInChild } from './child-negotiation.ts'
import type { ChildOptions } from './child-negotiation.ts'
import { KerberosAuthentication } from './kerberos-authentication.ts'
import { KerberosSession } from './kerberos-session.ts'

const log = createLogger('io.confluent.connect.hdfs.Kerberos')

/** The keys that Kerberos is asked by. */
export interface KerberosConfig {
  readonly 'connect.hdfs.principal': string
  readonly 'connect.hdfs.keytab': string
  readonly 'kerberos.ticket.renew.period.ms': number | bigint
  readonly 'webhdfs.timeout.ms': number
}

/** Nothing is asked yet. Rejects with a ConfigError where the keytab cannot be read. */
export async function openKerberos(
  config: KerberosConfig,
  child: ChildOptions = {},
): Promise<Authentication> {
  const keytab = config['connect.hdfs.keytab']
  await access(keytab, constants.R_OK).catch((cause: unknown) => {
    throw new ConfigError(
      `Invalid value ${keytab} for configuration connect.hdfs.keytab: expected a keytab that the worker may read.`,
      { cause },
    )
  })
  const principal = await withHost(config['connect.hdfs.principal'])
  const connections = new Connections()
  const now = (): number => Date.now()
  const session = new KerberosSession({
    ...{ connections, principal, now, timeoutMs: config['webhdfs.timeout.ms'] },
    negotiate: negotiateInChild({ name: principal, keytab }, child),
  })
  const renewPeriodMs = Math.max(1000, Number(config['kerberos.ticket.renew.period.ms']))
  const close = (): void => connections.close()
  return new KerberosAuthentication({ session, renewPeriodMs, log, now, close })
}

/** `_HOST` stands for the full name of this machine, in lower case, as with Hadoop. */
async function withHost(principal: string): Promise<string> {
  if (!/^[^/@]+\/_HOST(?:@|$)/.test(principal)) return principal
  const name = await fullName().catch(() => hostname())
  return principal.replace('/_HOST', `/${name.toLowerCase()}`)
}

async function fullName(): Promise<string> {
  const { address } = await lookup(hostname())
  return (await lookupService(address, 0)).hostname
}
