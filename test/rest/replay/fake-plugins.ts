import type { ConnectorConfig } from '../../../src/config/types.ts'
import { FileStreamSinkConnector } from '../../../connectors/file/file-stream-sink-connector.ts'
import { FileStreamSourceConnector } from '../../../connectors/file/file-stream-source-connector.ts'
import type { FakePlugin } from '../../support/fake-worker.ts'

const version = '4.3.1'

const oneTask = (taskClass: string) => (config: ConnectorConfig) => [
  { ...config, 'task.class': taskClass },
]

/** Stand-ins for the connectors of the recording: they do nothing but live. */
export const fakePlugins: readonly FakePlugin[] = [
  {
    className: 'org.apache.kafka.connect.file.FileStreamSinkConnector',
    type: 'sink',
    version,
    taskConfigs: oneTask('org.apache.kafka.connect.file.FileStreamSinkTask'),
    topics: (config) => [config.topics ?? ''],
    alterOffsets: () => new FileStreamSinkConnector().alterOffsets(),
  },
  {
    className: 'org.apache.kafka.connect.file.FileStreamSourceConnector',
    type: 'source',
    version,
    taskConfigs: oneTask('org.apache.kafka.connect.file.FileStreamSourceTask'),
    topics: (config) => [config.topic ?? ''],
    alterOffsets: (config, offsets) =>
      new FileStreamSourceConnector().alterOffsets(config, offsets),
  },
  {
    className: 'org.apache.kafka.connect.tools.MockSourceConnector',
    type: 'source',
    version,
    taskConfigs: oneTask('org.apache.kafka.connect.tools.MockSourceTask'),
    failAfterStart: (config) => config.mock_mode === 'task-failure',
  },
  {
    className: 'org.apache.kafka.connect.tools.VerifiableSourceConnector',
    type: 'source',
    version,
    taskConfigs: (config, max) =>
      Array.from({ length: max }, (_, id) => ({
        ...config,
        'task.class': 'org.apache.kafka.connect.tools.VerifiableSourceTask',
        id: String(id),
      })),
  },
]
