import { createPrivateKey } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { ConnectionOptions } from 'node:tls'
import { ConfigError } from 'sluice/api'
import { isOn } from '../core/endpoint.ts'
import type { UrlProperties } from '../core/endpoint.ts'

/** One way to try: with these options, or without TLS. */
export type TlsAttempt = ConnectionOptions | false

const modes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const
type SslMode = (typeof modes)[number]

/** The ways to connect that `sslmode` allows, in order. `ssl` alone asks for everything to be verified. */
export async function tlsAttempts(properties: UrlProperties): Promise<readonly TlsAttempt[]> {
  const mode = sslModeOf(properties)
  if (mode === 'disable') return [false]
  const files = await readFiles(properties)
  const unverified = { ...files, rejectUnauthorized: false }
  const ways: Record<SslMode, readonly TlsAttempt[]> = {
    disable: [false],
    allow: [false, unverified],
    prefer: [unverified, false],
    require: [unverified],
    'verify-ca': [{ ...files, rejectUnauthorized: true, checkServerIdentity: () => undefined }],
    'verify-full': [{ ...files, rejectUnauthorized: true }],
  }
  return ways[mode]
}

function sslModeOf(properties: UrlProperties): SslMode {
  const text = properties.get('sslmode')
  if (text === undefined) return isOn(properties.get('ssl')) ? 'verify-full' : 'prefer'
  const found = modes.find((mode) => mode === text.toLowerCase())
  if (found !== undefined) return found
  throw new ConfigError(`Invalid value ${text} for sslmode: expected one of ${modes.join(', ')}.`)
}

async function readFiles(properties: UrlProperties): Promise<ConnectionOptions> {
  const read = async (name: string): Promise<Buffer | null> => {
    const file = properties.get(name)
    if (file === undefined || file === '') return null
    return readFile(file).catch((cause: unknown) => {
      throw new ConfigError(`Cannot read ${file}, which ${name} names.`, { cause })
    })
  }
  const [ca, cert, key] = [await read('sslrootcert'), await read('sslcert'), await read('sslkey')]
  return {
    ...(ca === null ? {} : { ca }),
    ...(cert === null ? {} : { cert }),
    ...(key === null ? {} : keyOptions(key, properties)),
  }
}

/** PEM as it is; a `.p12` whole; DER in PKCS#8, which the JDBC driver takes, as PEM. */
function keyOptions(key: Buffer, properties: UrlProperties): ConnectionOptions {
  const passphrase = properties.get('sslpassword')
  const secret = passphrase === undefined ? {} : { passphrase }
  if (/\.(p12|pfx)$/i.test(properties.get('sslkey') ?? '')) return { pfx: key, ...secret }
  if (key.includes('-----BEGIN')) return { key, ...secret }
  try {
    const parsed = createPrivateKey({ key, format: 'der', type: 'pkcs8', ...secret })
    return { key: parsed.export({ format: 'pem', type: 'pkcs8' }) }
  } catch (cause) {
    throw new ConfigError('sslkey is neither PEM, PKCS#12, nor PKCS#8 in DER that can be read.', {
      cause,
    })
  }
}
