import { installDebeziumJdbc } from '../services/debezium/install.ts'
import { startJavaConnect } from '../services/kafka/java-connect.ts'
import type { RunningPostgres } from '../services/databases/postgres.ts'
import { Sluice, scratchDir } from '../support/sluice.ts'
import type { Entry } from './contestant.ts'

/** One that takes part, and the connector with which it writes to a table. */
export interface JdbcEntry extends Entry {
  config(parts: SinkParts): Readonly<Record<string, string>>
}

export interface SinkParts {
  readonly postgres: RunningPostgres
  readonly topic: string
  readonly table: string
  readonly tasks: number
  readonly mode: 'insert' | 'upsert'
}

const jsonConverters = {
  'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'key.converter.schemas.enable': 'true',
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.schemas.enable': 'true',
  'offset.flush.interval.ms': '60000',
  'connector.client.config.override.policy': 'All',
}

/** Ours with its defaults. */
export function sluiceJdbc(name = 'Sluice'): JdbcEntry {
  return {
    name,
    config: ({ postgres, topic, table, tasks, mode }) => ({
      'connector.class': 'io.confluent.connect.jdbc.JdbcSinkConnector',
      'tasks.max': String(tasks),
      topics: topic,
      'connection.url': postgres.jdbcUrl,
      'connection.user': postgres.user,
      'connection.password': postgres.password,
      'table.name.format': table,
      'insert.mode': mode,
      ...(mode === 'upsert' ? { 'pk.mode': 'record_value', 'pk.fields': 'id' } : {}),
    }),
    start: async (bootstrapServers) => {
      const dir = await scratchDir()
      const properties = { ...jsonConverters, 'offset.storage.file.filename': dir.file('offsets') }
      const sluice = await Sluice.launch({ dir, bootstrapServers, properties })
      return {
        name,
        url: sluice.url,
        pid: sluice.process.pid,
        log: () => sluice.process.log(),
        [Symbol.asyncDispose]: async () => {
          await sluice.process.stop()
          await dir[Symbol.asyncDispose]()
        },
      }
    },
  }
}

/** Java's worker with Debezium's sink: as it comes, or with what was found to be quickest. */
export function debeziumJdbc(name: 'Java' | 'Java, tuned'): JdbcEntry {
  const isTuned = name === 'Java, tuned'
  return {
    name,
    config: ({ postgres, topic, table, tasks, mode }) => ({
      'connector.class': 'io.debezium.connector.jdbc.JdbcSinkConnector',
      'tasks.max': String(tasks),
      topics: topic,
      'connection.url': postgres.jdbcUrl,
      'connection.username': postgres.user,
      'connection.password': postgres.password,
      'collection.name.format': table,
      'insert.mode': mode,
      'schema.evolution': 'none',
      'primary.key.mode': mode === 'upsert' ? 'record_value' : 'none',
      ...(mode === 'upsert' ? { 'primary.key.fields': 'id' } : {}),
      ...(isTuned
        ? {
            'batch.size': '3000',
            'dialect.postgres.unnest.insert.enabled': 'true',
            'consumer.override.max.poll.records': '3000',
            'consumer.override.max.partition.fetch.bytes': '16777216',
          }
        : {}),
    }),
    start: async (bootstrapServers) => {
      const plugins = await installDebeziumJdbc()
      const java = await startJavaConnect({
        ...{ mode: 'standalone', flags: 'default', bootstrapServers, waitUntilHealthy: false },
        properties: {
          ...jsonConverters,
          'plugin.path': plugins,
          // The scan of classes takes longer than all the rest of the start, and finds nothing more.
          'plugin.discovery': 'service_load',
        },
      })
      return {
        name,
        url: java.url,
        pid: java.pid,
        log: () => java.log(),
        [Symbol.asyncDispose]: () => java[Symbol.asyncDispose](),
      }
    },
  }
}
