import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { isRetriable } from '../../../src/api/index.ts'
import { signedHeaders } from '../../../connectors/s3/aws-signature.ts'
import { roleCredentials } from '../../../connectors/s3/role-credentials.ts'
import { parseAivenConfig } from '../../../connectors/s3/aiven/aiven-config.ts'
import { openClient } from '../../../connectors/s3/s3-client.ts'
import { parseS3SinkConfig } from '../../../connectors/s3/s3-sink-config.ts'
import { storeSettingsOf } from '../../../connectors/s3/s3-sink-store.ts'
import { scratchDir } from '../../support/sluice.ts'
import { baseConfig } from './running-sink.ts'

const keys = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
}

test('a request is signed as the example of the specification is', () => {
  const { authorization } = signedHeaders(
    {
      method: 'GET',
      url: new URL('https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08'),
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      ...{ body: '', service: 'iam', region: 'us-east-1' },
    },
    keys,
    new Date('2015-08-30T12:36:00Z'),
  )
  expect(authorization).toBe(
    'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
  )
})

describe('a role', () => {
  const servers: (() => Promise<void>)[] = []
  afterEach(async () => {
    vi.unstubAllEnvs()
    for (const close of servers.splice(0)) await close()
  })

  /** Answers every request; what came is in `bodies`. */
  async function sts(
    status: number,
    answer: string,
  ): Promise<{ url: string; bodies: URLSearchParams[]; authorizations: string[] }> {
    const bodies: URLSearchParams[] = []
    const authorizations: string[] = []
    const server = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk.toString()))
      request.on('end', () => {
        bodies.push(new URLSearchParams(body))
        authorizations.push(request.headers.authorization ?? '')
        response.writeHead(status).end(answer)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
    servers.push(
      () =>
        new Promise((resolve) => {
          server.closeAllConnections()
          server.close(() => resolve())
        }),
    )
    const { port } = server.address() as AddressInfo
    return { url: `http://127.0.0.1:${port}`, bodies, authorizations }
  }

  const settings = (endpoint: string): Parameters<typeof roleCredentials>[0] => ({
    kind: 'role',
    base: { kind: 'keys', ...keys },
    ...{ role: 'arn:aws:iam::1:role/writer', sessionName: 'sluice', externalId: 'ext' },
    ...{ durationSeconds: 900, region: 'eu-west-1', endpoint },
  })

  test('is assumed with the other credentials', async () => {
    const { url, bodies, authorizations } = await sts(
      200,
      '<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>A</AccessKeyId><SecretAccessKey>b/c=</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2030-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>',
    )
    const assumed = await roleCredentials(settings(url), () => Promise.resolve(keys))()
    expect(assumed).toEqual({
      ...{ accessKeyId: 'A', secretAccessKey: 'b/c=', sessionToken: 't' },
      expiration: new Date('2030-01-01T00:00:00Z'),
    })
    expect(Object.fromEntries(bodies[0] ?? [])).toEqual({
      ...{ Action: 'AssumeRole', Version: '2011-06-15', DurationSeconds: '900' },
      ...{ RoleArn: 'arn:aws:iam::1:role/writer', RoleSessionName: 'sluice', ExternalId: 'ext' },
    })
    expect(authorizations[0]).toMatch(/Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/sts\/aws4_request/)
  })

  test.each([
    [403, false, /403 AccessDenied: no\. Check the role/],
    [503, true, /503/],
  ])('that is answered by %i is retriable: %s', async (status, retriable, message) => {
    const { url } = await sts(
      status,
      '<Error><Code>AccessDenied</Code><Message>no</Message></Error>',
    )
    const error: unknown = await roleCredentials(settings(url), () => Promise.resolve(keys))().then(
      () => null,
      (cause: unknown) => cause,
    )
    expect(String(error)).toMatch(message)
    expect(isRetriable(error)).toBe(retriable)
    expect(String(error)).not.toContain(keys.secretAccessKey)
  })

  test('is assumed with a web identity, where the environment has one', async () => {
    const { url, bodies } = await sts(
      200,
      '<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>W</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>',
    )
    await using dir = await scratchDir()
    const file = dir.file('token')
    await writeFile(file, 'a.web.token')
    const cleared = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE']
    for (const name of cleared) vi.stubEnv(name, undefined)
    vi.stubEnv('AWS_CONFIG_FILE', dir.file('none'))
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', dir.file('none'))
    vi.stubEnv('AWS_WEB_IDENTITY_TOKEN_FILE', file)
    vi.stubEnv('AWS_ROLE_ARN', 'arn:aws:iam::1:role/pod')
    vi.stubEnv('AWS_ENDPOINT_URL_STS', url)
    const config = {
      ...baseConfig,
      's3.credentials.provider.class':
        'software.amazon.awssdk.auth.credentials.WebIdentityTokenFileCredentialsProvider',
    }
    const client = openClient(storeSettingsOf(parseS3SinkConfig(config)))
    try {
      expect(await client.config.credentials()).toMatchObject({
        ...{ accessKeyId: 'W', secretAccessKey: 's', sessionToken: 't' },
      })
      expect(Object.fromEntries(bodies[0] ?? [])).toMatchObject({
        ...{ Action: 'AssumeRoleWithWebIdentity', RoleArn: 'arn:aws:iam::1:role/pod' },
        WebIdentityToken: 'a.web.token',
      })
    } finally {
      client.destroy()
    }
  })

  test("is what Confluent's provider and Aiven's keys ask for", () => {
    const prefix = 's3.credentials.provider.sts.'
    const config = {
      ...baseConfig,
      's3.credentials.provider.class':
        'io.confluent.connect.s3.auth.AwsAssumeRoleCredentialsProvider',
      [`${prefix}role.arn`]: 'arn',
      [`${prefix}role.session.name`]: 'session',
      [`${prefix}region`]: 'cn-north-1',
    }
    const confluent = storeSettingsOf(parseS3SinkConfig(config)).credentials
    expect(confluent).toMatchObject({
      ...{ kind: 'role', role: 'arn', sessionName: 'session', base: { kind: 'chain' } },
      endpoint: 'https://sts.cn-north-1.amazonaws.com.cn',
    })
    const { [`${prefix}role.arn`]: _arn, ...without } = config
    expect(() => storeSettingsOf(parseS3SinkConfig(without))).toThrow(/role\.arn/)
    const aiven = parseAivenConfig({
      ...{ 'aws.s3.bucket.name': 'bucket', 'aws.sts.role.arn': 'arn' },
      ...{ 'aws.sts.role.session.name': 'session', 'aws.sts.role.session.duration': '1800' },
    })
    expect(aiven.store.credentials).toMatchObject({
      ...{ kind: 'role', durationSeconds: 1800, region: 'us-east-1', externalId: null },
      endpoint: 'https://sts.amazonaws.com',
    })
  })
})
