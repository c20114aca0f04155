import { createDecipheriv, createHash, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto'
import { derAt, derTags, readDer } from './der.ts'
import type { DerValue } from './der.ts'

/**
 * Reads certificates out of a PKCS#12 store (RFC 7292). Node opens such a store itself where it holds a private key, but
 * not one with certificates alone, which is what a trust store is.
 */

/** Java and OpenSSL write a few thousand. */
const maxRounds = 2_000_000

/** Why a store could not be read. */
export class Pkcs12Error extends Error {
  readonly reason: 'password' | 'algorithm' | 'format'

  constructor(reason: Pkcs12Error['reason'], message: string) {
    super(message)
    this.reason = reason
  }
}

/** Object identifiers, as the bytes of their DER in hexadecimal. */
const ids = {
  data: '2a864886f70d010701',
  encryptedData: '2a864886f70d010706',
  certificateBag: '2a864886f70d010c0a0103',
  pbes2: '2a864886f70d01050d',
  tripleDes: '2a864886f70d010c0103',
}
const digests: Readonly<Record<string, string>> = {
  '2b0e03021a': 'sha1',
  '608648016503040201': 'sha256',
  '608648016503040202': 'sha384',
  '608648016503040203': 'sha512',
}
/** Pseudo-random functions of PBKDF2. */
const prfs: Readonly<Record<string, string>> = {
  '2a864886f70d0207': 'sha1',
  '2a864886f70d0209': 'sha256',
  '2a864886f70d020a': 'sha384',
  '2a864886f70d020b': 'sha512',
}
const ciphers: Readonly<Record<string, { readonly name: string; readonly keyBytes: number }>> = {
  '60864801650304012a': { name: 'aes-256-cbc', keyBytes: 32 },
  '608648016503040116': { name: 'aes-192-cbc', keyBytes: 24 },
  '608648016503040102': { name: 'aes-128-cbc', keyBytes: 16 },
  '2a864886f70d0307': { name: 'des-ede3-cbc', keyBytes: 24 },
}

/** The certificates of a store, each in DER. Throws a Pkcs12Error. */
export function pkcs12Certificates(store: Buffer, password: string): Buffer[] {
  try {
    const [pfx] = readDer(store)
    if (pfx === undefined) throw new RangeError('empty')
    const safe = derAt(pfx, 1, 1, 0).content
    verify(pfx, safe, password)
    return readDer(safe)
      .flatMap((sequence) => readDer(sequence.content))
      .flatMap((part) => certificatesIn(part, password))
  } catch (error) {
    if (error instanceof Pkcs12Error) throw error
    throw new Pkcs12Error('format', 'The bytes are no PKCS#12 store.')
  }
}

/** The MAC over all of it is what tells a wrong password from a right one. */
function verify(pfx: DerValue, safe: Buffer, password: string): void {
  const macData = readDer(pfx.content)[2]
  if (macData === undefined) return
  const digest = digests[hexOf(derAt(macData, 0, 0, 0))]
  if (digest === undefined) throw new Pkcs12Error('algorithm', 'Its MAC is not known.')
  const expected = derAt(macData, 0, 1).content
  if (expected.length !== createHash(digest).digest().length) throw new RangeError('no MAC')
  const kdf = {
    password,
    salt: derAt(macData, 1).content,
    iterations: roundsOf(readDer(macData.content)[2], 1),
    digest,
  }
  const mac = createHmac(digest, derive(kdf, 3, expected.length))
    .update(safe)
    .digest()
  if (!timingSafeEqual(mac, expected)) throw new Pkcs12Error('password', 'Its MAC differs.')
}

function certificatesIn(part: DerValue, password: string): Buffer[] {
  const type = hexOf(derAt(part, 0))
  if (type === ids.encryptedData) {
    const content = derAt(part, 1, 0, 1)
    return bagsIn(decrypt(derAt(content, 1), derAt(content, 2).content, password))
  }
  return type === ids.data ? bagsIn(derAt(part, 1, 0).content) : []
}

function bagsIn(safeContents: Buffer): Buffer[] {
  return readDer(safeContents)
    .flatMap((sequence) => readDer(sequence.content))
    .filter((bag) => hexOf(derAt(bag, 0)) === ids.certificateBag)
    .map((bag) => derAt(bag, 1, 0, 1, 0).content)
}

function decrypt(algorithm: DerValue, encrypted: Buffer, password: string): Buffer {
  const { name, key, iv } = keyOf(algorithm, password)
  const decipher = createDecipheriv(name, key, iv)
  try {
    return Buffer.concat([decipher.update(encrypted), decipher.final()])
  } catch {
    throw new Pkcs12Error('password', 'Its content cannot be decrypted.')
  }
}

interface CipherKey {
  readonly name: string
  readonly key: Buffer
  readonly iv: Buffer
}

function keyOf(algorithm: DerValue, password: string): CipherKey {
  const type = hexOf(derAt(algorithm, 0))
  if (type === ids.pbes2) return pbes2Key(derAt(algorithm, 1), password)
  if (type !== ids.tripleDes) {
    throw new Pkcs12Error('algorithm', 'It is encrypted in a way that is no longer supported.')
  }
  const salt = derAt(algorithm, 1, 0).content
  const iterations = roundsOf(derAt(algorithm, 1, 1), 1)
  const kdf = { password, salt, iterations, digest: 'sha1' }
  return { name: 'des-ede3-cbc', key: derive(kdf, 1, 24), iv: derive(kdf, 2, 8) }
}

/** PBES2 (RFC 8018): PBKDF2, then a block cipher. */
function pbes2Key(parameters: DerValue, password: string): CipherKey {
  const [salt, iterations, ...more] = readDer(derAt(parameters, 0, 1).content)
  const prf = more.find((value) => value.tag === derTags.sequence)
  const digest = prf === undefined ? 'sha1' : prfs[hexOf(derAt(prf, 0))]
  const cipher = ciphers[hexOf(derAt(parameters, 1, 0))]
  if (salt === undefined || digest === undefined || cipher === undefined) {
    throw new Pkcs12Error('algorithm', 'It is encrypted in a way that is not supported.')
  }
  return {
    name: cipher.name,
    key: pbkdf2Sync(password, salt.content, roundsOf(iterations, 1), cipher.keyBytes, digest),
    iv: derAt(parameters, 1, 1).content,
  }
}

interface Kdf {
  readonly password: string
  readonly salt: Buffer
  readonly iterations: number
  readonly digest: string
}

/** Key derivation of PKCS#12 (RFC 7292, B.2); `purpose` is 1 for a key, 2 for an IV, 3 for a MAC. */
function derive(kdf: Kdf, purpose: number, length: number): Buffer {
  const block = ['sha384', 'sha512'].includes(kdf.digest) ? 128 : 64
  const diversifier = Buffer.alloc(block, purpose)
  const input = Buffer.concat([
    repeated(kdf.salt, block),
    repeated(Buffer.from(`${kdf.password}\0`, 'utf16le').swap16(), block),
  ])
  const chunks: Buffer[] = []
  for (let size = 0; size < length; size += chunks.at(-1)?.length ?? length) {
    let hash = createHash(kdf.digest).update(diversifier).update(input).digest()
    for (let round = 1; round < kdf.iterations; round++) {
      hash = createHash(kdf.digest).update(hash).digest()
    }
    chunks.push(hash)
    addToBlocks(input, repeated(hash, block).subarray(0, block))
  }
  return Buffer.concat(chunks).subarray(0, length)
}

/** `bytes` over and over, to a multiple of `block`. */
function repeated(bytes: Buffer, block: number): Buffer {
  return Buffer.alloc(Math.ceil(bytes.length / block) * block, bytes)
}

/** Adds `addend` + 1 to each block of `input`, a block being one big-endian number. */
function addToBlocks(input: Buffer, addend: Buffer): void {
  for (let end = addend.length; end <= input.length; end += addend.length) {
    let carry = 1
    for (let back = 1; back <= addend.length; back++) {
      carry += input.readUInt8(end - back) + addend.readUInt8(addend.length - back)
      input.writeUInt8(carry & 0xff, end - back)
      carry >>= 8
    }
  }
}

function hexOf({ tag, content }: DerValue): string {
  return tag === derTags.oid ? content.toString('hex') : ''
}

/** A number of rounds. A store that asks for more than this is not waited for. */
function roundsOf(value: DerValue | undefined, fallback: number): number {
  if (value?.tag !== derTags.integer) return fallback
  const rounds = value.content.readUIntBE(0, value.content.length)
  if (rounds > maxRounds) throw new Pkcs12Error('algorithm', `It asks for ${rounds} rounds.`)
  return rounds
}
