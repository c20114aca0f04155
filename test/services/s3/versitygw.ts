import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { cached, run } from '../cache.ts'
import { freePort } from '../ports.ts'
import { SupervisedProcess } from '../supervised-process.ts'

const version = 'v1.8.0'
const module = 'github.com/versity/versitygw/cmd/versitygw'

/** The sink's default. */
const region = 'us-west-2'
export const accessKey = 'testkey'
export const secretKey = 'testsecret'

/** Versity's gateway, by Go's modules, once a machine. */
async function installVersitygw(): Promise<string> {
  const dir = await cached(`versitygw-${version}`, async (target) => {
    await run(
      'env',
      [`GOBIN=${target}`, 'go', 'install', '-ldflags', '-s -w', `${module}@${version}`],
      'Cannot install the S3 server of the tests: Go 1.25 or later and its module proxy are needed',
    )
  })
  return path.join(dir, 'versitygw')
}

export interface RunningS3 extends AsyncDisposable {
  readonly url: string
  readonly client: S3Client
  createBucket(name: string): Promise<void>
}

/** An S3 server in a folder of its own. */
export async function startS3(): Promise<RunningS3> {
  const command = await installVersitygw()
  const port = await freePort()
  const dir = await mkdtemp(path.join(tmpdir(), 'sluice-s3-'))
  const [data, iam] = [path.join(dir, 'data'), path.join(dir, 'iam')]
  await mkdir(data)
  await mkdir(iam)
  const process = new SupervisedProcess({
    command,
    args: [
      ...['--port', `127.0.0.1:${port}`, '--region', region],
      ...['--quiet', '--iam-dir', iam, 'posix', data],
    ],
    env: { ROOT_ACCESS_KEY: accessKey, ROOT_SECRET_KEY: secretKey, VGW_HEALTH: '/health' },
    logFile: path.join(dir, 's3.log'),
    scratchDir: dir,
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
    await process.waitUntil('The S3 server did not start', () => answers(`${url}/health`), {
      everyMs: 50,
    })
  } catch (error) {
    await stop()
    throw error
  }
  const createBucket = async (Bucket: string): Promise<void> => {
    await client.send(new CreateBucketCommand({ Bucket }))
  }
  return { url, client, createBucket, [Symbol.asyncDispose]: stop }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2000) })).ok
  } catch {
    return false
  }
}
