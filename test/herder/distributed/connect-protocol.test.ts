import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  decodeAssignment,
  decodeMetadata,
  encodeAssignment,
  encodeMetadata,
} from '../../../src/herder/distributed/connect-protocol.ts'
import type {
  WorkerAssignment,
  WorkerMetadata,
} from '../../../src/herder/distributed/connect-protocol.ts'
import { noWork } from '../../../src/herder/distributed/work.ts'
import { WireError } from '../../../src/kafka/protocol/wire-error.ts'

const url = 'http://a:1/'
const hex = (bytes: Buffer): string => bytes.toString('hex')
const bytes = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

const assignment: WorkerAssignment = {
  version: 2,
  error: 0,
  leader: 'm1',
  leaderUrl: url,
  configOffset: 7,
  assigned: { connectors: ['c'], tasks: [{ connector: 'c', task: 0 }] },
  revoked: noWork,
  delayMs: 0,
}
const urlHex = '000b687474703a2f2f613a312f'
const v2Hex = `0002 0000 00026d31 ${urlHex} 0000000000000007 00000001 000163 00000002 ffffffff 00000000 00000000 00000000`

describe('what workers tell each other through the group', () => {
  test.each([
    ['metadata of version 0', 0, null, `0000 ${urlHex} 0000000000000007`],
    ['metadata of version 2 without work', 2, null, `0002 ${urlHex} 0000000000000007 ffffffff`],
    ['metadata of version 2', 2, assignment, `0002 ${urlHex} 0000000000000007 00000038 ${v2Hex}`],
  ] as const)('%s has the bytes of Java', (_, version, held, expected) => {
    const metadata = { url, configOffset: 7, assignment: held }
    expect(hex(encodeMetadata(metadata, version))).toBe(hex(bytes(expected)))
    expect(decodeMetadata(bytes(expected))).toEqual(metadata)
  })

  // Java's eager leader reads every metadata as one of version 1.
  test.each([0, 1, 2] as const)(
    'metadata of a drained worker have an assignment that can be read in version %d',
    (version) => {
      const drained = { url, configOffset: 7, assignment: null, isDrained: true }
      const expected = `000${version} ${urlHex} 0000000000000007 ffffffff 01`
      expect(hex(encodeMetadata(drained, version))).toBe(hex(bytes(expected)))
      expect(decodeMetadata(bytes(expected))).toEqual(drained)
    },
  )

  test.each([
    [
      'version 0',
      { ...assignment, version: 0 },
      `0000 0000 00026d31 ${urlHex} 0000000000000007 00000001 000163 00000002 ffffffff 00000000`,
    ],
    ['version 2', assignment, v2Hex],
  ] as const)('an assignment of %s has the bytes of Java', (_, value, expected) => {
    expect(hex(encodeAssignment(value))).toBe(hex(bytes(expected)))
    expect(decodeAssignment(bytes(expected))).toEqual(value)
  })

  test('arrays that are null, and what is missing at the end, are no work and no delay', () => {
    const head = `0001 0000 00026d31 ${urlHex} 0000000000000007`
    const none = { ...assignment, version: 1, assigned: noWork }
    expect(decodeAssignment(bytes(`${head} ffffffff ffffffff 00000000`))).toEqual(none)
    expect(decodeAssignment(bytes(head))).toEqual(none)
    const metadata = decodeMetadata(bytes(`0001 ${urlHex} 0000000000000007`))
    expect(metadata.assignment).toBeNull()
  })

  test('a newer version is read as the newest known, and what follows is left', () => {
    expect(decodeAssignment(bytes(`0009 ${v2Hex.slice(5)} 1234`))).toEqual(assignment)
  })

  test.each([
    ['a negative version', `ffff ${urlHex}`, 'Unsupported subscription version: -1'],
    ['a text longer than what is there', '0002 7fff', 'at most'],
    ['too few bytes', '0002 0001', 'at most'],
  ])('%s is refused', (_, text, message) => {
    expect(() => decodeMetadata(bytes(text))).toThrow(WireError)
    expect(() => decodeMetadata(bytes(text))).toThrow(message)
  })

  test('whatever is written is read again', () => {
    fc.assert(
      fc.property(metadataOf(), ({ metadata, version }) => {
        expect(decodeMetadata(encodeMetadata(metadata, version))).toEqual(metadata)
      }),
    )
  })

  test('random bytes are read or refused, and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (random) => {
        try {
          decodeAssignment(Buffer.from(random))
        } catch (error) {
          expect(error).toBeInstanceOf(WireError)
        }
      }),
      { numRuns: 500 },
    )
  })
})

const recorded = path.join(import.meta.dirname, '../../fixtures/java-connect/group')

interface Recorded {
  readonly describeGroups: {
    readonly members: readonly { readonly metadata: string; readonly assignment: string }[]
  }
}

describe.each(readdirSync(recorded).filter((name) => /^\d/.test(name)))(
  'a group of Java workers: %s',
  (name) => {
    const { describeGroups } = JSON.parse(
      readFileSync(path.join(recorded, name), 'utf8'),
    ) as Recorded

    test.each(describeGroups.members)('is read and written again as it was', (member) => {
      const metadata = decodeMetadata(bytes(member.metadata))
      expect(hex(encodeMetadata(metadata, 2))).toBe(member.metadata)
      expect(hex(encodeAssignment(decodeAssignment(bytes(member.assignment))))).toBe(
        member.assignment,
      )
    })
  },
)

function metadataOf(): fc.Arbitrary<{ metadata: WorkerMetadata; version: 1 | 2 }> {
  return fc.boolean().chain(metadataOfWorker)
}

function metadataOfWorker(
  drained: boolean,
): fc.Arbitrary<{ metadata: WorkerMetadata; version: 1 | 2 }> {
  const isDrained = drained ? fc.constant(true) : null
  const text = fc.string({ unit: 'grapheme' })
  const connectors = fc.uniqueArray(text, { maxLength: 4 })
  const work = connectors.chain((names) =>
    fc
      .tuple(fc.subarray(names), fc.array(fc.nat(3), { maxLength: names.length }))
      .map(([own, counts]) => ({
        connectors: own,
        // The connector's own element comes first, its tasks with it: so does everything once read.
        tasks: [...own, ...names.filter((each) => !own.includes(each))].flatMap((connector, i) =>
          Array.from({ length: counts[i] ?? 0 }, (__, task) => ({ connector, task })),
        ),
      })),
  )
  const version = fc.constantFrom(1 as const, 2 as const)
  return version.chain((each) => {
    const assigned = fc.record({
      version: fc.constant(each),
      error: fc.constantFrom(0, 1),
      leader: text,
      leaderUrl: text,
      configOffset: fc.maxSafeNat(),
      assigned: work,
      revoked: work,
      delayMs: fc.nat(),
    })
    const metadata = fc.record({
      url: text,
      configOffset: fc.maxSafeNat(),
      assignment: fc.option(assigned),
      ...(isDrained !== null && { isDrained }),
    })
    return fc.record({ metadata, version: fc.constant(each) })
  })
}
