import type { Proxy } from './proxy-agent.ts'
import type { ObjectSettings } from './s3-object-store.ts'

/** Who asks: keys of the configuration, or what the SDK finds in the environment, profiles, web identities and instances. */
export type StoreCredentials =
  | { readonly kind: 'keys'; readonly accessKeyId: string; readonly secretAccessKey: string }
  | { readonly kind: 'chain' }

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
