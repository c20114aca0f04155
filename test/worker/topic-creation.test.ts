import { describe, expect, test } from 'vitest'
import { createsTopics } from '../../src/config/topic-creation-keys.ts'
import { newTopicOf } from '../../src/worker/topic-creation.ts'

const rules = {
  'topic.creation.groups': 'default, compacted , inorder',
  'topic.creation.default.partitions': '5',
  'topic.creation.default.replication.factor': '-1',
  'topic.creation.compacted.include': 'state\\..*, users',
  'topic.creation.compacted.exclude': 'state\\.log',
  'topic.creation.compacted.cleanup.policy': 'compact',
  'topic.creation.compacted.replication.factor': '2',
  'topic.creation.inorder.include': 'state.*|orders',
  'topic.creation.inorder.partitions': '1',
}

describe('the topics of a source connector (KIP-158)', () => {
  test.each([
    ['other', { partitions: 5, replicationFactor: -1, configs: {} }],
    ['users', { partitions: 5, replicationFactor: 2, configs: { 'cleanup.policy': 'compact' } }],
    ['users2', { partitions: 5, replicationFactor: -1, configs: {} }],
    ['state.a', { partitions: 5, replicationFactor: 2, configs: { 'cleanup.policy': 'compact' } }],
    ['state.log', { partitions: 1, replicationFactor: -1, configs: {} }],
    ['orders', { partitions: 1, replicationFactor: -1, configs: {} }],
  ])('%s is created as the first group that takes it says', (name, expected) => {
    expect(newTopicOf(rules, name)).toEqual({ name, ...expected })
  })

  test.each([
    ['(?i)orders.*', 'Orders2', true],
    ['\\QA.B\\E', 'A.B', true],
    ['\\QA.B\\E', 'AxB', false],
    ['\\p{Upper}+', 'ORDERS', true],
  ])('its patterns are Java’s: %s and the topic %s', (pattern, name, taken) => {
    const config = {
      ...rules,
      'topic.creation.groups': 'g',
      'topic.creation.g.include': pattern,
      'topic.creation.g.partitions': '9',
    }
    expect(newTopicOf(config, name).partitions).toBe(taken ? 9 : 5)
  })

  test('whether they are is not guessed from a worker’s key that is no boolean', () => {
    expect(() => createsTopics({ 'topic.creation.enable': 'no' }, rules)).toThrow(
      'Invalid value no for configuration topic.creation.enable',
    )
  })

  test.each([
    [{ 'topic.creation.default.replication.factor': '1' }, 'topic.creation.default.partitions'],
    [
      {
        'topic.creation.default.partitions': '0',
        'topic.creation.default.replication.factor': '1',
      },
      'Invalid value 0 for configuration topic.creation.default.partitions',
    ],
    [
      { 'topic.creation.groups': 'g', 'topic.creation.g.include': '(' },
      'Invalid value ( for configuration topic.creation.g.include',
    ],
  ])('rules that cannot be used say which key is wrong: %j', (config, message) => {
    expect(() => newTopicOf(config, 'orders')).toThrow(message)
  })

  test.each([
    [{}, {}, false],
    [{}, rules, true],
    [{ 'topic.creation.enable': 'false' }, rules, false],
    [{ 'topic.creation.enable': ' FALSE ' }, rules, false],
  ])(
    'are created by rules of its own where it has some and the worker allows it',
    (worker, config, expected) => {
      expect(createsTopics(worker, config)).toBe(expected)
    },
  )
})
