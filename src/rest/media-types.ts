import { RestError } from '../errors/rest-error.ts'
import { ProtocolError } from './resource.ts'

const json = { type: 'application', subtype: 'json' }

/** Throws a 415 unless the body, where there is one, is said to be JSON. */
export function checkContentType(contentType: string | undefined, hasBody: boolean): void {
  if (contentType === undefined || contentType === '') {
    if (hasBody) throw new RestError(415, 'HTTP 415 Unsupported Media Type')
    return
  }
  if (!matchesJson(contentType)) throw new ProtocolError(415)
}

/** Throws a 406 unless the client takes JSON. */
export function checkAccept(accept: string | undefined): void {
  if (accept === undefined || accept.trim() === '') return
  const ranges = accept.split(',')
  if (!ranges.some((range) => matchesJson(range) && !isRefused(range))) throw new ProtocolError(406)
}

function matchesJson(range: string): boolean {
  const [type, subtype] = (range.split(';')[0] ?? '').trim().toLowerCase().split('/')
  return (type === '*' || type === json.type) && (subtype === '*' || subtype === json.subtype)
}

/** A quality of zero means: not this one (RFC 9110, 12.4.2). */
function isRefused(range: string): boolean {
  return /;\s*q\s*=\s*0(?:\.0*)?\s*(?:;|$)/i.test(range)
}
