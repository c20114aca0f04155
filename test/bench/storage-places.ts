import {
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import type { MiniHdfs } from '../services/hadoop/mini-hdfs.ts'
import { contentsOf } from '../services/hadoop/mini-hdfs.ts'
import { accessKey, secretKey } from '../services/s3/versitygw.ts'
import type { RunningS3 } from '../services/s3/versitygw.ts'

const never = new AbortController().signal

/** Where a sink writes. A run is kept apart from the others by its name. */
export interface Place {
  readonly name: 'S3' | 'HDFS'
  /** What a connector needs beside its format: the keys of the connector and of the place. */
  prepare(run: string): Promise<Readonly<Record<string, string>>>
  /** By its name alone, e.g. `Avro`. */
  format(name: string): string
  /** How many objects of the run are complete. */
  count(run: string): Promise<number>
  bodies(run: string): Promise<readonly Uint8Array[]>
  /** Writes an object as a client would that has its bytes. */
  upload(run: string, name: string, body: Uint8Array): Promise<void>
  /** Removes all of the run. */
  clear(run: string): Promise<void>
}

/** A bucket a run. */
export function s3Place(s3: RunningS3): Place {
  const keysOf = async (run: string): Promise<readonly string[]> => {
    const { Contents = [] } = await s3.client.send(new ListObjectsV2Command({ Bucket: run }))
    return Contents.map(({ Key = '' }) => Key)
  }
  return {
    name: 'S3',
    async prepare(run) {
      await s3.createBucket(run)
      return {
        'connector.class': 'io.confluent.connect.s3.S3SinkConnector',
        'storage.class': 'io.confluent.connect.s3.storage.S3Storage',
        's3.bucket.name': run,
        'store.url': s3.url,
        'aws.access.key.id': accessKey,
        'aws.secret.access.key': secretKey,
      }
    },
    format: (name) => `io.confluent.connect.s3.format.${name.toLowerCase()}.${name}Format`,
    count: async (run) => (await keysOf(run)).length,
    async bodies(run) {
      const bodies: Uint8Array[] = []
      for (const Key of await keysOf(run)) {
        const { Body } = await s3.client.send(new GetObjectCommand({ Bucket: run, Key }))
        bodies.push((await Body?.transformToByteArray()) ?? new Uint8Array())
      }
      return bodies
    },
    async upload(run, name, Body) {
      await s3.client.send(new PutObjectCommand({ Bucket: run, Key: `raw/${name}`, Body }))
    },
    async clear(run) {
      for (const Key of await keysOf(run)) {
        await s3.client.send(new DeleteObjectCommand({ Bucket: run, Key }))
      }
      await s3.client.send(new DeleteBucketCommand({ Bucket: run }))
    },
  }
}

/** A directory a run. */
export function hdfsPlace(hdfs: MiniHdfs): Place {
  const { client } = hdfs
  const filesBelow = async (directory: string): Promise<readonly string[]> => {
    const files: string[] = []
    for (const { name, isDirectory } of (await client.list(directory, never)) ?? []) {
      // What has no name of its own yet lies in a directory that begins with a plus.
      if (name.startsWith('+')) continue
      const full = `${directory}/${name}`
      if (isDirectory) files.push(...(await filesBelow(full)))
      else files.push(full)
    }
    return files
  }
  return {
    name: 'HDFS',
    prepare: (run) =>
      Promise.resolve({
        'connector.class': 'io.confluent.connect.hdfs.HdfsSinkConnector',
        'hdfs.url': hdfs.url,
        'hadoop.conf.dir': hdfs.confDir,
        'webhdfs.user': 'root',
        'topics.dir': `/${run}/topics`,
        'logs.dir': `/${run}/logs`,
      }),
    format: (name) => `io.confluent.connect.hdfs.${name.toLowerCase()}.${name}Format`,
    count: async (run) => (await filesBelow(`/${run}/topics`)).length,
    async bodies(run) {
      const bodies: Uint8Array[] = []
      for (const file of await filesBelow(`/${run}/topics`)) {
        bodies.push(await contentsOf(client, file))
      }
      return bodies
    },
    async upload(run, name, body) {
      const bytes = { bytes: body.length, read: () => [body] }
      await client.create(`/${run}/raw/${name}`, bytes, { overwrite: true }, never)
    },
    async clear(run) {
      const url = `${hdfs.http[0] ?? ''}/webhdfs/v1/${run}?op=DELETE&recursive=true&user.name=root`
      const { ok } = await fetch(url, { method: 'DELETE' })
      if (!ok) throw new Error(`HDFS does not delete /${run}.`)
    },
  }
}
