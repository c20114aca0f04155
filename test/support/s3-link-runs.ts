import { expect } from 'vitest'
import { openStore } from '../../connectors/s3/s3-client.ts'
import { parseS3SinkConfig } from '../../connectors/s3/s3-sink-config.ts'
import { storeSettingsOf } from '../../connectors/s3/s3-sink-store.ts'
import { BYTES_SCHEMA } from '../../src/api/index.ts'
import type { ConnectorConfig, Schema, SinkRecord } from '../../src/api/index.ts'
import { RunningSink, baseConfig, formatOf } from '../connectors/s3/running-sink.ts'
import { partitioners, struct } from '../connectors/storage/support.ts'
import { records } from '../connectors/s3/sink-objects.ts'
import type { RunningS3 } from '../services/s3/s3-server.ts'
import { S3Gate } from './s3-gate.ts'
import type { S3Fault } from './s3-gate.ts'
import { contents, openUploads, storeOf } from './s3-runs.ts'

/** What a sink is run with: objects of one request, or of several parts. */
export interface Workload {
  readonly name: string
  readonly config: ConnectorConfig
  readonly list: readonly SinkRecord[]
  readonly sink: 'Confluent' | 'Aiven'
}

const bytesOf = (offset: number): { readonly value: Buffer; readonly schema: Schema } => ({
  schema: BYTES_SCHEMA,
  value: Buffer.alloc(2_000_000, offset + 65),
})

export const workloads = {
  small: {
    name: 'small',
    sink: 'Confluent',
    config: {
      ...{ 'partitioner.class': `${partitioners}.FieldPartitioner` },
      ...{ 'partition.field.name': 'int', 'flush.size': '6' },
    },
    list: records(14, (offset) => ({ value: struct(offset % 2) })),
  },
  parts: {
    name: 'parts',
    sink: 'Confluent',
    config: {
      ...{ 'format.class': formatOf('ByteArray'), 'flush.size': '3', 's3.part.size': '5242880' },
    },
    list: records(4, bytesOf),
  },
  aiven: {
    name: 'aiven',
    sink: 'Aiven',
    config: {
      ...{ 'format.output.type': 'csv', 'format.output.fields': 'value' },
      ...{ 'format.output.fields.value.encoding': 'none', 'file.compression.type': 'none' },
      ...{ 'file.max.records': '3', 'aws.s3.part.size.bytes': '5242880' },
    },
    list: records(4, bytesOf),
  },
} as const satisfies Record<string, Workload>

/** Tries of one request, by the SDK; behind them the sink reads the partition again. */
export const attempts = 3

let buckets = 0

/** Runs a workload to its end over a gate with faults, on a real server, and answers with what it left. */
export async function runOver(
  s3: RunningS3,
  { config, list, sink: kind }: Workload,
  faults: readonly S3Fault[],
): Promise<{
  readonly objects: ReadonlyMap<string, string>
  readonly open: number
  readonly happened: readonly string[]
}> {
  const bucket = `link-${++buckets}`
  await s3.createBucket(bucket)
  await using gate = await S3Gate.open(s3.url)
  const settings = storeSettingsOf(
    parseS3SinkConfig({
      ...{ ...baseConfig, ...storeOf(gate.url, bucket) },
      ...{ 's3.part.retries': String(attempts), 's3.retry.backoff.ms': '5' },
    }),
  )
  const { store, close } = openStore(settings)
  try {
    const sink = await (kind === 'Aiven'
      ? RunningSink.startAiven(config, store, list)
      : RunningSink.start(config, store, list))
    gate.faults = faults.map((fault) => ({ ...fault }))
    do {
      await sink.run(3)
      if (kind === 'Aiven') await sink.flush()
    } while (sink.position < list.length)
    await sink.close()
    expect(sink.rejected).toEqual([])
    return {
      objects: await contents(s3, bucket),
      open: await openUploads(s3, bucket),
      happened: gate.happened,
    }
  } finally {
    close()
  }
}

/** Objects and what they hold are those of a run without faults. */
export function expectTheSame(
  found: ReadonlyMap<string, string>,
  wanted: ReadonlyMap<string, string>,
): void {
  expect([...found.keys()]).toEqual([...wanted.keys()])
  for (const [key, body] of found) expect(body === wanted.get(key), key).toBe(true)
}
