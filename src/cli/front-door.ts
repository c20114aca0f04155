import type { WorkerConfig } from '../config/worker-config.ts'
import { clientOptions } from '../kafka/net/client-options.ts'
import { KafkaClient } from '../kafka/net/client.ts'
import type { ClientConfig } from '../kafka/types.ts'
import { advertisedAddress } from '../rest/advertised.ts'
import type { AdvertisedAddress } from '../rest/advertised.ts'
import type { PeerTls } from '../rest/peers/peer-request.ts'
import { restConfig } from '../rest/rest-config.ts'
import { createRestServer } from '../rest/rest-server.ts'
import type { RestServer } from '../rest/rest-server.ts'
import type { Logger } from '../util/logger.ts'
import { buildInfo } from './build-info.ts'
import { describeCluster } from './describe-cluster.ts'
import type { Foundation } from './foundation.ts'
import { openRestExtensions } from './rest-extensions.ts'

/** What is open before the herder is there: the way to the cluster, and to the worker. */
export interface FrontDoor {
  readonly rest: RestServer
  /** For the start. */
  readonly client: KafkaClient
  readonly kafkaClusterId: string | null
  readonly address: AdvertisedAddress
}

/**
 * Asks for the cluster's id and opens the REST port, in this order: a worker that cannot reach its cluster answers no one. By
 * `peers` it reaches other workers.
 */
export async function openFrontDoor<C extends WorkerConfig>(
  { loader, file: { config, originals } }: Foundation<C>,
  {
    clientConfig,
    peers,
    log,
  }: {
    /** How the worker itself reaches the brokers. */
    readonly clientConfig: ClientConfig
    readonly peers?: PeerTls
    readonly log: Logger
  },
  signal: AbortSignal,
): Promise<FrontDoor> {
  const client = new KafkaClient(clientOptions(clientConfig))
  const describing = describeCluster(client, originals, signal)
  // While the brokers answer.
  describing.catch(() => undefined)
  const extensionClasses = config['rest.extension.classes']
  const rest = createRestServer({
    ...{ ...restConfig(config, originals), ...buildInfo },
    extensions: await openRestExtensions(extensionClasses, originals, loader, signal),
    ...(peers !== undefined && { peers }),
  })
  const kafkaClusterId = await describing
  log.info(`Kafka cluster ID: ${kafkaClusterId ?? 'null'}`)
  const address = await advertisedAddress(await rest.start(), {
    hostName: config['rest.advertised.host.name'],
    port: config['rest.advertised.port'],
    listener: config['rest.advertised.listener'],
  })
  return { rest, client, kafkaClusterId, address }
}
