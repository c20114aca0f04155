import { expect, test } from 'vitest'
import { ByteOutput } from '../../../connectors/storage/formats/byte-output.ts'

/** Writes `count` records of `written` bytes each, for which `reserved` are asked, as for text that might have to be escaped. */
function write(output: ByteOutput, count: number, written: number, reserved: number): void {
  for (let n = 0; n < count; n++) {
    output.reserve(reserved)
    output.target.fill(n + 1, output.at, output.at + written)
    output.at += written
  }
}

test('bytes lie in their order, whatever was reserved', () => {
  const output = new ByteOutput()
  write(output, 50, 1000, 6000)
  output.append(Buffer.from('end'))
  const bytes = Buffer.concat(output.take())
  const expected = Array.from({ length: 50 }, (_, n) => Buffer.alloc(1000, n + 1))
  expect(bytes.equals(Buffer.concat([...expected, Buffer.from('end')]))).toBe(true)
  expect(output.length).toBe(0)
})

test('what is held stays where the room for more is given up', () => {
  const output = new ByteOutput()
  write(output, 3, 1000, 6000)
  output.release()
  expect([output.length, output.memoryBytes]).toEqual([3000, 3000])
  write(output, 1, 1000, 6000)
  expect(Buffer.concat(output.take()).length).toBe(4000)
})

test('what was taken never changes again', () => {
  const output = new ByteOutput()
  write(output, 1, 100, 4000)
  const [taken] = output.take()
  write(output, 1, 200, 4000)
  expect(taken?.equals(Buffer.alloc(100, 1))).toBe(true)
})

test.each([
  ['much more is reserved than written', 10_000, 60_000],
  ['as much is written as is reserved', 10_000, 10_000],
  ['records are small', 200, 1200],
])('no more memory is taken than is counted: %s', (_name, written, reserved) => {
  const output = new ByteOutput()
  for (let rest = 300_000; rest > 0; rest -= written) {
    write(output, 1, written, reserved)
    expect(output.memoryBytes).toBeLessThanOrEqual(3 * output.length + reserved + 4096)
  }
  const counted = output.memoryBytes
  const taken = new Set(output.take(true).map(({ buffer }) => buffer))
  const held = [...taken].reduce((sum, { byteLength }) => sum + byteLength, 0)
  // Small copies lie in a pool that others use, too.
  expect(held).toBeLessThanOrEqual(2 * counted + 16_384)
  expect(output.memoryBytes).toBe(0)
})
