import { readClientConfig } from '../../config/client-values.ts'
import type { ClientValues } from '../../config/client-values.ts'
import { codecNames, loadCodec } from '../records/compression.ts'
import type { CodecName } from '../records/compression.ts'
import type { ClientConfig } from '../types.ts'

export interface Compression {
  readonly name: CodecName
  /** Undefined for the codec's own. */
  readonly level?: number
}

/** What `compression.type` and its level say; null for none. */
export function compressionOf(values: ClientValues): Compression | null {
  const name = codecNames.find((each) => each === values.text('compression.type'))
  if (name === undefined) return null
  return name === 'snappy' ? { name } : { name, level: values.number(`compression.${name}.level`) }
}

/** Makes sure that the codec of `compression.type` can be used in this thread. Throws a ConfigError. */
export async function loadCompression(config: ClientConfig): Promise<void> {
  const compression = compressionOf(readClientConfig('producer', config))
  if (compression !== null) await loadCodec(compression.name)
}
