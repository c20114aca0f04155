import type { KeySpec } from 'sluice/api'
import { s3ClientKeys } from '../s3-client-keys.ts'

const s3 = { group: 'S3' } as const

/** Confluent's keys for the bucket that is read, and the way to it. */
export const bucketKeys = {
  's3.bucket.name': { type: 'string', importance: 'high', doc: 'The bucket that is read.', ...s3 },
  's3.region': {
    type: 'string',
    default: 'us-west-2',
    importance: 'medium',
    doc: 'The region of the bucket.',
    ...s3,
  },
  'store.url': {
    type: 'string',
    default: null,
    importance: 'high',
    doc: "Another store than Amazon's.",
    ...s3,
  },
  's3.credentials.provider.class': {
    type: 'string',
    default: 'com.amazonaws.auth.DefaultAWSCredentialsProviderChain',
    importance: 'low',
    doc: 'Where credentials come from that are not given here: what the AWS SDK finds, by the names of its Java classes.',
    ...s3,
  },
  'aws.access.key.id': {
    type: 'string',
    default: '',
    importance: 'high',
    doc: 'The access key.',
    ...s3,
  },
  'aws.secret.access.key': {
    type: 'password',
    default: null,
    importance: 'high',
    doc: 'Its secret key.',
    ...s3,
  },
  's3.wan.mode': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    doc: 'Use the accelerated endpoint of S3.',
    ...s3,
  },
  's3.path.style.access': {
    type: 'boolean',
    default: true,
    importance: 'low',
    doc: 'Name the bucket in the path of requests, and not in their host.',
    ...s3,
  },
  's3.part.retries': {
    type: 'int',
    default: 3,
    min: 0,
    importance: 'medium',
    doc: 'How often a request is tried.',
    ...s3,
  },
  's3.retry.backoff.ms': {
    type: 'long',
    default: 200,
    min: 0,
    importance: 'low',
    doc: 'How many milliseconds to wait before what failed for the moment is read again.',
    ...s3,
  },
  's3.http.send.expect.continue': {
    type: 'boolean',
    default: true,
    importance: 'low',
    doc: 'Taken and not used: nothing is uploaded.',
    ...s3,
  },
  's3.ssea.name': {
    ...s3ClientKeys['s3.ssea.name'],
    doc: 'How objects are encrypted; AES256 with s3.sse.customer.key.',
  },
  's3.sse.customer.key': {
    type: 'password',
    default: null,
    importance: 'low',
    doc: 'The key in base64 that objects were encrypted with (SSE-C).',
    ...s3,
  },
  's3.proxy.url': {
    type: 'string',
    default: '',
    importance: 'low',
    doc: 'An HTTP proxy on the way to the store.',
    ...s3,
  },
  's3.proxy.username': {
    type: 'string',
    default: null,
    importance: 'low',
    doc: 'The user at the proxy.',
    ...s3,
  },
  's3.proxy.password': {
    type: 'password',
    default: null,
    importance: 'low',
    doc: 'The password at the proxy.',
    ...s3,
  },
  's3.credentials.provider.sts.role.arn': s3ClientKeys['s3.credentials.provider.sts.role.arn'],
  's3.credentials.provider.sts.role.session.name':
    s3ClientKeys['s3.credentials.provider.sts.role.session.name'],
  's3.credentials.provider.sts.role.external.id':
    s3ClientKeys['s3.credentials.provider.sts.role.external.id'],
  's3.credentials.provider.sts.region': s3ClientKeys['s3.credentials.provider.sts.region'],
} as const satisfies Record<string, KeySpec>
