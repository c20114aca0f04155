import { readFileSync } from 'node:fs'
import { readRecordSet, offsetsOf } from '../../src/kafka/consumer/record-set.ts'
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from '../../src/kafka/group/consumer-protocol.ts'
import {
  cooperativeStickyAssignor,
  stickyAssignor,
} from '../../src/kafka/group/sticky-assignors.ts'
import { FramePool } from '../../src/kafka/net/frame-pool.ts'
import { FrameReader } from '../../src/kafka/net/frame-reader.ts'
import { decodeBody } from '../../src/kafka/protocol/api.ts'
import { apiVersionsRequest } from '../../src/kafka/protocol/api-versions.ts'
import { ByteReader } from '../../src/kafka/protocol/byte-reader.ts'
import { skipTags } from '../../src/kafka/protocol/codec.ts'
import { WireError } from '../../src/kafka/protocol/wire-error.ts'
import { BatchCursor } from '../../src/kafka/records/batch-cursor.ts'
import { codecNames, loadCodec } from '../../src/kafka/records/compression.ts'
import * as recordErrors from '../../src/kafka/records/errors.ts'
import { SaslAuthenticationError } from '../../src/kafka/security/errors.ts'
import { parseJaas } from '../../src/kafka/security/jaas.ts'
import { ScramExchange } from '../../src/kafka/security/scram.ts'
import { claimsOf } from '../../src/kafka/security/tokens.ts'
import { ConfigError, ConnectError, DataError } from '../../src/errors/connect-error.ts'
import { canonicalPartition, decodeKey, decodeOffset } from '../../src/stores/offset-json.ts'
import { readJavaHashMap, writeJavaHashMap } from '../../src/stores/java-hash-map.ts'
import { pkcs12Certificates, Pkcs12Error } from '../../src/util/pkcs12.ts'
import { tables, versionsOf } from '../kafka/protocol/apis.ts'
import { javaBatches, textOf } from '../kafka/records/support.ts'
import { tlsPasswords } from '../support/tls-files.ts'
import type { Decoder } from './fuzz.ts'

const fixture = (file: string): Buffer =>
  readFileSync(new URL(`../fixtures/${file}`, import.meta.url))

interface Golden {
  readonly message: string
  readonly version: number
  readonly hex: string
}

const golden = fixture('kafka/messages.jsonl')
  .toString()
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Golden)

/** Every version of every answer. */
const responses = tables
  .filter(({ name }) => name.endsWith('Response'))
  .flatMap(({ name, api, codec }) =>
    versionsOf(api).map((version): Decoder => ({
      name: `${name} ${version}`,
      samples: golden
        .filter((each) => each.message === name && each.version === version)
        .map(({ hex }) => Buffer.from(hex, 'hex')),
      errors: [WireError],
      decode: (bytes) => decodeBody(api, codec, new ByteReader(bytes), version),
    })),
  )

const messages: readonly Decoder[] = [
  ...responses,
  {
    name: 'ApiVersionsResponse of a broker that does not know our version',
    samples: [Buffer.from('002300000001001200000002', 'hex')],
    errors: [WireError],
    decode: (bytes) =>
      apiVersionsRequest({ name: 's', version: '1' }).decode(new ByteReader(bytes), 3),
  },
  {
    name: 'tagged fields of a header',
    samples: ['00', '01000101', '028e4e008f4e03010203'].map((hex) => Buffer.from(hex, 'hex')),
    errors: [WireError],
    decode: (bytes) => {
      const reader = new ByteReader(bytes)
      skipTags(reader)
      return reader.position
    },
  },
  {
    name: 'frames',
    samples: [Buffer.from('00000004aaaaaaaa00000005bbbbbbbbbb', 'hex')],
    errors: [WireError],
    // A frame may have as many bytes as it is allowed, which are taken before they come.
    mostRatio: 400 * 1024,
    decode: (bytes) => {
      const lengths: number[] = []
      const reader = new FrameReader(new FramePool(), 1024 * 1024, (_, start, end) => {
        lengths.push(end - start)
        return false
      })
      for (let at = 0; at < bytes.length;) {
        const copied = bytes.copy(reader.target(), 0, at)
        reader.received(copied)
        at += copied
      }
      return lengths
    },
  },
]

const batchErrors = Object.values(recordErrors)
const batches = javaBatches.map(({ hex }) => Buffer.from(hex, 'hex'))

const records: readonly Decoder[] = [
  {
    name: 'records of a batch',
    samples: batches,
    errors: batchErrors,
    // What a batch holds, decompressed, and twice that while room for it is found.
    mostRatio: 3000,
    decode: (bytes) => {
      const cursor = new BatchCursor()
      const all: unknown[] = []
      if (!cursor.open(bytes, 0, bytes.length, false)) return all
      // What was handed out before the damage was met counts too.
      try {
        while (cursor.advance()) all.push(textOf(cursor))
      } catch (error) {
        if (!batchErrors.some((kind) => error instanceof kind)) throw error
        all.push(String(error))
      }
      return all
    },
  },
  {
    name: 'a fetched record set',
    samples: [Buffer.concat(batches), Buffer.concat(batches.slice(-3))],
    errors: batchErrors,
    mostRatio: 3000,
    decode: (bytes) => {
      const set = readRecordSet(bytes, 1, [{ producerId: 4242, firstOffset: 0 }])
      return [set, set.batches.map((batch) => offsetsOf(bytes, batch))]
    },
  },
]

const partitions = [
  { topic: 'orders', partition: 0 },
  { topic: 'orders', partition: 7 },
  { topic: 'payments', partition: 1 },
]
const subscription = {
  topics: ['orders', 'payments'],
  userData: Buffer.from('data'),
  ownedPartitions: partitions,
  generationId: 4,
  rackId: 'r1',
}

const groups: readonly Decoder[] = [
  {
    name: 'subscriptions',
    samples: [0, 1, 2, 3].map((version) => encodeSubscription(subscription, version)),
    errors: [WireError],
    decode: (bytes) => decodeSubscription(bytes),
  },
  {
    name: 'assignments',
    samples: [encodeAssignment(partitions, Buffer.from('data')), encodeAssignment([])],
    errors: [WireError],
    decode: (bytes) => decodeAssignment(bytes),
  },
]

const stickyData = stickyAssignor.userData({ partitions, generation: 4 })

/** An assignor takes from others what it can read, and goes on without the rest. */
const assignors = [stickyAssignor, cooperativeStickyAssignor].map((assignor): Decoder => ({
  name: `user data of ${assignor.name}`,
  samples: [stickyData ?? Buffer.alloc(0), Buffer.from('00000004', 'hex')],
  errors: [],
  decode: (userData) => {
    const told = { topics: ['orders'], ownedPartitions: [], generationId: -1, rackId: null }
    const members = ['a', 'b'].map((memberId) => ({
      ...{ ...told, memberId, groupInstanceId: null },
      userData: memberId === 'a' ? userData : null,
    }))
    return assignor.assign(new Map([['orders', 8]]), members)
  },
}))

const credentials = { username: 'user', password: 'pencil', isToken: false }
const nonce = 'rOprNGfwEbeRWgbNEkqO'
const serverFirst = Buffer.from(
  `r=${nonce}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`,
)

const security: readonly Decoder[] = [
  {
    name: 'the first answer of SCRAM',
    samples: [serverFirst],
    errors: [SaslAuthenticationError],
    decode: (bytes) => new ScramExchange('sha256', credentials, nonce).next(bytes),
  },
  {
    name: 'the last answer of SCRAM',
    samples: [Buffer.from('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')],
    errors: [SaslAuthenticationError],
    decode: async (bytes) => {
      const exchange = new ScramExchange('sha256', credentials, nonce)
      await exchange.next(serverFirst)
      return exchange.next(bytes)
    },
  },
  {
    name: 'claims of a token',
    samples: [Buffer.from('eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1c2VyIiwiZXhwIjoxNzYzNzE5MjAwfQ.')],
    errors: [],
    decode: (bytes) => claimsOf(bytes.toString()),
  },
  {
    name: 'sasl.jaas.config',
    samples: [
      Buffer.from(
        'a.b.PlainLoginModule required username="u\\"x" password=\'p\' serviceName=kafka;',
      ),
    ],
    errors: [ConfigError],
    decode: (bytes) => parseJaas(bytes.toString()),
  },
]

/** Key derivation is slow on purpose: the stores with few rounds. */
const stores = ['trust-plain.p12', 'trust-3des.p12'].map((file) => fixture(`tls/${file}`))

const files: readonly Decoder[] = [
  {
    name: 'certificates of PKCS#12',
    samples: stores,
    errors: [Pkcs12Error],
    decode: (bytes) => pkcs12Certificates(bytes, tlsPasswords.store),
  },
  {
    name: 'the offset file',
    samples: [
      writeJavaHashMap([
        [Buffer.from('["a",{"f":1}]'), Buffer.from('{"p":1}')],
        [Buffer.from('["b",null]'), null],
      ]),
    ],
    errors: [ConnectError],
    decode: (bytes) => readJavaHashMap(bytes),
  },
  {
    name: 'keys of the offset topic',
    samples: ['["file",{"filename":"a","n":1.5,"b":true}]', '["c",null]'].map((text) =>
      Buffer.from(text),
    ),
    errors: [],
    decode: (bytes) => {
      const key = decodeKey(bytes)
      return key && [key.connector, canonicalPartition(key.partition)]
    },
  },
  {
    name: 'values of the offset topic',
    samples: ['{"position":12345678901234567890,"x":-0.0}', 'null'].map((text) =>
      Buffer.from(text),
    ),
    errors: [DataError],
    decode: (bytes) => decodeOffset(bytes),
  },
]

export const decoders: readonly Decoder[] = [
  ...messages,
  ...records,
  ...groups,
  ...assignors,
  ...security,
  ...files,
]

/** To be awaited before any of them is used. */
export async function prepareDecoders(): Promise<void> {
  for (const name of codecNames) await loadCodec(name)
}
