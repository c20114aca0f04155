import type { KafkaClient } from '../net/client.ts'
import type { WireRequest } from '../protocol/api.ts'

/** The broker that coordinates one group, whichever that is. */
export interface GroupCoordinator {
  /** Sends once; rejects as the client does, and then looks for the coordinator again before the next time. */
  send<R>(request: WireRequest<R>, signal: AbortSignal): Promise<R>
  /** To be called after an answer that says that it is another one. */
  forget(): void
  /** Closes the connection: what waits for an answer on it holds up all that comes behind. */
  disconnect(): void
}

/** Speaks to the coordinator over a connection of this member's own. */
export class CoordinatorLink implements GroupCoordinator {
  readonly #client: KafkaClient
  readonly #groupId: string
  readonly #purpose: string
  #node: number | null = null

  constructor(client: KafkaClient, groupId: string, purpose: string) {
    this.#client = client
    this.#groupId = groupId
    this.#purpose = purpose
  }

  async send<R>(request: WireRequest<R>, signal: AbortSignal): Promise<R> {
    const node = await this.#client.coordinators.find('group', this.#groupId, signal)
    this.#node = node
    try {
      return await this.#client.send(node, this.#purpose, request, signal)
    } catch (error) {
      if (!signal.aborted) this.forget()
      throw error
    }
  }

  forget(): void {
    this.#client.coordinators.forget('group', this.#groupId)
  }

  disconnect(): void {
    if (this.#node !== null) this.#client.opened(this.#node, this.#purpose)?.close()
  }
}
