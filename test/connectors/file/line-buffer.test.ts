import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LineBuffer } from '../../../connectors/file/line-buffer.ts'
import { expectedLines } from './support.ts'
import type { Line } from './support.ts'

/** Feeds `bytes` in pieces of the sizes given, in turn, and takes every line as soon as it is whole. */
function readLines(bytes: Buffer, sizes: readonly number[], buffer: LineBuffer): Line[] {
  const lines: Line[] = []
  let at = 0
  for (let turn = 0; at < bytes.length; turn++) {
    const room = buffer.room()
    expect(room).toBeGreaterThan(0)
    const size = Math.min(sizes[turn % sizes.length] ?? 1, room, bytes.length - at)
    bytes.copy(buffer.bytes, buffer.end, at, at + size)
    buffer.add(size)
    at += size
    while (buffer.next()) lines.push({ text: buffer.text(), position: buffer.position })
  }
  return lines
}

const texts = fc
  .array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\n', '\r', '\r\n', 'é€😀')))
  .map((parts) => parts.join(''))
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 })

describe('LineBuffer', () => {
  test('gives the lines of any text, however it is cut into pieces', () => {
    fc.assert(
      fc.property(texts, sizes, (text, pieces) => {
        const lines = readLines(Buffer.from(text), pieces, new LineBuffer(1 << 20))
        expect(lines).toEqual(expectedLines(text))
      }),
      { numRuns: 500 },
    )
  })

  test('begins again at any position it has given and finds the rest', () => {
    fc.assert(
      fc.property(texts, sizes, fc.nat(), (text, pieces, pick) => {
        const all = expectedLines(text)
        const resumeAt = all.length === 0 ? 0 : (all[pick % all.length]?.position ?? 0)
        const rest = Buffer.from(text).subarray(resumeAt)
        const lines = readLines(rest, pieces, new LineBuffer(1 << 20, resumeAt))
        expect(lines).toEqual(all.filter((line) => line.position > resumeAt))
      }),
    )
  })

  test('grows for a long line, shrinks after it, and loses nothing', () => {
    const long = 'x'.repeat(3_000_000)
    const text = `a\n${long}\nb\n`
    const buffer = new LineBuffer(4 << 20)
    const lines = readLines(Buffer.from(text), [1 << 20], buffer)
    expect(lines.map((line) => line.text)).toEqual(['a', long, 'b'])
    buffer.room()
    expect(buffer.bytes.length).toBe(256 * 1024)
  })

  test('has no room left once a line is as long as the limit', () => {
    const buffer = new LineBuffer(1024)
    const bytes = Buffer.alloc(1024, 'x')
    readLines(bytes, [100], buffer)
    expect(buffer.room()).toBe(0)
    expect(buffer.position).toBe(0)
  })

  test.each([
    ['abc', ['abc']],
    ['abc\r', ['abc']],
    ['\r', ['']],
    ['', []],
  ])('takes %j as the rest of a finished file', (text, expected) => {
    const buffer = new LineBuffer(1024)
    readLines(Buffer.from(text), [1], buffer)
    const rest = buffer.takeRest() ? [buffer.text()] : []
    expect(rest).toEqual(expected)
    expect(buffer.pendingBytes).toBe(0)
  })

  test('counts the lines that are not UTF-8 and replaces what cannot be read', () => {
    const buffer = new LineBuffer(1024)
    const bytes = Buffer.concat([
      Buffer.from('good é\n'),
      Buffer.from([0x62, 0xff, 0x64, 10]),
      Buffer.from('\ufffd is a character\n'),
      Buffer.from([0xc3, 10]),
    ])
    const lines = readLines(bytes, [bytes.length], buffer)
    expect(lines.map((line) => line.text)).toEqual([
      'good é',
      'b\ufffdd',
      '\ufffd is a character',
      '\ufffd',
    ])
    expect(buffer.countInvalid(0)).toBe(2)
  })

  test('reads on from a new position after a restart', () => {
    const buffer = new LineBuffer(1024, 500)
    readLines(Buffer.from('left over'), [4], buffer)
    buffer.restart(0)
    expect(readLines(Buffer.from('new\r\nfile\n'), [3], buffer)).toEqual([
      { text: 'new', position: 5 },
      { text: 'file', position: 10 },
    ])
  })
})
