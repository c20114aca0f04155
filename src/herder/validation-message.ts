import { isConnectError } from '../errors/connect-error.ts'
import { BadRequestError } from '../errors/rest-error.ts'
import type { ConfigInfos } from '../messages/config-infos.ts'

/** Throws a BadRequestError that lists every error of a validation, or does nothing where there is none. */
export function throwIfInvalid({ error_count, configs }: ConfigInfos): void {
  if (error_count === 0) return
  const errors = configs.flatMap((config) => config.value?.errors ?? [])
  throw new BadRequestError(
    [
      `Connector configuration is invalid and contains the following ${error_count} error(s):`,
      ...errors,
      'You can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`',
    ].join('\n'),
  )
}

/** A configuration that cannot even be validated is the client's mistake; Java answers 500. */
export function asClientMistake(error: unknown): unknown {
  const isConfigError =
    isConnectError(error) && error.javaName === 'org.apache.kafka.common.config.ConfigException'
  return isConfigError ? new BadRequestError(error.message, { cause: error }) : error
}
