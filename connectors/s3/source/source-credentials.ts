import { ConfigError, isBlank } from 'sluice/api'

/** A URL of a store; HTTPS where it does not say. */
export function endpointOf(url: string | null): string | null {
  if (url === null || isBlank(url)) return null
  return url.includes('://') ? url : `https://${url}`
}

/** Keys of the configuration, else null for what the SDK finds. Throws a ConfigError for a provider of Java's of one's own. */
export function ownCredentials({
  key,
  provider,
  accessKeyId,
  secretAccessKey,
}: {
  readonly key: string
  readonly provider: string | null
  readonly accessKeyId: string
  readonly secretAccessKey: string
}): { readonly accessKeyId: string; readonly secretAccessKey: string } | null {
  if (!isBlank(accessKeyId) && !isBlank(secretAccessKey)) return { accessKeyId, secretAccessKey }
  if (provider === null || /^(?:com\.amazonaws|software\.amazon\.awssdk)\.auth\./.test(provider)) {
    return null
  }
  throw new ConfigError(
    `Invalid value ${provider} for configuration ${key}: a Java class cannot be loaded here. ` +
      'Leave the key out: environment, profiles (with role_arn to assume a role), web identities and instances are looked at by themselves.',
  )
}
