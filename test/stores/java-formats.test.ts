import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readJavaHashMap, writeJavaHashMap } from '../../src/stores/java-hash-map.ts'
import { hashOfText, javaHashOrder } from '../../src/util/java-hash-order.ts'
import { encodeKey, encodeOffset } from '../../src/stores/offset-json.ts'

const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array))
const ascii = (text: string): string => Buffer.from(text).toString('hex')
/** As recorded, up to the threshold. */
const head =
  `aced000573720011${ascii('java.util.HashMap')}0507dac1c31660d1030002` +
  `46000a${ascii('loadFactor')}490009${ascii('threshold')}78703f400000`
const bytesClass = '757200025b42acf317f8060854e00200007870'

describe('a serialized HashMap', () => {
  test.each([
    ['empty', [], `${head}00000000 7708 00000010 00000000 78`],
    [
      'with one entry',
      [['["c",{"f":"x"}]', '{"p":1}']],
      `${head}0000000c 7708 00000010 00000001 ${bytesClass} 0000000f 5b2263222c7b2266223a2278227d5d 7571007e0002 00000007 7b2270223a317d 78`,
    ],
    [
      'with a null',
      [['["c",{"f":"x"}]', null]],
      `${head}0000000c 7708 00000010 00000001 ${bytesClass} 0000000f 5b2263222c7b2266223a2278227d5d 70 78`,
    ],
  ] as const)('%s is what Java writes', (_, entries, hex) => {
    const written = writeJavaHashMap(
      entries.map(([key, value]) => [Buffer.from(key), value === null ? null : Buffer.from(value)]),
    )
    expect(written.toString('hex')).toBe(hex.replaceAll(' ', ''))
  })

  test('gives back what was written, whatever it is', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(bytes, fc.option(bytes))), (entries) => {
        expect(readJavaHashMap(writeJavaHashMap(entries))).toEqual({ entries, truncated: false })
      }),
    )
  })

  test('cut anywhere gives the entries before the cut, and says so', () => {
    const entries = Array.from(
      { length: 5 },
      (_, i) => [Buffer.from(`k${i}`), Buffer.from('v')] as const,
    )
    const whole = writeJavaHashMap(entries)
    for (let end = 0; end < whole.length; end++) {
      const { entries: found, truncated } = readJavaHashMap(whole.subarray(0, end))
      expect(truncated).toBe(true)
      expect(found).toEqual(entries.slice(0, found.length))
    }
  })

  test('may refer to an array it has written before', () => {
    const twice = `${head}0000000c77080000001000000001${bytesClass}000000016171007e000378`
    const { entries } = readJavaHashMap(Buffer.from(twice, 'hex'))
    expect(entries).toEqual([[Buffer.from('a'), Buffer.from('a')]])
  })
})

describe('the order of a HashMap', () => {
  test.each([
    ['', 0],
    ['topic', 110546223],
    ['polygenelubricants', -2147483648],
  ])('%j hashes to %i', (text, hash) => {
    expect(hashOfText(text)).toBe(hash)
  })

  test.each([
    [
      ['topic', 'partition', 'cluster'],
      ['cluster', 'partition', 'topic'],
    ],
    [['one'], ['one']],
    // As the Java worker listed its connectors, and the configuration of a task (recorded).
    [
      ['src', 'snk', 'ver'],
      ['snk', 'ver', 'src'],
    ],
    [
      ['connector.class', 'tasks.max', 'file', 'topic', 'name', 'batch.size', 'task.class'],
      ['connector.class', 'file', 'task.class', 'tasks.max', 'batch.size', 'name', 'topic'],
    ],
  ])('of %j is %j', (keys, expected) => {
    expect(javaHashOrder(keys)).toEqual(expected)
  })
})

test('a new key is written as a Java connector would write it', () => {
  expect(encodeKey('c', { topic: 't', partition: 0, cluster: 'x' }).toString()).toBe(
    '["c",{"cluster":"x","partition":0,"topic":"t"}]',
  )
  expect(encodeKey('ü"', null).toString()).toBe('["ü\\"",null]')
  expect(encodeOffset({ b: 1, a: Buffer.from([1, 2]) })?.toString()).toBe('{"b":1,"a":"AQI="}')
})
