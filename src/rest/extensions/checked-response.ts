import { validateHeaderName, validateHeaderValue } from 'node:http'
import type { RestExtensionResponse } from '../../api/rest-extension.ts'
import { ConnectError, asError } from '../../errors/connect-error.ts'
import type { RestResponse } from '../resource.ts'

/** What an extension answered, if it can be sent at all. Throws a ConnectError that says what is wrong with it. */
export function checkedResponse(className: string, answer: RestExtensionResponse): RestResponse {
  try {
    return checked(answer)
  } catch (cause) {
    throw new ConnectError(
      `The REST extension ${className} has answered what is no response: ${asError(cause).message}`,
      { cause },
    )
  }
}

/** It comes from JavaScript, which need not know the types. */
function checked({ status, headers = {}, body, text }: RestExtensionResponse): RestResponse {
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new TypeError(`the status is ${String(status)}, expected one from 200 to 599.`)
  }
  for (const [name, value] of Object.entries(headers)) {
    validateHeaderName(name)
    validateHeaderValue(name, value)
  }
  if (text === undefined)
    return body === undefined ? { status, headers } : { status, headers, body }
  if (typeof text === 'string') return { status, headers, text }
  throw new TypeError(`"text" is ${typeof text}, expected a string.`)
}
