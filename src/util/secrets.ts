import { credentialsIn, SecretMask } from './secret-mask.ts'

/**
 * The secrets of this worker (invariant 8). Whatever finds one out says so here; what leaves the worker as text goes through
 * {@link maskSecrets}. A plugin thread tells the main thread what it finds: everything leaves through that one.
 */
const mask = new SecretMask()
let tell: (secret: string) => void = () => undefined

/** Takes note of a secret. */
export function rememberSecret(secret: string): void {
  if (mask.add(secret)) tell(secret)
}

/**
 * The worker's own secrets are never forgotten, whatever plugins tell of theirs: to be called with its configuration, variables
 * resolved, when that has been read and no plugin runs yet.
 */
export function pinSecretsOf(config: Readonly<Record<string, string>>): void {
  mask.pin(Object.values(config))
}

/** Takes note of a secret of the worker's own, which is never forgotten. */
export function pinSecret(secret: string): void {
  mask.addPinned(secret)
}

/** `text` without the secrets known. */
export function maskSecrets(text: string): string {
  return mask.mask(text)
}

/** Those of the secrets known that stand in `configs`. */
export function secretsIn(configs: readonly Readonly<Record<string, string>>[]): readonly string[] {
  return mask.within(configs.flatMap((config) => Object.values(config)))
}

/** Calls `listener` with each secret that this thread finds out from now on. */
export function watchSecrets(listener: (secret: string) => void): void {
  tell = listener
}

/** Takes note of what a configuration, variables resolved, holds under keys that are named like secrets. */
export function rememberSecretsOf(config: Readonly<Record<string, string | null>>): void {
  for (const [key, value] of Object.entries(config)) {
    if (value === null || value === '') continue
    if (mayBeSecret(key)) rememberSecret(value)
    for (const credential of credentialsIn(value)) rememberSecret(credential)
  }
}

/** Whether a key is named like one that holds a secret. Whoever knows its type knows better. */
export function mayBeSecret(key: string): boolean {
  return named.test(key) && !aboutSecrets.test(key)
}

/** Whether a value is none even where it came from a config provider: it names things that logs must name. */
export function isOpenKey(key: string): boolean {
  return open.test(key)
}

const named =
  /password|passphrase|secret|token|jaas|credential|user\.info|(?:private|access|api|keystore)[._-]?key|ssl\.key\b/i
const aboutSecrets =
  /\.(?:class|type|location|file|path|url|uri|provider|algorithm|id|name|enabled?|ms)$/i
const open =
  /^(?:name|connector\.(?:class|plugin\.version)|tasks\.max|topics?|topics\.regex|file|bootstrap\.servers|listeners|group\.id|client\.id|plugin\.path|transforms|predicates)$|\.(?:class|type|topic|topics|ms|bytes|max|size|enable|location|path)$|\bconverter$/
