import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { installClasses } from '../registry/install.ts'
import { accessKey, secretKey, startServer } from './s3-server.ts'
import type { RunningS3 } from './s3-server.ts'

/** An S3 server that needs Java alone. It knows neither tags nor encryption (501). */
export async function startS3Proxy(): Promise<RunningS3> {
  const classes = await installClasses('s3proxy', 's3/s3proxy-pom.xml')
  return await startServer(async ({ dir, port }) => {
    const [data, config] = [path.join(dir, 'data'), path.join(dir, 's3proxy.conf')]
    await mkdir(data)
    const lines = [
      's3proxy.authorization=aws-v2-or-v4',
      `s3proxy.endpoint=http://127.0.0.1:${port}`,
      `s3proxy.identity=${accessKey}`,
      `s3proxy.credential=${secretKey}`,
      'jclouds.provider=filesystem-nio2',
      `jclouds.filesystem.basedir=${data}`,
    ]
    await writeFile(config, lines.join('\n'))
    return {
      command: 'java',
      args: ['-Xmx512m', '-cp', classes, 'org.gaul.s3proxy.Main', '--properties', config],
      // Without credentials it refuses, which is an answer.
      ...{ readyPath: '/', answersAnything: true },
    }
  })
}
