export { Hdfs3SinkConnector, HdfsSinkConnector } from './sink/hdfs-sink-connector.ts'
