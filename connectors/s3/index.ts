export { S3SinkConnector } from './s3-sink-connector.ts'
