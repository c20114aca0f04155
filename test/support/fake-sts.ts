import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface FakeSts extends AsyncDisposable {
  readonly url: string
  /** What it was asked, and by whose key. */
  readonly asked: readonly { readonly form: URLSearchParams; readonly accessKey: string }[]
}

/** Answers AssumeRole with these keys, whoever asks. */
export async function startFakeSts(keys: {
  readonly accessKey: string
  readonly secretKey: string
}): Promise<FakeSts> {
  const asked: { form: URLSearchParams; accessKey: string }[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      const { authorization = '' } = request.headers
      const accessKey = /Credential=([^/]*)\//.exec(authorization)?.[1] ?? ''
      asked.push({ form: new URLSearchParams(body), accessKey })
      const members = {
        AccessKeyId: keys.accessKey,
        SecretAccessKey: keys.secretKey,
        // The servers of the tests know no tokens but their own: an empty one is not sent.
        SessionToken: '',
        Expiration: new Date(Date.now() + 3_600_000).toISOString(),
      }
      const inner = Object.entries(members).map(([name, text]) => `<${name}>${text}</${name}>`)
      response.writeHead(200, { 'content-type': 'text/xml' })
      response.end(
        `<AssumeRoleResponse><AssumeRoleResult><Credentials>${inner.join('')}</Credentials></AssumeRoleResult></AssumeRoleResponse>`,
      )
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
