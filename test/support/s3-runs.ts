import {
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3'
import { accessKey, secretKey } from '../services/s3/s3-server.ts'
import type { RunningS3 } from '../services/s3/s3-server.ts'
import type { ScratchDir } from './sluice.ts'

/** Of a worker whose group forgets it within seconds. */
export const workerOf = (dir: ScratchDir): Record<string, string> => ({
  'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.schemas.enable': 'false',
  'offset.storage.file.filename': dir.file('offsets'),
  'offset.flush.interval.ms': '200',
  'consumer.session.timeout.ms': '6000',
  'consumer.heartbeat.interval.ms': '500',
})

/** The way to `bucket`, in the keys of Confluent's connectors. */
export const storeOf = (url: string, bucket: string): Record<string, string> => ({
  's3.bucket.name': bucket,
  'store.url': url,
  'aws.access.key.id': accessKey,
  'aws.secret.access.key': secretKey,
})

/** Confluent's sink of JSON lines; `bucket` names it, too. */
export const sinkOf = (url: string, bucket: string, topics: string): Record<string, string> => ({
  name: `${bucket}-sink`,
  topics,
  'connector.class': 'io.confluent.connect.s3.S3SinkConnector',
  'tasks.max': '1',
  'storage.class': 'io.confluent.connect.s3.storage.S3Storage',
  'format.class': 'io.confluent.connect.s3.format.json.JsonFormat',
  ...storeOf(url, bucket),
})

/** The names of all objects, in their order. */
export async function namesIn(s3: RunningS3, bucket: string): Promise<string[]> {
  const names: string[] = []
  let after: string | undefined
  for (;;) {
    const { Contents = [] } = await s3.client.send(
      new ListObjectsV2Command({ Bucket: bucket, StartAfter: after }),
    )
    if (Contents.length === 0) return names
    for (const { Key = '' } of Contents) names.push(Key)
    after = names.at(-1)
  }
}

/** What all objects hold, by their names in their order. */
export async function contents(s3: RunningS3, bucket: string): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (const Key of await namesIn(s3, bucket)) {
    const { Body } = await s3.client.send(new GetObjectCommand({ Bucket: bucket, Key }))
    found.set(Key, (await Body?.transformToString('latin1')) ?? '')
  }
  return found
}

/** How many uploads of parts are neither complete nor aborted. */
export async function openUploads(s3: RunningS3, bucket: string): Promise<number> {
  const { Uploads = [] } = await s3.client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))
  return Uploads.length
}
