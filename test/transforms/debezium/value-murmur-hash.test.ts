import { expect, test } from 'vitest'
import { STRING_SCHEMA } from '../../../src/api/index.ts'
import { ValueMurmurHash } from '../../../src/transforms/debezium/support/value-murmur-hash.ts'

test.each(['a', 'é', '漢', '😀'])(
  'texts of %s have the hash of their bytes, however long',
  (piece) => {
    const hash = new ValueMurmurHash()
    for (const count of [1, 100, 341, 342, 1024, 5000, 7]) {
      const text = piece.repeat(count)
      expect(hash.of(text, STRING_SCHEMA)).toBe(hash.of(Buffer.from(text), STRING_SCHEMA))
    }
  },
)
