import type { TaskStart } from '../messages/protocol.ts'
import type { TaskStage } from '../messages/stages.ts'

/** Which call into which plugin, for messages: `poll of com.example.OrdersSource`. */
export function callText(
  stage: TaskStage,
  {
    connectorClass,
    connectorConfig,
    workerConfig,
  }: Pick<TaskStart, 'connectorClass' | 'connectorConfig' | 'workerConfig'>,
): string {
  if (stage !== 'convert' && stage !== 'transform') return `${stage} of ${connectorClass}`
  const aliases = (connectorConfig.transforms ?? '').split(',').map((alias) => alias.trim())
  const transformations = aliases
    .filter((alias) => alias !== '')
    .map((alias) => `transforms.${alias}=${connectorConfig[`transforms.${alias}.type`] ?? ''}`)
  const converters = ['key.converter', 'value.converter', 'header.converter'].flatMap((key) => {
    const name = connectorConfig[key] ?? workerConfig[key]
    return name === undefined ? [] : `${key}=${name}`
  })
  return `its transformations and converters (${[...transformations, ...converters].join(', ')})`
}
