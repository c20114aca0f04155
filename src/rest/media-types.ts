import { RestError } from '../errors/rest-error.ts'
import { ProtocolError } from './resource.ts'

const json = 'application/json'
/** Of a resource that says with each answer what it is. */
export const anything = '*/*'

/** Throws a 415 unless the body, where there is one, is said to be JSON. */
export function checkContentType(contentType: string | undefined, hasBody: boolean): void {
  if (contentType === undefined || contentType === '') {
    if (hasBody) throw new RestError(415, 'HTTP 415 Unsupported Media Type')
    return
  }
  if (!matches(contentType, json)) throw new ProtocolError(415)
}

/** Throws a 406 unless the client takes `produced`, or one of them. */
export function checkAccept(
  accept: string | undefined,
  produced: string | readonly string[] = json,
): void {
  preferredType(accept, typeof produced === 'string' ? [produced] : produced)
}

/** Of a text that is said in place of the resource: as what the resource itself would have answered. */
export function typeInPlaceOf(
  accept: string | undefined,
  produced: string | readonly string[] = json,
): string {
  const type = preferredType(accept, typeof produced === 'string' ? [produced] : produced)
  return type === anything ? 'text/plain' : type
}

/** What the client names first of the media types that are `produced`. Throws a 406 where it takes none of them. */
export function preferredType(accept: string | undefined, produced: readonly string[]): string {
  if (produced.includes(anything)) return anything
  const ranges = accept === undefined || accept.trim() === '' ? ['*/*'] : accept.split(',')
  for (const range of ranges) {
    const found = isRefused(range) ? undefined : produced.find((type) => matches(range, type))
    if (found !== undefined) return found
  }
  throw new ProtocolError(406)
}

/** Whether the media range takes the media type, parameters aside. */
function matches(range: string, mediaType: string): boolean {
  const [type, subtype] = partsOf(range)
  const [wantedType, wantedSubtype] = partsOf(mediaType)
  return (type === '*' || type === wantedType) && (subtype === '*' || subtype === wantedSubtype)
}

function partsOf(mediaType: string): string[] {
  return (mediaType.split(';')[0] ?? '').trim().toLowerCase().split('/')
}

/** A quality of zero means: not this one (RFC 9110, 12.4.2). */
function isRefused(range: string): boolean {
  return /;\s*q\s*=\s*0(?:\.0*)?\s*(?:;|$)/i.test(range)
}
