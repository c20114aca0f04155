import fc from 'fast-check'
import {
  ConnectDate,
  ConnectTimestamp,
  SchemaBuilder,
  normalizeInt64,
} from '../../src/api/index.ts'
import type { ConnectorConfig } from '../../src/api/index.ts'
import type { SchemaAndValues } from './arbitrary-records.ts'

/** For TimezoneConverter, wrong ones among them. */
export const timezoneConfigs: fc.Arbitrary<ConnectorConfig> = fc.record(
  {
    'converted.timezone': fc.oneof(
      {
        weight: 8,
        arbitrary: fc.constantFrom('America/Los_Angeles', 'Europe/Paris', 'Australia/Lord_Howe'),
      },
      fc.constantFrom('Asia/Kolkata', '+08:00', '-03:30:15', 'UTC', 'Etc/GMT+5', 'US/Eastern'),
      fc.constantFrom('Nowhere', 'Z', ''),
    ),
    'include.list': fc.constantFrom(
      ...[
        'source:t',
        'topic:orders:at',
        'source:t:at,amount:id',
        't:after.at',
        'orders:source.ts_ms',
      ],
      ...['topic:srv.db.t,orders', 'TOPIC:t', 't', 'source:t:source.ts_us', '['],
    ),
    'exclude.list': fc.constantFrom('source:t:at', 'topic:orders', 't:source.ts_ms', 'x-y:z'),
  },
  { requiredKeys: ['converted.timezone'] },
)

/** Around changes of the clock, and anywhere since 1970: of times before that Java and ICU know different things. */
const momentsMs = fc.oneof(
  fc.integer({ min: 0, max: 2_500_000_000 }).map((seconds) => seconds * 1000 + 7),
  fc
    .tuple(
      fc.constantFrom(1710036000000, 1730599200000, 1711850400000, 1729994400000, 1712426400000),
      fc.integer({ min: -5000, max: 5000 }),
    )
    .map(([change, seconds]) => change + seconds * 1000),
)
const offsets = fc.constantFrom('Z', '+02:00', '-07:00', '+05:30', '+0530', 'z', '-00:44:30')
const texts = fc
  .tuple(momentsMs, fc.constantFrom('', '.5', '.120', '.000000001'), offsets)
  .map(([ms, fraction, offset]) => new Date(ms).toISOString().slice(0, 19) + fraction + offset)

const timeTypes: readonly (readonly [SchemaBuilder, fc.Arbitrary<unknown>])[] = [
  [SchemaBuilder.int64().name('io.debezium.time.Timestamp'), momentsMs],
  [
    SchemaBuilder.int64().name('io.debezium.time.MicroTimestamp'),
    momentsMs.map((ms) => ms * 1000 + 3),
  ],
  [
    SchemaBuilder.int64().name('io.debezium.time.NanoTimestamp'),
    momentsMs.map((ms) => normalizeInt64(BigInt(ms) * 1_000_000n + 9n)),
  ],
  [
    SchemaBuilder.string().name('io.debezium.time.ZonedTimestamp'),
    fc.oneof(
      { weight: 9, arbitrary: texts },
      fc.constantFrom('2024-02-30T00:00:00Z', 'now', '2024-03-10T02:30-07:00'),
    ),
  ],
  [SchemaBuilder.string().name('io.debezium.time.ZonedTime'), texts.map((text) => text.slice(11))],
  [ConnectTimestamp.builder(), momentsMs.map((ms) => new Date(ms))],
  [ConnectDate.builder(), fc.constant(new Date(86_400_000))],
  [SchemaBuilder.int64(), momentsMs],
]

/** Columns of the types that TimezoneConverter knows. */
export const times: fc.Arbitrary<SchemaAndValues> = fc.constantFrom(
  ...timeTypes.map(([builder, values]) => ({
    schema: builder.optional().build(),
    values: fc.option(values),
  })),
)
