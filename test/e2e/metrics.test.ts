import { writeFile } from 'node:fs/promises'
import { expect, inject, test } from 'vitest'
import { parsePrometheusText, valueOf } from '../support/prometheus-text.ts'
import type { ParsedFamily } from '../support/prometheus-text.ts'
import { Sluice, scratchDir, stringConverters } from '../support/sluice.ts'
import { topicPrefix } from '../support/topics.ts'
import { waitFor } from '../support/wait-for.ts'

const topic = `${topicPrefix('metrics')}lines`
const lines = 20_000

test('GET /metrics tells what a file source and a file sink have moved, byte by byte', async () => {
  await using dir = await scratchDir()
  const text = Array.from({ length: lines }, (_, n) => `line ${n}\n`).join('')
  await writeFile(dir.file('in.txt'), text)
  const connectorFiles = [
    await dir.properties('source.properties', {
      name: 'in',
      'connector.class': 'FileStreamSource',
      file: dir.file('in.txt'),
      topic,
    }),
    await dir.properties('sink.properties', {
      name: 'out',
      'connector.class': 'FileStreamSink',
      file: dir.file('out.txt'),
      topics: topic,
      'consumer.override.client.id': 'my-reader',
    }),
  ]
  await using worker = await Sluice.start({
    dir,
    bootstrapServers: inject('bootstrapServers'),
    properties: {
      ...stringConverters,
      'offset.storage.file.filename': dir.file('offsets'),
      'offset.flush.interval.ms': '200',
      'metrics.names': 'both',
    },
    connectorFiles,
  })
  const scrape = async (): Promise<Map<string, ParsedFamily>> =>
    parsePrometheusText(await (await fetch(`${worker.url}/metrics`)).text())
  const source = { connector: 'in', task: '0' }
  const sink = { connector: 'out', task: '0' }
  const families = await waitFor('every line is put, acknowledged and committed', async () => {
    const now = await scrape()
    const worth = (name: string, labels: Record<string, string>): number =>
      now.get(name)?.samples.length === undefined ? 0 : valueOf(now, name, labels)
    const put = worth('kafka_connect_sink_task_sink_record_send_total', sink)
    const lag = worth('kafka_consumer_fetch_manager_records_lag_max', sink)
    const written = worth('kafka_connect_source_task_source_record_write_total', source)
    const commits = worth('kafka_connect_sink_task_offset_commit_completion_total', sink)
    return put === lines && written === lines && commits > 0 && lag >= 0 ? now : null
  })
  const worth = (name: string, labels: Record<string, string>): number =>
    valueOf(families, name, labels)

  expect(worth('kafka_connect_source_task_source_record_poll_total', source)).toBe(lines)
  expect(worth('kafka_connect_source_task_metrics_source_record_poll_total', source)).toBe(lines)
  expect(worth('kafka_connect_source_task_source_record_active_count', source)).toBe(0)
  expect(worth('kafka_connect_source_task_source_record_poll_rate', source)).toBeGreaterThan(0)
  expect(worth('kafka_connect_sink_task_sink_record_read_total', sink)).toBe(lines)
  expect(worth('kafka_connect_sink_task_partition_count', sink)).toBeGreaterThan(0)
  expect(worth('kafka_connect_connector_task_offset_commit_success_percentage', sink)).toBe(1)
  expect(worth('kafka_connect_connector_task_status', { ...sink, status: 'running' })).toBe(1)

  const producer = { clientid: 'connector-producer-in-0', ...source }
  expect(worth('kafka_producer_record_send_total', producer)).toBeGreaterThanOrEqual(lines)
  expect(worth('kafka_producer_outgoing_byte_total', producer)).toBeGreaterThan(text.length)
  expect(worth('kafka_producer_connection_count', producer)).toBeGreaterThan(0)
  const consumer = { clientid: 'my-reader', ...sink }
  expect(worth('kafka_consumer_incoming_byte_total', consumer)).toBeGreaterThan(text.length)
  expect(worth('kafka_consumer_fetch_manager_records_consumed_total', consumer)).toBe(lines)

  expect(worth('sluice_task_poll_seconds', { ...source, le: '+Inf' })).toBe(
    worth('sluice_task_convert_seconds', { ...source, le: '+Inf' }),
  )
  expect(families.get('sluice_task_put_seconds')?.samples.length).toBeGreaterThan(0)
  expect(worth('kafka_connect_worker_task_count', {})).toBe(2)
  expect(worth('kafka_connect_worker_task_startup_success_total', {})).toBe(2)
  expect(worth('process_cpu_seconds_total', {})).toBeGreaterThan(0)
  await worker.process.stop()
})
