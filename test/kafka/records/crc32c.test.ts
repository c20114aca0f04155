import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { crc32c, portableCrc32c } from '../../../src/kafka/records/crc32c.ts'

describe.each([
  { name: 'the one in use', crc: crc32c },
  { name: 'the portable one', crc: portableCrc32c },
])('CRC-32C, $name', ({ crc }) => {
  // RFC 3720, B.4
  test.each([
    { of: '32 zeros', bytes: Buffer.alloc(32), expected: 0x8a9136aa },
    { of: '32 ones', bytes: Buffer.alloc(32, 0xff), expected: 0x62a8ab43 },
    { of: '0 to 31', bytes: Buffer.from([...Array(32).keys()]), expected: 0x46dd794e },
    { of: '123456789', bytes: Buffer.from('123456789'), expected: 0xe3069283 },
    { of: 'nothing', bytes: Buffer.alloc(0), expected: 0 },
  ])('is right for $of', ({ bytes, expected }) => {
    expect(crc(bytes)).toBe(expected)
  })

  test('goes on from the CRC of what stands before', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.uint8Array({ maxLength: 100 }), (a, b) => {
        expect(crc(b, crc(a))).toBe(portableCrc32c(Buffer.concat([a, b])))
      }),
    )
  })
})

test('a platform with the package uses it', () => {
  expect(crc32c).not.toBe(portableCrc32c)
})
