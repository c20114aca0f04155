import type net from 'node:net'
import type * as Kafkajs from 'kafkajs'
import { abortable } from '../../util/abort.ts'
import { createLogger } from '../../util/logger.ts'
import { labelOf } from '../net/broker-pool.ts'
import type { ClientOptions } from '../net/client-options.ts'
import { kafkajsSasl } from './kafkajs-sasl.ts'

/** What its requests are written with. */
export type KafkajsConstants = Pick<typeof Kafkajs, 'ConfigResourceTypes'>

const log = createLogger('org.apache.kafka.clients.admin.KafkaAdminClient')

/** Of its own accord kafkajs would go on for half a minute. */
const RETRIES = 4

/**
 * Gives `use` a connected administrative client of kafkajs, and closes it after: a connected one costs a tenth of a
 * core while idle. It is imported when first used, speaks over our sockets and logs to our logger.
 */
export async function withKafkajs<T>(
  options: ClientOptions,
  signal: AbortSignal,
  use: (admin: Kafkajs.Admin, constants: KafkajsConstants) => Promise<T>,
): Promise<T> {
  const { default: kafkajs } = await import('kafkajs')
  const sockets = new Set<net.Socket>()
  const kafka = new kafkajs.Kafka({
    clientId: options.clientId,
    brokers: options.bootstrapServers.map(labelOf),
    connectionTimeout: options.setupTimeout.firstMs,
    requestTimeout: options.requestTimeoutMs,
    // It is gone long before a session ends; of its own accord it would authenticate again ten seconds before that.
    reauthenticationThreshold: 0,
    retry: {
      retries: RETRIES,
      initialRetryTime: options.retryBackoff.firstMs,
      maxRetryTime: options.retryBackoff.maxMs,
    },
    logLevel: kafkajs.logLevel.WARN,
    logCreator: () => logDebug,
    ...(options.mechanism && { sasl: kafkajsSasl(options.mechanism, signal) }),
    socketFactory: ({ host, port, onConnect }) => {
      const socket = options.socketFactory({ host, port }, onConnect)
      sockets.add(socket)
      return socket
    },
  })
  const admin = kafka.admin()
  try {
    return await abortable(connectAndUse(admin, use, kafkajs), signal)
  } finally {
    if (signal.aborted) for (const socket of sockets) socket.destroy()
    await admin.disconnect()
  }
}

async function connectAndUse<T>(
  admin: Kafkajs.Admin,
  use: (admin: Kafkajs.Admin, constants: KafkajsConstants) => Promise<T>,
  constants: KafkajsConstants,
): Promise<T> {
  await admin.connect()
  return use(admin, constants)
}

/** What kafkajs takes for an error we throw, or try again. */
function logDebug({ namespace, log: { message, error } }: Kafkajs.LogEntry): void {
  const cause: unknown = error
  log.debug(`${namespace}: ${message}${typeof cause === 'string' ? ` (${cause})` : ''}`)
}
