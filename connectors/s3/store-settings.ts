import type { Proxy } from './proxy-agent.ts'
import type { ObjectSettings } from './s3-object-store.ts'

/** Keys of the configuration, or what the SDK finds in the environment, profiles, web identities and instances. */
export type OwnCredentials =
  | { readonly kind: 'keys'; readonly accessKeyId: string; readonly secretAccessKey: string }
  | { readonly kind: 'chain' }

/** A role that is assumed by asking STS. */
export interface RoleCredentials {
  readonly kind: 'role'
  /** Who asks for it. */
  readonly base: OwnCredentials
  /** Its ARN. */
  readonly role: string
  readonly sessionName: string
  readonly externalId: string | null
  readonly durationSeconds: number
  /** That requests are signed for. */
  readonly region: string
  /** Of STS, with its scheme. */
  readonly endpoint: string
}

export type StoreCredentials = OwnCredentials | RoleCredentials

/** The way to a bucket, whichever connector's keys it was given by. */
export interface StoreSettings {
  readonly bucket: string
  readonly region: string
  /** Another store than Amazon's, with its scheme. */
  readonly endpoint: string | null
  /** Whether requests name the bucket in their path. */
  readonly pathStyle: boolean
  readonly accelerate: boolean
  readonly expectContinue: boolean
  readonly attempts: number
  readonly backoffMs: number
  readonly mostBackoffMs: number
  readonly proxy: Proxy | null
  readonly credentials: StoreCredentials
  readonly objects: ObjectSettings
}
