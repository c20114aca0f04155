/**
 * Loggers that live in plugin threads alone. These are known before the first such thread is there, so that their levels can be
 * asked for and set from the start; one that is missing here is known once its thread has started.
 */
export const threadLoggers: readonly string[] = [
  'org.apache.kafka.clients.Metadata',
  'org.apache.kafka.clients.NetworkClient',
  'org.apache.kafka.clients.admin.KafkaAdminClient',
  'org.apache.kafka.clients.consumer.internals.ConsumerCoordinator',
  'org.apache.kafka.clients.consumer.internals.ConsumerRebalanceListenerInvoker',
  'org.apache.kafka.clients.consumer.internals.Fetcher',
  'org.apache.kafka.clients.producer.internals.Sender',
  'org.apache.kafka.clients.producer.internals.TransactionManager',
  'org.apache.kafka.common.security.oauthbearer.internals.OAuthBearerRefreshingLogin',
  'org.apache.kafka.connect.runtime.AbstractHerder',
  'org.apache.kafka.connect.runtime.Worker',
  'org.apache.kafka.connect.runtime.WorkerConnector',
  'org.apache.kafka.connect.runtime.WorkerSinkTask',
  'org.apache.kafka.connect.runtime.WorkerSourceTask',
  'org.apache.kafka.connect.runtime.WorkerTask',
  'org.apache.kafka.connect.util.KafkaBasedLog',
]
