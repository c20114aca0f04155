import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  ResourcePatternTypes,
} from 'kafkajs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startBroker } from '../services/kafka/broker.ts'
import type { Broker } from '../services/kafka/broker.ts'
import { freePorts } from '../services/ports.ts'
import { asked, startMember } from '../support/cluster.ts'
import { readCommitted } from '../support/committed-records.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import type { KafkaClient } from '../support/kafka-client.ts'
import { scratchDir } from '../support/sluice.ts'
import type { ConnectorStatus, Sluice } from '../support/sluice.ts'
import { waitFor } from '../support/wait-for.ts'

const patience = { timeoutMs: 120_000 }
const jaas = (user: string): string =>
  `org.apache.kafka.common.security.plain.PlainLoginModule required username="${user}" password="${user}-secret" user_alice="alice-secret";`

let broker: Broker
let kafka: KafkaClient
/** Where clients say who they are; who comes by the other listener may do anything. */
let saslServers: string

beforeAll(async () => {
  const [port = 0, controllerPort = 0, sasl = 0] = await freePorts(3)
  saslServers = `127.0.0.1:${sasl}`
  const clients = `PLAINTEXT://127.0.0.1:${port},SASL_PLAINTEXT://${saslServers}`
  broker = await startBroker({
    ...{ port, controllerPort },
    properties: {
      listeners: `${clients},CONTROLLER://127.0.0.1:${controllerPort}`,
      'advertised.listeners': clients,
      'listener.security.protocol.map':
        'PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
      'sasl.enabled.mechanisms': 'PLAIN',
      'listener.name.sasl_plaintext.plain.sasl.jaas.config': jaas('broker'),
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:ANONYMOUS',
      'allow.everyone.if.no.acl.found': 'true',
    },
  })
  kafka = await openKafkaClient(broker.bootstrapServers)
}, 240_000)

afterAll(async () => {
  await (kafka as KafkaClient | undefined)?.[Symbol.asyncDispose]()
  await (broker as Broker | undefined)?.stop()
})

/** Where anybody is named, nobody else may do anything any more. */
async function allow(
  principal: string,
  resourceType: AclResourceTypes,
  resourceName: string,
): Promise<void> {
  const rights = [AclOperationTypes.WRITE, AclOperationTypes.DESCRIBE].map((operation) => ({
    ...{ principal, resourceType, resourceName, operation, host: '*' },
    permissionType: AclPermissionTypes.ALLOW,
    resourcePatternType: ResourcePatternTypes.LITERAL,
  }))
  await kafka.admin.createAcls({ acl: rights })
}

async function failureOf(worker: Sluice): Promise<string> {
  return await waitFor(
    'the task has failed',
    async () => {
      const all = await worker.get<Record<string, { status?: ConnectorStatus }>>(
        '/connectors?expand=status',
      )
      const task = all.src?.status?.tasks[0]
      return task?.state === 'FAILED' && (task.trace ?? '')
    },
    patience,
  )
}

test('a task that lacks a right for its transactions says which, and writes each line once when it has it', async () => {
  await using dir = await scratchDir()
  const name = `rights-${randomUUID().slice(0, 8)}`
  const [topic, input, transactionalId] = [`${name}-lines`, dir.file('in.txt'), `${name}-src-0`]
  await kafka.createTopic(topic)
  await allow('User:nobody', AclResourceTypes.TRANSACTIONAL_ID, transactionalId)
  await allow('User:nobody', AclResourceTypes.TOPIC, topic)
  await writeFile(input, 'a\nb\n')
  const { bootstrapServers } = broker
  await using worker = await startMember({
    ...{ dir, bootstrapServers, name },
    properties: {
      'exactly.once.source.support': 'enabled',
      'connector.client.config.override.policy': 'All',
    },
  })
  await asked(worker, 'PUT', '/connectors/src/config', {
    'connector.class': 'FileStreamSource',
    ...{ 'tasks.max': '1', file: input, topic },
    'producer.override.bootstrap.servers': saslServers,
    'producer.override.security.protocol': 'SASL_PLAINTEXT',
    'producer.override.sasl.mechanism': 'PLAIN',
    'producer.override.sasl.jaas.config': jaas('alice'),
  })
  expect(await failureOf(worker)).toContain(
    `Allow it the operations Write and Describe on TransactionalId "${transactionalId}"`,
  )

  await allow('User:alice', AclResourceTypes.TRANSACTIONAL_ID, transactionalId)
  await asked(worker, 'POST', '/connectors/src/tasks/0/restart')
  await waitFor(
    'it fails for want of the topic',
    async () => (await failureOf(worker)).includes(`Topic ${topic}: Topic authorization failed`),
    patience,
  )

  await allow('User:alice', AclResourceTypes.TOPIC, topic)
  await asked(worker, 'POST', '/connectors/src/tasks/0/restart')
  await worker.running('src')
  const committed = (): Promise<string[]> => readCommitted({ bootstrapServers, topic, kafka })
  await waitFor('all lines', async () => (await committed()).length >= 2, patience)
  expect(await committed()).toEqual(['a', 'b'])
}, 300_000)
