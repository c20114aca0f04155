import { describe, expect, test } from 'vitest'
import { DataError } from '../../../src/api/index.ts'
import { parseProtobufSchema } from '../../../src/converters/protobuf/index.ts'

describe('a descriptor in Base64', () => {
  test('that is cut off is refused', () => {
    const whole = message([[4, message([[1, 'M']])]])
    expect(parseProtobufSchema(whole.toString('base64')).root?.name).toBe('M')
    const text = whole.subarray(0, -1).toString('base64')
    expect(() => parseProtobufSchema(text)).toThrow(DataError)
  })

  test('is read as the file that it was made of', () => {
    const bytes = message([
      [1, 'x.proto'],
      [2, 'a.b'],
      [3, 'google/protobuf/timestamp.proto'],
      [
        4,
        message([
          [1, 'M'],
          [
            2,
            message([
              [1, 'id'],
              [3, 1],
              [4, 1],
              [5, 3],
            ]),
          ],
          [
            2,
            message([
              [1, 'maybe'],
              [3, 2],
              [4, 1],
              [5, 9],
              [9, 1],
              [17, 1],
            ]),
          ],
          [
            2,
            message([
              [1, 'at'],
              [3, 3],
              [4, 1],
              [5, 11],
              [6, '.google.protobuf.Timestamp'],
            ]),
          ],
          [
            2,
            message([
              [1, 'tags'],
              [3, 4],
              [4, 3],
              [5, 11],
              [6, '.a.b.M.TagsEntry'],
            ]),
          ],
          [
            2,
            message([
              [1, 'one'],
              [3, 5],
              [4, 1],
              [5, 13],
              [9, 0],
            ]),
          ],
          [
            2,
            message([
              [1, 'e'],
              [3, 6],
              [4, 1],
              [5, 14],
              [6, '.a.b.M.E'],
            ]),
          ],
          [
            2,
            message([
              [1, 'small'],
              [3, 7],
              [4, 1],
              [5, 5],
              [
                8,
                message([
                  [
                    1088,
                    message([
                      [
                        2,
                        message([
                          [1, 'connect.type'],
                          [2, 'int8'],
                        ]),
                      ],
                    ]),
                  ],
                ]),
              ],
            ]),
          ],
          [
            2,
            message([
              [1, 'g'],
              [3, 8],
              [4, 1],
              [5, 10],
              [6, '.a.b.M.G'],
            ]),
          ],
          [
            3,
            message([
              [1, 'TagsEntry'],
              [
                2,
                message([
                  [1, 'key'],
                  [3, 1],
                  [4, 1],
                  [5, 9],
                ]),
              ],
              [
                2,
                message([
                  [1, 'value'],
                  [3, 2],
                  [4, 1],
                  [5, 5],
                ]),
              ],
              [7, message([[7, 1]])],
            ]),
          ],
          [3, message([[1, 'G']])],
          [
            4,
            message([
              [1, 'E'],
              [
                2,
                message([
                  [1, 'ZERO'],
                  [2, 0],
                ]),
              ],
            ]),
          ],
          [8, message([[1, 'choice']])],
          [8, message([[1, '_maybe']])],
        ]),
      ],
      [12, 'proto3'],
    ])
    const schema = parseProtobufSchema(bytes.toString('base64'))
    const { root } = schema
    expect(root?.fullName).toBe('a.b.M')
    expect(root?.oneofs.map(({ name }) => name)).toEqual(['choice'])
    expect(root?.messages.map(({ name }) => name)).toEqual(['TagsEntry', 'G'])
    expect(
      root?.fields.map(({ name, label, type, hasPresence }) => [
        name,
        label,
        typeof type === 'string' ? type : type.fullName,
        hasPresence,
      ]),
    ).toEqual([
      ['id', null, 'int64', false],
      ['maybe', 'optional', 'string', true],
      ['at', null, 'google.protobuf.Timestamp', true],
      ['tags', 'repeated', 'a.b.M.TagsEntry', false],
      ['one', null, 'uint32', true],
      ['e', null, 'a.b.M.E', false],
      ['small', null, 'int32', false],
    ])
    expect(root?.fields.at(-1)?.params.get('connect.type')).toBe('int8')
  })
})

type Part = readonly [field: number, value: string | number | Buffer]

/** A message of varints and bytes. */
function message(parts: readonly Part[]): Buffer {
  return Buffer.concat(
    parts.map(([field, value]) => {
      if (typeof value === 'number') return Buffer.concat([varint(field * 8), varint(value)])
      const bytes = Buffer.from(value as string)
      return Buffer.concat([varint(field * 8 + 2), varint(bytes.length), bytes])
    }),
  )
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80)
  return Buffer.from([...bytes, rest])
}
