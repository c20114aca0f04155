/** One value of DER (X.690) with a definite length. */
export interface DerValue {
  readonly tag: number
  /** The content, without tag and length. */
  readonly content: Buffer
}

export const derTags = { integer: 0x02, oid: 0x06, sequence: 0x30 } as const

/** The values that stand one after another in `bytes`. Throws a RangeError where they are not whole. */
export function readDer(bytes: Buffer): DerValue[] {
  const values: DerValue[] = []
  let at = 0
  while (at < bytes.length) {
    const tag = bytes.readUInt8(at)
    const short = bytes.readUInt8(at + 1)
    const sizeBytes = short < 0x80 ? 0 : short & 0x7f
    const length = sizeBytes === 0 ? short : bytes.readUIntBE(at + 2, sizeBytes)
    const start = at + 2 + sizeBytes
    if (start + length > bytes.length) throw new RangeError(`DER value of ${length} bytes is cut.`)
    values.push({ tag, content: bytes.subarray(start, start + length) })
    at = start + length
  }
  return values
}

/** Walks down from `value` by the places of children. Throws a RangeError where there is none. */
export function derAt(value: DerValue, ...path: readonly number[]): DerValue {
  let here = value
  for (const index of path) {
    const child = readDer(here.content)[index]
    if (child === undefined) throw new RangeError(`DER value has no part ${index}.`)
    here = child
  }
  return here
}
