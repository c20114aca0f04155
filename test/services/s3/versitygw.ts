import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { cached, run } from '../cache.ts'
import { accessKey, region, secretKey, startServer } from './s3-server.ts'
import type { RunningS3 } from './s3-server.ts'

export { accessKey, secretKey } from './s3-server.ts'
export type { RunningS3 } from './s3-server.ts'

const version = 'v1.8.0'
const module = 'github.com/versity/versitygw/cmd/versitygw'

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

/** The S3 server of the first tier. */
export async function startS3(): Promise<RunningS3> {
  const command = await installVersitygw()
  return await startServer(async ({ dir, port }) => {
    const [data, iam] = [path.join(dir, 'data'), path.join(dir, 'iam')]
    await mkdir(data)
    await mkdir(iam)
    return {
      command,
      args: [
        ...['--port', `127.0.0.1:${port}`, '--region', region],
        ...['--quiet', '--iam-dir', iam, 'posix', data],
      ],
      env: { ROOT_ACCESS_KEY: accessKey, ROOT_SECRET_KEY: secretKey, VGW_HEALTH: '/health' },
      readyPath: '/health',
    }
  })
}
