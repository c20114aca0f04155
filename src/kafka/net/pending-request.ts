import type { WireRequest } from '../protocol/api.ts'
import { apiVersionsApi } from '../protocol/api-versions.ts'
import type { ByteReader } from '../protocol/byte-reader.ts'
import { skipTags } from '../protocol/codec.ts'
import { reasonOf } from '../../util/abort.ts'

/** A request that was sent and is not answered. */
export interface Pending {
  readonly id: number
  readonly version: number
  readonly request: WireRequest<unknown>
  readonly sentAt: number
  readonly timeoutMs: number
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: Error) => void
}

/** Answers of flexible versions have tagged fields in their header; those of ApiVersions never. */
export function decode({ request, version }: Pending, from: ByteReader): unknown {
  const { api } = request
  if (version >= api.flexibleFrom && api.key !== apiVersionsApi.key) skipTags(from)
  return request.decode(from, version)
}

/** Settles a promise once: by the answer, by the end of the connection, or by the signal. */
export function settlers(
  resolve: (answer: unknown) => void,
  reject: (error: Error) => void,
  signal: AbortSignal | undefined,
): Pick<Pending, 'resolve' | 'reject'> {
  if (signal === undefined) return { resolve, reject }
  const abort = (): void => reject(reasonOf(signal))
  signal.addEventListener('abort', abort, { once: true })
  return {
    resolve: (answer) => {
      signal.removeEventListener('abort', abort)
      resolve(answer)
    },
    reject: (error) => {
      signal.removeEventListener('abort', abort)
      reject(error)
    },
  }
}
