import { constants, crc32, deflateRaw } from 'node:zlib'
import { codecByName, loadCodec } from 'sluice/codecs'

/** How a whole file is compressed. */
export type FileCompression = 'none' | 'gzip' | 'snappy' | 'zstd'

export const compressionExtensions: Readonly<Record<FileCompression, string>> = {
  none: '',
  gzip: '.gz',
  snappy: '.snappy',
  zstd: '.zst',
}

/** The bytes of one file on their way to where they are kept. */
export interface Compressor {
  /** What is compressed at once; 0 where nothing is. Who gives it pieces of this size has it hold nothing. */
  readonly pieceBytes: number
  /** What is ready to be kept after these. */
  push(bytes: readonly Buffer[]): Promise<Buffer[]>
  /** The end of the file. */
  end(): Promise<Buffer[]>
}

/** So much is compressed at once. Pieces do not depend on how the bytes come, so the same records give the same file. */
const pieceBytes = 1024 * 1024

/** Makes a compressor for each file. Rejects where a package is missing. */
export async function loadCompression(
  name: FileCompression,
  level = -1,
): Promise<() => Compressor> {
  if (name === 'none') return () => plain
  if (name === 'gzip') return () => new PieceCompressor(gzipPieces(level))
  await loadCodec(name)
  if (name === 'snappy') return () => new PieceCompressor(snappyPieces())
  return () => new PieceCompressor(zstdPieces())
}

const plain: Compressor = {
  pieceBytes: 0,
  push: (bytes) => Promise.resolve([...bytes]),
  end: () => Promise.resolve([]),
}

interface Pieces {
  readonly header: Buffer
  compress(piece: Buffer): Promise<Buffer>
  trailer(): Buffer
}

class PieceCompressor implements Compressor {
  readonly pieceBytes = pieceBytes
  readonly #pieces: Pieces
  #waiting: Buffer[] = []
  #waitingBytes = 0
  #begun = false

  constructor(pieces: Pieces) {
    this.#pieces = pieces
  }

  async push(bytes: readonly Buffer[]): Promise<Buffer[]> {
    for (const each of bytes) {
      this.#waiting.push(each)
      this.#waitingBytes += each.length
    }
    return this.#waitingBytes < pieceBytes ? [] : await this.#compress(pieceBytes)
  }

  async end(): Promise<Buffer[]> {
    const last = await this.#compress(1)
    return [...last, this.#pieces.trailer()]
  }

  /** While so many bytes wait at least. */
  async #compress(least: number): Promise<Buffer[]> {
    const done: Buffer[] = []
    if (!this.#begun) done.push(this.#pieces.header)
    this.#begun = true
    const all = Buffer.concat(this.#waiting, this.#waitingBytes)
    let at = 0
    for (; all.length - at >= least; at = Math.min(at + pieceBytes, all.length)) {
      done.push(await this.#pieces.compress(all.subarray(at, at + pieceBytes)))
    }
    this.#waiting = at < all.length ? [all.subarray(at)] : []
    this.#waitingBytes = all.length - at
    return done
  }
}

/**
 * One member of gzip (RFC 1952) for the file: each piece is deflated by a thread of the pool and ends on a byte (a sync flush), so that they can be
 * put behind each other.
 */
function gzipPieces(level: number): Pieces {
  let checksum = 0
  let size = 0
  return {
    header: Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]),
    compress(piece) {
      checksum = crc32(piece, checksum)
      size += piece.length
      const options = { level, finishFlush: constants.Z_SYNC_FLUSH }
      return new Promise((resolve, reject) => {
        deflateRaw(piece, options, (error, packed) => {
          if (error === null) resolve(packed)
          else reject(error)
        })
      })
    },
    trailer() {
      const trailer = Buffer.alloc(10)
      // An empty block that says it is the last.
      trailer.writeUInt8(3, 0)
      trailer.writeUInt32LE(checksum, 2)
      trailer.writeUInt32LE(size % 2 ** 32, 6)
      return trailer
    },
  }
}

const snappyBlockBytes = 32 * 1024

/** The stream of snappy-java: magic, version and compatible version, then blocks with their length before them. */
function snappyPieces(): Pieces {
  const codec = codecByName('snappy')
  return {
    header: Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]),
    compress(piece) {
      const parts: Buffer[] = []
      for (let at = 0; at < piece.length; at += snappyBlockBytes) {
        const block = codec.compress(piece.subarray(at, at + snappyBlockBytes))
        const length = Buffer.alloc(4)
        length.writeInt32BE(block.length)
        parts.push(length, block)
      }
      return Promise.resolve(Buffer.concat(parts))
    },
    trailer: () => Buffer.alloc(0),
  }
}

/** A frame of zstd for each piece; frames behind each other are one file. */
function zstdPieces(): Pieces {
  const codec = codecByName('zstd')
  return {
    header: Buffer.alloc(0),
    compress: (piece) => Promise.resolve(codec.compress(piece)),
    trailer: () => Buffer.alloc(0),
  }
}
