import fc from 'fast-check'
import type { RawConfig } from '../../src/config/types.ts'
import { rawValues } from './arbitrary-definitions.ts'

/** Random configurations of connectors: most keys right, some wrong, in every part that is validated. */

type Config = fc.Arbitrary<Record<string, string | null>>

const kafka = 'org.apache.kafka.connect'
const gadgets = 'gadgets.Gadgets$'

/** What a key may be set to; null, which JSON may bring, seldom. */
function oneOf(...values: readonly string[]): fc.Arbitrary<string | null> {
  return fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom(...values) },
    { weight: 3, arbitrary: rawValues },
    { weight: 1, arbitrary: fc.constant(null) },
  )
}

/** Each key is there or not. */
function some(keys: Record<string, fc.Arbitrary<string | null>>): Config {
  return fc.record(keys, { requiredKeys: [] }) as Config
}

const versions = oneOf(
  '1.0',
  '1.9',
  '[1.0,2.0)',
  'latest',
  '(,1.9]',
  '9',
  '[',
  '[1',
  '1.10,',
  '4.3.1',
)
const sizes = oneOf('0', '9', '10', '-1', ' 5 ')

/** The keys of the gadgets, under the prefix of where they stand. */
function gadgetKeys(kind: string, prefix = ''): Record<string, fc.Arbitrary<string | null>> {
  const key = `${prefix}${kind}`
  return {
    [`${key}.needed`]: oneOf('1', '1.5', '1e10'),
    [`${key}.size`]: sizes,
    [`${key}.mode`]: oneOf('fast', 'slow', 'FAST'),
    [`${key}.depth`]: oneOf('1', '3', '99999999999'),
    [`${key}.parts`]: oneOf('a,b', '', 'a,,b'),
    [`${key}.secret`]: oneOf('s3cret', ''),
  }
}

const common = some({
  name: oneOf('n', ' n ', '', 'a\u0001b\u007f', 'ü'),
  'tasks.max': oneOf('1', '0', ' 2 ', '1.5'),
  'tasks.max.enforce': oneOf('true', 'no'),
  'config.action.reload': oneOf('none', 'restart', 'RESTART'),
  'errors.retry.timeout': oneOf('-1', '0', '1s'),
  'errors.retry.delay.max.ms': oneOf('1', 'x'),
  'errors.tolerance': oneOf('none', 'all', 'ALL', ''),
  'errors.log.enable': oneOf('true', '1'),
  'errors.log.include.messages': oneOf('false', ''),
  'connector.plugin.version': versions,
})

const sinkKeys = some({
  topics: oneOf('t', 'a, b', '', 'dlq,t', 'a,a'),
  'topics.regex': oneOf('t.*', '', '(', 'd.q'),
  'errors.deadletterqueue.topic.name': oneOf('dlq', '', ' dlq '),
  'errors.deadletterqueue.topic.replication.factor': oneOf('1', '70000', 'x'),
  'errors.deadletterqueue.context.headers.enable': oneOf('true', 'yes'),
  file: oneOf('/f'),
})

const sourceKeys = some({
  topic: oneOf('t', ''),
  file: oneOf('/f'),
  'batch.size': oneOf('1', 'x'),
  'topic.creation.groups': oneOf('', 'g', 'g,g', 'a,,b'),
  'topic.creation.default.partitions': oneOf('1', '0'),
  'exactly.once.support': oneOf('requested', 'REQUIRED', 'x'),
  'transaction.boundary': oneOf('poll', 'Interval', 'x'),
  'transaction.boundary.interval.ms': oneOf('1', '-1', ''),
  'offsets.storage.topic': oneOf('o', '', ' '),
})

const converterClasses = [
  ...[
    'String',
    'JsonConverter',
    `${kafka}.json.JsonConverter`,
    `${kafka}.converters.LongConverter`,
  ],
  // By an alias Java takes the newest, whatever its version key says.
  ...[`${gadgets}GadgetConverter`, `${gadgets}GadgetConverter`],
  ...['Simple', `${gadgets}GadgetHeaderConverter`, 'RegexRouter', 'no.Such', 'FileStreamSink'],
]

function converter(role: 'key' | 'value' | 'header'): Config {
  const key = `${role}.converter`
  return some({
    [key]: oneOf(...converterClasses),
    [`${key}.plugin.version`]: versions,
    [`${key}.schemas.enable`]: oneOf('false', 'x'),
    [`${key}.schemas.cache.size`]: oneOf('10', 'x'),
    [`${key}.decimal.format`]: oneOf('numeric', 'BASE64', 'x'),
    [`${key}.converter.type`]: oneOf('key', 'x'),
    [`${key}.converter.encoding`]: oneOf('UTF-8'),
    ...gadgetKeys(role === 'header' ? 'header' : 'converter', `${key}.`),
  })
}

const transformClasses = [
  ...[`${gadgets}GadgetTransformation`, `${gadgets}GadgetTransformation`, 'GadgetTransformation'],
  ...[`${kafka}.transforms.RegexRouter`, 'RegexRouter', `${kafka}.transforms.Cast$Value`],
  ...[
    `${kafka}.transforms.Cast`,
    `${kafka}.transforms.MaskField$Key`,
    `${kafka}.transforms.Filter`,
  ],
  ...['Cast$Value', 'Value', `${gadgets}GadgetPredicate`, `${kafka}.transforms.InsertField$Value`],
  ...[`${kafka}.transforms.TimestampConverter$Value`, 'HasHeaderKey', 'no.Such', 'String'],
]

function transformation(alias: string): Config {
  const prefix = `transforms.${alias}.`
  return some({
    [`${prefix}type`]: oneOf(...transformClasses),
    [`${prefix}plugin.version`]: versions,
    [`${prefix}predicate`]: oneOf('p', 'q'),
    [`${prefix}negate`]: oneOf('true', 'x'),
    [`${prefix}regex`]: oneOf('a', '('),
    [`${prefix}replacement`]: oneOf('b'),
    [`${prefix}spec`]: oneOf('int8', 'a:int8', 'int9', 'a:b:c', ''),
    [`${prefix}fields`]: oneOf('a', 'a,a', '', 'a,,b'),
    [`${prefix}target.type`]: oneOf('Date', 'unix', 'x'),
    [`${prefix}unix.precision`]: oneOf('seconds', 'x'),
    [`${prefix}replace.null.with.default`]: oneOf('true', 'x'),
    ...gadgetKeys('transform', prefix),
  })
}

function predicate(alias: string): Config {
  const prefix = `predicates.${alias}.`
  return some({
    [`${prefix}type`]: oneOf(
      ...[`${gadgets}GadgetPredicate`, 'GadgetPredicate', 'TopicNameMatches', 'HasHeaderKey'],
      ...[`${kafka}.transforms.predicates.RecordIsTombstone`, 'RegexRouter', 'no.Such'],
    ),
    [`${prefix}plugin.version`]: versions,
    [`${prefix}pattern`]: oneOf('t.*', '('),
    [`${prefix}name`]: oneOf('h', ''),
    ...gadgetKeys('predicate', prefix),
  })
}

const aliases = some({
  transforms: oneOf('a', 'a,b', ' b , a ', 'a,a', '', ',a', 'c'),
  predicates: oneOf('p', 'p,q', 'p,p', '', 'r'),
})

const overrides = some({
  'producer.override.linger.ms': oneOf('5'),
  'producer.override.acks': oneOf('all', 'x'),
  'producer.override.sasl.jaas.config': oneOf('secret'),
  'producer.override.no.such.key': oneOf('x'),
  'consumer.override.max.poll.records': oneOf('5'),
  'consumer.override.auto.offset.reset': oneOf('latest', 'x'),
  'consumer.override.ssl.key.password': oneOf('secret'),
  'admin.override.retries': oneOf('5'),
  'admin.override.security.protocol': oneOf('PLAINTEXT'),
})

const connectorClasses = oneOf(
  ...['FileStreamSink', 'FileStreamSource', `${kafka}.file.FileStreamSinkConnector`],
  ...['GadgetSink', 'GadgetSourceConnector', `${gadgets}GadgetSinkConnector`],
  ...[`${gadgets}GadgetSourceConnector`, 'String', 'no.Such', `${gadgets}GadgetConverter`],
)

const unknown = some({ 'no.such.key': oneOf('x'), 'transforms.z.type': oneOf('x') })

/** Parts of configurations, of which a few at a time are there: all of them at once hide what each one brings. */
const parts: readonly Config[] = [
  ...[common, sinkKeys, sourceKeys, overrides, unknown],
  ...[converter('key'), converter('value'), converter('header')],
  fc.tuple(aliases, transformation('a'), transformation('b')).map(merged),
  fc.tuple(aliases, predicate('p'), predicate('q'), transformation('a')).map(merged),
  some({ ...gadgetKeys('sink'), ...gadgetKeys('source') }),
]

function merged(configs: readonly Record<string, string | null>[]): Record<string, string | null> {
  return Object.assign({}, ...configs) as Record<string, string | null>
}

/** Java's sources have no dead letter queue, and ours do. */
function withoutQueue(config: RawConfig): RawConfig {
  const kept = Object.entries(config).filter(([key]) => !key.startsWith('errors.deadletterqueue.'))
  return Object.fromEntries(kept)
}

export const connectorConfigs: fc.Arbitrary<RawConfig> = fc
  .tuple(connectorClasses, fc.subarray([...parts], { minLength: 1, maxLength: 5 }))
  .chain(([connectorClass, chosen]) =>
    fc
      .tuple(...chosen)
      .map((configs) => merged([{ 'connector.class': connectorClass }, ...configs]))
      .map((config) => (connectorClass?.includes('Source') ? withoutQueue(config) : config)),
  )
