import fc from 'fast-check'
import { apiVersionsApi } from '../../../src/kafka/protocol/api-versions.ts'
import type { ApiKey } from '../../../src/kafka/protocol/api.ts'
import { fetchApi } from '../../../src/kafka/protocol/fetch.ts'
import {
  findCoordinatorApi,
  heartbeatApi,
  joinGroupApi,
  syncGroupApi,
} from '../../../src/kafka/protocol/group.ts'
import { offsetCommitApi, offsetFetchApi } from '../../../src/kafka/protocol/group-offsets.ts'
import { listOffsetsApi } from '../../../src/kafka/protocol/list-offsets.ts'
import { metadataApi } from '../../../src/kafka/protocol/metadata.ts'
import { faultKinds } from '../../support/fault-proxy/faults.ts'
import type { Fault } from '../../support/fault-proxy/faults.ts'
import type { ClientConfig } from '../../../src/kafka/types.ts'

/** One time that a topic is read to its end. */
export interface Reading {
  readonly faults: readonly Fault[]
  readonly config: ClientConfig
}

const ofAll = [apiVersionsApi, metadataApi, listOffsetsApi]
const ofGroups = [
  findCoordinatorApi,
  joinGroupApi,
  syncGroupApi,
  heartbeatApi,
  offsetFetchApi,
  offsetCommitApi,
  offsetCommitApi,
]

function faultsOf(apis: readonly ApiKey[]): fc.Arbitrary<Fault> {
  return fc.record({
    kind: fc.constantFrom(...faultKinds),
    api: fc.constantFrom(fetchApi, fetchApi, fetchApi, ...apis).map(({ key }) => key),
    skip: fc.nat(5),
    ms: fc.integer({ min: 5, max: 900 }),
    at: fc.nat(99).map((percent) => percent / 100),
    abrupt: fc.boolean(),
  })
}

export function readings(group: boolean): fc.Arbitrary<Reading> {
  const fault = faultsOf(group ? [...ofAll, ...ofGroups] : ofAll)
  return fc.record({
    faults: fc.array(fault, { minLength: 5, maxLength: 10 }),
    config: fc.record({
      'max.poll.records': fc.constantFrom('1', '7', '50', '500'),
      'max.partition.fetch.bytes': fc.constantFrom('1', '3000', '20000'),
      'fetch.max.bytes': fc.constantFrom('3000', '100000'),
      'metadata.max.age.ms': fc.constantFrom('100', '300000'),
      'isolation.level': fc.constantFrom('read_uncommitted', 'read_committed'),
    }),
  })
}
