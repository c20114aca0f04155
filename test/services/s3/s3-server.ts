import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { freePort } from '../ports.ts'
import { SupervisedProcess } from '../supervised-process.ts'

/** The sink's default. */
export const region = 'us-west-2'
export const accessKey = 'testkey'
export const secretKey = 'testsecret'

export interface RunningS3 extends AsyncDisposable {
  readonly url: string
  readonly client: S3Client
  createBucket(name: string): Promise<void>
}

/** How a server is started that listens on this port of the loopback and keeps what it holds in `dir`. */
export interface S3Command {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** What answers without an error once it is ready; other than 5xx where `answersAnything`. */
  readonly readyPath: string
  readonly answersAnything?: boolean
}

/** An S3 server in a folder of its own, which takes {@link accessKey} and {@link secretKey}. */
export async function startServer(
  commandOf: (place: { readonly dir: string; readonly port: number }) => Promise<S3Command>,
): Promise<RunningS3> {
  const port = await freePort()
  const dir = await mkdtemp(path.join(tmpdir(), 'sluice-s3-'))
  const { command, args, env = {}, readyPath, answersAnything } = await commandOf({ dir, port })
  const process = new SupervisedProcess({
    ...{ command, args, env, scratchDir: dir },
    logFile: path.join(dir, 's3.log'),
  })
  const url = `http://127.0.0.1:${port}`
  const client = new S3Client({
    ...{ endpoint: url, region, forcePathStyle: true },
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
  })
  const stop = async (): Promise<void> => {
    client.destroy()
    await process.kill()
    await rm(dir, { recursive: true, force: true })
  }
  try {
    const isReady = (): Promise<boolean> => answers(url + readyPath, answersAnything ?? false)
    await process.waitUntil('The S3 server did not start', isReady, { everyMs: 50 })
  } catch (error) {
    await stop()
    throw error
  }
  const createBucket = async (Bucket: string): Promise<void> => {
    await client.send(new CreateBucketCommand({ Bucket }))
  }
  return { url, client, createBucket, [Symbol.asyncDispose]: stop }
}

async function answers(url: string, anything: boolean): Promise<boolean> {
  try {
    const { ok, status } = await fetch(url, { signal: AbortSignal.timeout(2000) })
    return ok || (anything && status < 500)
  } catch {
    return false
  }
}
