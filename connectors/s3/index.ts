export { AivenS3SinkConnector } from './aiven/aiven-s3-sink-connector.ts'
export { S3SinkConnector } from './s3-sink-connector.ts'
export { AivenS3SourceConnector } from './source/aiven-s3-source-connector.ts'
export { S3SourceConnector } from './source/confluent-s3-source-connector.ts'
