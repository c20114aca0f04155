import fc from 'fast-check'

/** One change to bytes; places are taken modulo their length. */
type Change = (bytes: Buffer, at: number) => Buffer

/** Lengths and counts that nobody means: as int16, int32, varint, zigzag varint and DER. */
const hostile = [
  ...[
    '7fff',
    '8000',
    'ffff',
    '7fffffff',
    '80000000',
    'ffffffff',
    'fffffffe',
    '00ffffff',
    '05f5e100',
  ],
  ...['ffffffff07', 'ffffffff0f', 'feffffff0f', 'ffffffffffffffffff01', '8080808001', '847fffffff'],
].map((hex) => Buffer.from(hex, 'hex'))

/** Put between; `parts` are as hostile as those above. */
const inserted = (parts: readonly Buffer[]): fc.Arbitrary<Change> =>
  fc.constantFrom(...parts).map(
    (part): Change =>
      (bytes, at) =>
        Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at)]),
  )

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.nat(255).map((byte): Change => (bytes, at) => {
    bytes[at] = byte
    return bytes
  }),
  fc.constantFrom(...hostile).map((value): Change => (bytes, at) => {
    value.copy(bytes, at)
    return bytes
  }),
  inserted(hostile),
  fc.nat(40).map(
    (length): Change =>
      (bytes, at) =>
        Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]),
  ),
  fc.nat(40).map(
    (length): Change =>
      (bytes, at) =>
        Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]),
  ),
  fc.constant((bytes: Buffer, at: number) => bytes.subarray(0, at)),
)

/** Random bytes, and the samples with bytes and lengths changed, left out, repeated, put between and cut off; `parts` are put between too. */
export function hostileBytes(
  samples: readonly Buffer[],
  parts: readonly Buffer[] = [],
): fc.Arbitrary<Buffer> {
  const any = parts.length === 0 ? change : fc.oneof(change, inserted(parts))
  const placed = fc.tuple(any, fc.nat())
  const random = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes))
  if (samples.length === 0) return random
  const mutated = fc
    .tuple(fc.constantFrom(...samples), fc.array(placed, { maxLength: 5 }))
    .map(([sample, changes]) =>
      changes.reduce<Buffer>(
        (bytes, [apply, at]) => (bytes.length === 0 ? bytes : apply(bytes, at % bytes.length)),
        Buffer.from(sample),
      ),
    )
  return fc.oneof({ weight: 1, arbitrary: random }, { weight: 6, arbitrary: mutated })
}
