export { AivenS3SinkConnector } from './aiven/aiven-s3-sink-connector.ts'
export { S3SinkConnector } from './s3-sink-connector.ts'
