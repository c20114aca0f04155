import type { RawConfig } from '../config/types.ts'
import type { ConnectorWorker } from '../worker/types.ts'
import type { ConnectorInfo } from './herder.ts'

/** `unknown` where the plugin is gone since the connector was created, or none is named. */
export function connectorTypeOf(
  worker: Pick<ConnectorWorker, 'connectorType'>,
  config: RawConfig | undefined,
): ConnectorInfo['type'] {
  const connectorClass = config?.['connector.class']
  if (connectorClass === undefined || connectorClass === null) return 'unknown'
  try {
    return worker.connectorType(connectorClass)
  } catch {
    return 'unknown'
  }
}
