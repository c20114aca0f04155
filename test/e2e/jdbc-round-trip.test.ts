import { expect, inject, test } from 'vitest'
import { FakeRegistry } from '../support/fake-registry.ts'
import { roundTrip } from '../support/jdbc-round-trip.ts'
import type { RoundTripConverter } from '../support/jdbc-round-trip.ts'
import { expectedRoundTrip } from '../support/jdbc-types.ts'

test(
  'every type goes from PostgreSQL through Kafka to MariaDB and back as documented, through each converter, in Kathmandu',
  { timeout: 240_000 },
  async () => {
    await using registry = await FakeRegistry.start()
    const converters: readonly RoundTripConverter[] = ['json', 'avro', 'protobuf']
    const found = await roundTrip({
      bootstrapServers: inject('bootstrapServers'),
      registryUrl: registry.url,
      ...{ converters, rows: 2 },
    })
    for (const converter of converters) {
      expect(found[converter], converter).toEqual(expectedRoundTrip)
    }
  },
)
