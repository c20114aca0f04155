import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { cached, run } from '../cache.ts'
import { accessKey, region, secretKey, startServer } from './s3-server.ts'
import type { RunningS3 } from './s3-server.ts'

const version = 'v0.0.0-20260212201848-7aac2a2c5b7c'

/** MinIO, by Go's modules, once a machine. It runs beside the tests; nothing of it is shipped. */
async function installMinio(): Promise<string> {
  const dir = await cached(`minio-${version}`, async (target) => {
    await run(
      'env',
      [
        ...[`GOBIN=${target}`, 'go', 'install', '-ldflags', '-s -w'],
        `github.com/minio/minio@${version}`,
      ],
      'Cannot install MinIO: Go 1.25 or later and its module proxy are needed',
    )
  })
  return path.join(dir, 'minio')
}

/** An S3 server that is stricter than that of the first tier: an upload that is complete cannot be completed once more. */
export async function startMinio(): Promise<RunningS3> {
  const command = await installMinio()
  return await startServer(async ({ dir, port }) => {
    const data = path.join(dir, 'data')
    await mkdir(data)
    return {
      command,
      args: ['server', data, '--address', `127.0.0.1:${port}`, '--quiet'],
      env: {
        ...{ MINIO_ROOT_USER: accessKey, MINIO_ROOT_PASSWORD: secretKey, MINIO_REGION: region },
        ...{ MINIO_BROWSER: 'off', MINIO_UPDATE: 'off', HOME: dir },
        MINIO_KMS_SECRET_KEY: `sluice:${Buffer.alloc(32, 7).toString('base64')}`,
      },
      readyPath: '/minio/health/ready',
    }
  })
}
