import { TextDecoder } from 'node:util'
import { SerializationError } from './serialization-error.ts'

/** The way between strings and bytes of one character set. */
export interface Charset {
  /** Characters that the set lacks become `?`, as in Java. */
  encode(text: string): Buffer
  /** Bytes that mean nothing become U+FFFD, as in Java. */
  decode(bytes: Buffer): string
}

const utf8: Charset = {
  encode: (text) => Buffer.from(text),
  decode: (bytes) => bytes.utf8Slice(0, bytes.length),
}

/** Java's names for the sets that have code of their own here, in lower case and without `-` and `_`. */
const own: Readonly<Record<string, Charset>> = {
  utf8,
  iso88591: { encode: (text) => singleBytes(text, 0xff), decode: latin1 },
  windows1252: { encode: toWindows1252, decode: fromWindows1252 },
  usascii: { encode: (text) => singleBytes(text, 0x7f), decode: ascii },
  utf16: {
    encode: (text) => Buffer.concat([Buffer.of(0xfe, 0xff), utf16be(text)]),
    decode: fromUtf16,
  },
  utf16be: { encode: utf16be, decode: (bytes) => decoderOf('utf-16be').decode(bytes) },
  utf16le: {
    encode: (text) => Buffer.from(text, 'utf16le'),
    decode: (bytes) => decoderOf('utf-16le').decode(bytes),
  },
}
const aliases: Readonly<Record<string, string>> = {
  latin1: 'iso88591',
  l1: 'iso88591',
  cp819: 'iso88591',
  cp1252: 'windows1252',
  ascii: 'usascii',
  iso646us: 'usascii',
  unicodebigunmarked: 'utf16be',
  unicodelittleunmarked: 'utf16le',
}

/** The character set that Java knows as `name`. A SerializationError for one that is not known here. */
export function charsetOf(name: string): Charset {
  const key = name.toLowerCase().replace(/[-_]/g, '')
  const known = own[aliases[key] ?? key]
  if (known !== undefined) return known
  try {
    return tableCharset(name, decoderOf(name))
  } catch (cause) {
    throw new SerializationError(`Unsupported encoding ${name}`, { cause })
  }
}

/** Whether `charset` is UTF-8, which converters read and write in place. */
export function isUtf8Charset(charset: Charset): boolean {
  return charset === utf8
}

/** A set that the platform can only decode: a set of single bytes is turned round, any other cannot be written. */
function tableCharset(name: string, decoder: TextDecoder): Charset {
  let codes: Map<string, number> | null = null
  return {
    decode: (bytes) => decoder.decode(bytes),
    encode(text) {
      codes ??= singleByteCodes(name, decoder)
      const table = codes
      return Buffer.from(Array.from(text, (character) => table.get(character) ?? 0x3f))
    },
  }
}

function singleByteCodes(name: string, decoder: TextDecoder): Map<string, number> {
  const codes = new Map<string, number>()
  for (let code = 0xff; code >= 0; code--) codes.set(decoder.decode(Uint8Array.of(code)), code)
  codes.delete('\ufffd')
  // A set of several bytes a character leaves most bytes above 0x7f without a meaning of their own.
  if (codes.size < 0xc0) {
    throw new SerializationError(
      `Strings can be read in the encoding ${name} but not written. Set converter.encoding to UTF-8 to write.`,
    )
  }
  return codes
}

function singleBytes(text: string, highest: number): Buffer {
  return Buffer.from(
    Array.from(text, (character) => {
      const code = character.codePointAt(0) ?? 0
      return code <= highest ? code : 0x3f
    }),
  )
}

function latin1(bytes: Buffer): string {
  return bytes.latin1Slice(0, bytes.length)
}

/** What windows-1252 has from 0x80 to 0x9f, where Latin-1 has control characters; Node's TextDecoder takes one for the other. */
const windows1252 = '€\ufffd‚ƒ„…†‡ˆ‰Š‹Œ\ufffdŽ\ufffd\ufffd‘’“”•–—˜™š›œ\ufffdžŸ'

function fromWindows1252(bytes: Buffer): string {
  return latin1(bytes).replaceAll(/[\u0080-\u009f]/g, (control) => {
    return windows1252.charAt(control.charCodeAt(0) - 0x80)
  })
}

function toWindows1252(text: string): Buffer {
  return Buffer.from(
    Array.from(text, (character) => {
      const at = character === '\ufffd' ? -1 : windows1252.indexOf(character)
      if (at >= 0) return 0x80 + at
      const code = character.codePointAt(0) ?? 0
      return code < 0x80 || (code > 0x9f && code <= 0xff) ? code : 0x3f
    }),
  )
}

function ascii(bytes: Buffer): string {
  return Array.from(bytes, (byte) => (byte > 0x7f ? '\ufffd' : String.fromCharCode(byte))).join('')
}

function utf16be(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16()
}

/** By its byte order mark; big-endian where there is none. */
function fromUtf16(bytes: Buffer): string {
  const little = bytes[0] === 0xff && bytes[1] === 0xfe
  const marked = little || (bytes[0] === 0xfe && bytes[1] === 0xff)
  return decoderOf(little ? 'utf-16le' : 'utf-16be').decode(bytes.subarray(marked ? 2 : 0))
}

function decoderOf(label: string): TextDecoder {
  return new TextDecoder(label, { ignoreBOM: true })
}
