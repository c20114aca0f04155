import type { Connector, SourceConnector } from '../api/connector.ts'
import { exactlyOnceModeOf, isOfCluster } from '../config/exactly-once.ts'
import type { ConfigValue, ConnectorConfig } from '../config/types.ts'
import { asError } from '../errors/connect-error.ts'
import { createLogger } from '../util/logger.ts'
import type { NamedCall } from './named-call.ts'

const log = createLogger('org.apache.kafka.connect.runtime.distributed.DistributedHerder')

/** What a source connector is asked. */
type Asked = Pick<SourceConnector, 'exactlyOnceSupport' | 'canDefineTransactionBoundaries'>

interface ExactlyOnceCheck {
  readonly workerConfig: ConnectorConfig
  readonly connector: Connector
  readonly className: string
  readonly config: ConnectorConfig
  readonly call: NamedCall
}

/**
 * Asks a source connector whether it can do what its configuration wants of it (KIP-618), and adds to the errors of the keys. Only the
 * workers of a cluster do.
 */
export function checkExactlyOnce(
  check: ExactlyOnceCheck,
  values: ReadonlyMap<string, ConfigValue>,
): void {
  if (!isOfCluster(check.workerConfig)) return
  checkSupport(check, values.get('exactly.once.support'))
  checkBoundary(check, values.get('transaction.boundary'))
}

function checkSupport(check: ExactlyOnceCheck, value: ConfigValue | undefined): void {
  if (value === undefined || !isValue(value, 'required')) return
  if (exactlyOnceModeOf(check.workerConfig) !== 'enabled') {
    value.errorMessages.push('This worker does not have exactly-once source support enabled.')
  }
  const support = ask(check, value, (connector) => connector.exactlyOnceSupport(check.config))
  if (support === null) value.errorMessages.push(notKnown)
  else if (support === 'UNSUPPORTED') value.errorMessages.push(notSupported)
}

/** Whatever the worker's own mode: it may change. */
function checkBoundary(check: ExactlyOnceCheck, value: ConfigValue | undefined): void {
  if (value === undefined || !isValue(value, 'connector')) return
  const support = ask(check, value, (connector) =>
    connector.canDefineTransactionBoundaries(check.config),
  ) as unknown
  if (support === null) value.errorMessages.push(noBoundaryAnswer)
  else if (support !== undefined && support !== 'SUPPORTED') value.errorMessages.push(noBoundaries)
}

/** Undefined where the connector threw, which is said then. What answers nothing at all counts as null. */
function ask<T>(
  { connector, className, call }: ExactlyOnceCheck,
  { errorMessages }: ConfigValue,
  question: (connector: Asked) => T,
): T | null | undefined {
  try {
    return call(className, 'validate', () => question(connector as Connector & Asked)) ?? null
  } catch (error) {
    log.error('Failed while validating connector support for exactly-once semantics', error)
    const message = asError(error).message.trim()
    errorMessages.push(
      `An unexpected error occurred during validation${message === '' ? '; please see the worker logs for more details.' : `: ${message}`}`,
    )
    return undefined
  }
}

function isValue({ value, errorMessages }: ConfigValue, wanted: string): boolean {
  return errorMessages.length === 0 && String(value).toLowerCase() === wanted
}

const notKnown =
  'The connector does not implement the API required for preflight validation of exactly-once source support. ' +
  'Please consult the documentation for the connector to determine whether it supports exactly-once semantics, ' +
  'and then consider reconfiguring the connector to use the value "requested" for this property ' +
  '(which will disable this preflight check and allow the connector to be created).'
const notSupported =
  'The connector does not support exactly-once semantics with the provided configuration.'
const noBoundaryAnswer =
  'This connector has returned a null value from its canDefineTransactionBoundaries method, which is not permitted. ' +
  'The connector will be treated as if it cannot define its own transaction boundaries, ' +
  "and cannot be configured with 'transaction.boundary' set to 'connector'."
const noBoundaries =
  'The connector does not support connector-defined transaction boundaries with the given configuration. ' +
  'Please reconfigure it to use a different transaction boundary definition.'
