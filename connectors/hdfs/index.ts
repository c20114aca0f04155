export { Hdfs3SinkConnector, HdfsSinkConnector } from './sink/hdfs-sink-connector.ts'
export { Hdfs3SourceConnector, HdfsSourceConnector } from './source/hdfs-source-connector.ts'
