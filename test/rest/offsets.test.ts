import { describe, expect, test } from 'vitest'
import { TypedNumber } from '../../src/data/typed-number.ts'
import { offsetsText, readOffsetChanges } from '../../src/rest/offsets-body.ts'

const read = (body: string) => readOffsetChanges(Buffer.from(body))

describe('the body of a request for other offsets', () => {
  test('keeps every digit and what is a double', () => {
    const [change] = read(
      '{"offsets":[{"partition":{"id":12345678901234567890,"b":[1,{"c":true}]},"offset":{"n":-9007199254740993,"x":100.0,"y":1.50,"z":1e3}}]}',
    )
    expect(change?.partition).toEqual(
      new Map<string, unknown>([
        ['id', 12345678901234567890n],
        ['b', [1, new Map([['c', true]])]],
      ]),
    )
    expect([...(change?.offset?.values() ?? [])]).toEqual([
      -9007199254740993n,
      new TypedNumber('FLOAT64', 100),
      1.5,
      new TypedNumber('FLOAT64', 1000),
    ])
  })

  test.each([
    ['{"offsets":[1]}', /^Invalid element of "offsets": found a number/],
    ['{"offsets":[null]}', /^Invalid element of "offsets": found null/],
    ['{"offsets":[{"partition":{},"off":{}}]}', /^Unknown field "off" in an element/],
    [
      '{"offsets":[{"partition":"p"}]}',
      /^Invalid "partition" in an element of "offsets": found a string/,
    ],
    ['{"offsets":[{"offset":[]}]}', /^Invalid "offset" in an element of "offsets": found an array/],
    ['{"offsets":[{"offset":{"a":1e400}}]}', /^Invalid number 1e400: it is beyond/],
    [`{"offsets":[{"offset":{"a":${'9'.repeat(1001)}}}]}`, /^Invalid number of 1001 characters/],
  ])('is refused where it cannot be used: %#', (body, message) => {
    expect(() => read(body)).toThrow(message)
  })
})

test('the answer has the text that Java gives numbers', () => {
  const offset = { n: 2n ** 62n, x: new TypedNumber('FLOAT64', 100), y: 1e300, s: 'ü"', none: null }
  expect(offsetsText([{ partition: { id: 1 }, offset }])).toBe(
    '{"offsets":[{"partition":{"id":1},"offset":{"n":4611686018427387904,"x":100.0,"y":1.0E300,"s":"ü\\"","none":null}}]}',
  )
})
