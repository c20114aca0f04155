/** Confluent's classes that keys of the registry's converters name. None of them is a plugin. */

export const topicNames = 'io.confluent.kafka.serializers.subject.TopicNameStrategy'
export const subjectStrategies = [
  topicNames,
  'io.confluent.kafka.serializers.subject.RecordNameStrategy',
  'io.confluent.kafka.serializers.subject.TopicRecordNameStrategy',
  'io.confluent.kafka.serializers.subject.AssociatedNameStrategy',
]
export const prefixIds = 'io.confluent.kafka.serializers.schema.id.PrefixSchemaIdSerializer'
export const idSerializers = [
  prefixIds,
  'io.confluent.kafka.serializers.schema.id.HeaderSchemaIdSerializer',
]
export const anyIds = 'io.confluent.kafka.serializers.schema.id.DualSchemaIdDeserializer'
export const idDeserializers = [
  anyIds,
  'io.confluent.kafka.serializers.schema.id.PrefixSchemaIdDeserializer',
]
export const noContext = 'io.confluent.kafka.serializers.context.NullContextNameStrategy'
