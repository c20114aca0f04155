import type { TaskStart } from './protocol.ts'
import type { TaskStage } from './stages.ts'

/** Calls of what stands between a task and Kafka, and how they are said of all of it. */
const betweenStages: Partial<Record<TaskStage, string>> = {
  convert: '',
  transform: '',
  configure: 'configure of ',
  release: 'close of ',
}

/** Which call into which plugin, for messages: `poll of com.example.OrdersSource`. */
export function callText(
  stage: TaskStage,
  {
    connectorClass,
    connectorConfig,
    workerConfig,
  }: Pick<TaskStart, 'connectorClass' | 'connectorConfig' | 'workerConfig'>,
): string {
  const between = betweenStages[stage]
  if (between === undefined) return `${stage} of ${connectorClass}`
  const aliases = (connectorConfig.transforms ?? '').split(',').map((alias) => alias.trim())
  const transformations = aliases
    .filter((alias) => alias !== '')
    .map((alias) => `transforms.${alias}=${connectorConfig[`transforms.${alias}.type`] ?? ''}`)
  const converters = ['key.converter', 'value.converter', 'header.converter'].flatMap((key) => {
    const name = connectorConfig[key] ?? workerConfig[key]
    return name === undefined ? [] : `${key}=${name}`
  })
  return `${between}its transformations and converters (${[...transformations, ...converters].join(', ')})`
}
