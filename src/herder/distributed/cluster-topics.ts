import { RestError } from '../../errors/rest-error.ts'
import type { ConnectorTaskId } from '../../messages/ids.ts'
import type { TopicTracking } from '../active-topics.ts'
import type { StatusStore } from './options.ts'

/** The topics each connector has used since they were last reset (KIP-558), as the cluster's topic of statuses keeps them. */
export class ClusterTopics {
  readonly #tracking: TopicTracking
  readonly #store: StatusStore

  constructor(tracking: TopicTracking, store: StatusStore) {
    this.#tracking = tracking
    this.#store = store
  }

  add({ connector, task }: ConnectorTaskId, topic: string): void {
    if (!this.#tracking.enabled) return
    if (this.#store.table.topics(connector).some((known) => known.topic === topic)) return
    const status = { topic, connector, task, discoveredAt: Date.now() }
    this.#store.put({ kind: 'topic', connector, topic, status })
  }

  of(connector: string): readonly string[] {
    this.#checkEnabled()
    return this.#store.table.topics(connector).map(({ topic }) => topic)
  }

  reset(connector: string): void {
    this.#checkEnabled()
    if (!this.#tracking.resettable) throw new RestError(403, 'Topic tracking reset is disabled.')
    this.forget(connector)
  }

  /** The connector is gone. */
  forget(connector: string): void {
    if (!this.#tracking.enabled) return
    for (const { topic } of this.#store.table.topics(connector)) {
      this.#store.put({ kind: 'topic', connector, topic, status: null })
    }
  }

  #checkEnabled(): void {
    if (!this.#tracking.enabled) throw new RestError(403, 'Topic tracking is disabled.')
  }
}
