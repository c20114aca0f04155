import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../../src/errors/connect-error.ts'
import { groupOptions } from '../../../src/kafka/group/group-options.ts'

const group = { 'group.id': 'g' }

describe('options of a member', () => {
  test("have Java's defaults", () => {
    const { assignors, ...options } = groupOptions(group)
    expect(assignors.map(({ name }) => name)).toEqual(['range', 'cooperative-sticky'])
    expect(options).toEqual({
      groupId: 'g',
      groupInstanceId: null,
      sessionTimeoutMs: 45_000,
      heartbeatIntervalMs: 3000,
      maxPollIntervalMs: 300_000,
      metadataMaxAgeMs: 300_000,
      excludeInternalTopics: true,
      allowAutoTopicCreation: true,
      rackId: null,
      apiTimeoutMs: 60_000,
    })
  })

  test.each([
    [{ 'group.protocol': 'consumer' }, /KIP-848.*classic/],
    [{ 'group.protocol': 'share' }, /"group.protocol"/],
    [{ 'heartbeat.interval.ms': '45000' }, /"heartbeat.interval.ms".*session.timeout.ms/],
    [{ 'session.timeout.ms': '0' }, /"session.timeout.ms"/],
    [{ 'max.poll.interval.ms': '0' }, /"max.poll.interval.ms"/],
    [{ 'group.id': '' }, /"group.id"/],
    [{ 'partition.assignment.strategy': 'com.acme.Own' }, /com.acme.Own/],
  ])('%j is refused in a sentence', (config, message) => {
    const parse = (): unknown => groupOptions({ ...group, ...config })
    expect(parse).toThrow(ConfigError)
    expect(parse).toThrow(message)
  })

  test('the classic protocol may be named, in whichever case', () => {
    expect(groupOptions({ ...group, 'group.protocol': 'CLASSIC' }).groupId).toBe('g')
  })

  test('the keys of a member reach what they configure', () => {
    const options = groupOptions({
      'group.id': 'g',
      'group.instance.id': 'me',
      'session.timeout.ms': '9000',
      'heartbeat.interval.ms': '2000',
      'max.poll.interval.ms': '5',
      'allow.auto.create.topics': 'false',
      'exclude.internal.topics': 'false',
      'client.rack': 'r1',
      'partition.assignment.strategy': 'org.apache.kafka.clients.consumer.RangeAssignor',
    })
    expect(options).toMatchObject({
      groupId: 'g',
      groupInstanceId: 'me',
      sessionTimeoutMs: 9000,
      heartbeatIntervalMs: 2000,
      maxPollIntervalMs: 5,
      allowAutoTopicCreation: false,
      excludeInternalTopics: false,
      rackId: 'r1',
    })
    expect(options.assignors.map(({ name }) => name)).toEqual(['range'])
  })
})
