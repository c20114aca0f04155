import type { ServerResponse } from 'node:http'
import type { HeaderRule } from '../config/response-headers.ts'

/** Adds the headers of `response.http.headers.config`. What an answer sets itself, its type and length, wins. */
export function addResponseHeaders(rules: readonly HeaderRule[], response: ServerResponse): void {
  for (const { action, name, value } of rules) {
    const text = action.endsWith('Date')
      ? new Date(Date.now() + Number(value)).toUTCString()
      : value
    if (action.startsWith('set')) response.setHeader(name, text)
    else response.appendHeader(name, text)
  }
}
