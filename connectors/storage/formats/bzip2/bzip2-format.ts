/** What stands in a stream of bzip2: `BZh`, the size of blocks in 100 kB, blocks, and the sum of their checksums. */
export const headerBytes = Buffer.from('BZh')
/** Each in two words of 24 bits. */
export const blockMagic: readonly [number, number] = [0x314159, 0x265359]
export const endMagic: readonly [number, number] = [0x177245, 0x385090]

/** Symbols that are coded with one table before the next is chosen. */
export const groupSymbols = 50
/** Runs of zeros are written in digits of 1 (runA) and 2 (runB). */
export const runA = 0
export const runB = 1
/** A run of so many equal bytes is followed by how many more there are. */
export const runBytes = 4
export const mostMoreBytes = 251

const table = new Int32Array(256)
for (let byte = 0; byte < 256; byte++) {
  let value = byte << 24
  for (let bit = 0; bit < 8; bit++) value = value < 0 ? (value << 1) ^ 0x04c11db7 : value << 1
  table[byte] = value
}

/** The CRC-32 of bzip2: as that of gzip, with the highest bit first. */
export function checksumOf(bytes: Uint8Array): number {
  let crc = -1
  for (const byte of bytes) crc = (crc << 8) ^ (table[(crc >>> 24) ^ byte] ?? 0)
  return ~crc >>> 0
}

/** The checksum of a stream, with one more block. */
export function checksumWith(stream: number, block: number): number {
  return (((stream << 1) | (stream >>> 31)) ^ block) >>> 0
}
