/**
 * Loggers that live in plugin threads alone. They are known before the first such thread is there, so that their levels can be
 * asked for and set from the start.
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
  'org.apache.kafka.connect.runtime.AbstractHerder',
  'org.apache.kafka.connect.runtime.Worker',
  'org.apache.kafka.connect.runtime.WorkerConnector',
  'org.apache.kafka.connect.runtime.WorkerSinkTask',
  'org.apache.kafka.connect.runtime.WorkerSourceTask',
  'org.apache.kafka.connect.runtime.WorkerTask',
  'org.apache.kafka.connect.util.KafkaBasedLog',
]
