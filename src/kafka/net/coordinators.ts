import { isRetriable } from '../../errors/connect-error.ts'
import { delay } from '../../util/abort.ts'
import type { WireRequest } from '../protocol/api.ts'
import { request } from '../protocol/api.ts'
import { brokerError, ErrorCode } from '../protocol/errors.ts'
import {
  findCoordinatorApi,
  GROUP_COORDINATOR,
  TRANSACTION_COORDINATOR,
} from '../protocol/group.ts'
import { backoffMs } from './backoff.ts'
import type { Backoff } from './backoff.ts'
import type { ClusterMetadata } from './metadata.ts'

const keyTypes = { group: GROUP_COORDINATOR, transaction: TRANSACTION_COORDINATOR }

/** What has a coordinator: a group by its id, a transaction by its transactional id. */
export type CoordinatorKind = keyof typeof keyTypes

type SendAny = <R>(request: WireRequest<R>, signal: AbortSignal) => Promise<R>

/** Which broker coordinates a group or a transaction: looked up once, until it is forgotten. */
export class Coordinators {
  readonly #retryBackoff: Backoff
  readonly #metadata: ClusterMetadata
  readonly #send: SendAny
  readonly #known = new Map<string, number>()

  constructor(
    options: { readonly retryBackoff: Backoff },
    metadata: ClusterMetadata,
    send: SendAny,
  ) {
    this.#retryBackoff = options.retryBackoff
    this.#metadata = metadata
    this.#send = send
  }

  /**
   * The node id of the coordinator. Goes on asking, with pauses, until there is one, the signal aborts, or the answer
   * is an error that no waiting helps against.
   */
  async find(kind: CoordinatorKind, key: string, signal: AbortSignal): Promise<number> {
    const known = this.#known.get(`${kind} ${key}`)
    if (known !== undefined) return known
    for (let failures = 1; ; failures++) {
      try {
        return await this.#ask(kind, key, signal)
      } catch (error) {
        signal.throwIfAborted()
        if (!isRetriable(error)) throw error
        await delay(backoffMs(this.#retryBackoff, failures), signal)
      }
    }
  }

  /** To be called after NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE or a disconnect: the next `find` asks again. */
  forget(kind: CoordinatorKind, key: string): void {
    this.#known.delete(`${kind} ${key}`)
  }

  async #ask(kind: CoordinatorKind, key: string, signal: AbortSignal): Promise<number> {
    const asked = request(findCoordinatorApi, { key, keyType: keyTypes[kind] })
    const answer = await this.#send(asked, signal)
    if (answer.errorCode !== ErrorCode.NONE) {
      const doing = `Cannot find the coordinator of ${kind} "${key}"`
      throw brokerError(answer.errorCode, doing, answer.errorMessage)
    }
    this.#metadata.addNode(answer.nodeId, answer)
    this.#known.set(`${kind} ${key}`, answer.nodeId)
    return answer.nodeId
  }
}
