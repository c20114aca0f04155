import { gunzipSync } from 'node:zlib'
import { DataError, configDef, describeBytes, javaClassName } from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig } from '../../api/index.ts'
import { recordText } from '../support/record-text.ts'
import type { Side } from '../support/side.ts'

const config = configDef({})

/** A few bytes can hold gigabytes of zeros. */
const mostBytes = 128 * 2 ** 20

/** Puts what gzipped bytes hold in their place (`io.confluent.connect.transforms.GzipDecompress`). */
export class GzipDecompress {
  readonly #side: Side

  constructor(side: Side) {
    this.#side = side
  }

  config(): ConfigDef {
    return config
  }

  configure(_props: ConnectorConfig): void {
    return undefined
  }

  apply(record: ConnectRecord): ConnectRecord {
    const value = this.#side.valueOf(record)
    if (value === null) return record
    if (!(value instanceof Uint8Array)) {
      throw new DataError(
        `Cannot decompress the ${this.#side.half}: expected bytes, found ${javaClassName(value)}. ` +
          `Use ByteArrayConverter for it (${recordText(record)}).`,
      )
    }
    return this.#side.replace(
      record,
      this.#side.schemaOf(record),
      this.#decompressed(record, value),
    )
  }

  #decompressed(record: ConnectRecord, bytes: Uint8Array): Buffer {
    try {
      return gunzipSync(bytes, { maxOutputLength: mostBytes })
    } catch (cause) {
      const isTooLong = (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
      const found = isTooLong
        ? `expected at most ${mostBytes} bytes, found more`
        : `expected gzip, found ${describeBytes(bytes, false)}`
      throw new DataError(
        `Cannot decompress the ${this.#side.half}: ${found} (${recordText(record)}).`,
        { cause },
      )
    }
  }
}
