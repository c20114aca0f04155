import { expect, test } from 'vitest'
import { FileStreamSourceConnector } from '../../connectors/file/file-stream-source-connector.ts'
import { completeTaskConfigs } from '../../src/runtime/connector-task-configs.ts'

// As Java's worker wrote them into its topic of configurations.
test.each([
  {
    given: ['connector.class', 'tasks.max', 'file', 'topic', 'name'],
    written: ['connector.class', 'file', 'task.class', 'tasks.max', 'name', 'topic'],
  },
  {
    given: ['connector.class', 'tasks.max', 'topic', 'throughput', 'name', 'id'],
    written: ['connector.class', 'task.class', 'tasks.max', 'name', 'topic', 'throughput', 'id'],
  },
])('the configuration of a task has its keys in Java’s order: $written', ({ given, written }) => {
  const config = Object.fromEntries(given.map((key) => [key, '']))
  const [task = {}] = completeTaskConfigs(new FileStreamSourceConnector(), config, [config])
  expect(Object.keys(task)).toEqual(written)
})
