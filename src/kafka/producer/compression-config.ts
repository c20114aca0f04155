import { ConfigError } from '../../errors/connect-error.ts'
import { codecNames, loadCodec } from '../records/compression.ts'
import type { CodecName } from '../records/compression.ts'
import type { ClientConfig } from '../types.ts'

export interface Compression {
  readonly name: CodecName
  /** Where the configuration says nothing the codec's own. */
  readonly level?: number
}

/** Lowest and highest level, and one that stands for the codec's own (KIP-390). */
const levels = {
  gzip: [1, 9, -1],
  lz4: [1, 17, 9],
  zstd: [-131072, 22, 3],
} as const

/** What `compression.type` and its level say; null for none. Throws a ConfigError that names the key. */
export function compressionOf(config: ClientConfig): Compression | null {
  const type = config['compression.type']?.trim() ?? 'none'
  if (type === 'none' || type === '') return null
  const name = codecNames.find((each) => each === type)
  if (name === undefined) {
    throw new ConfigError(
      `Invalid value ${type} for "compression.type": expected none, ${codecNames.join(', ')}.`,
    )
  }
  const level = name === 'snappy' ? undefined : levelOf(config, name)
  return level === undefined ? { name } : { name, level }
}

/** Makes sure that the codec of `compression.type` can be used in this thread. */
export async function loadCompression(config: ClientConfig): Promise<void> {
  const compression = compressionOf(config)
  if (compression !== null) await loadCodec(compression.name)
}

function levelOf(config: ClientConfig, name: keyof typeof levels): number | undefined {
  const key = `compression.${name}.level`
  const text = config[key]?.trim() ?? ''
  if (text === '') return undefined
  const [lowest, highest, own] = levels[name]
  const level = Number(text)
  if (level === own || (Number.isInteger(level) && level >= lowest && level <= highest))
    return level
  throw new ConfigError(
    `Invalid value ${text} for "${key}": expected an integer from ${lowest} to ${highest}, or ${own}.`,
  )
}
