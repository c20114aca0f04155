import { RestError } from '../errors/rest-error.ts'

export interface TopicTracking {
  /** `topic.tracking.enable` */
  readonly enabled: boolean
  /** `topic.tracking.allow.reset` */
  readonly resettable: boolean
}

/** The topics each connector has used since they were last reset (KIP-558). They outlive the connector, as in Java. */
export class ActiveTopics {
  readonly #tracking: TopicTracking
  readonly #byConnector = new Map<string, Set<string>>()

  constructor(tracking: TopicTracking) {
    this.#tracking = tracking
  }

  add(connector: string, topic: string): void {
    if (!this.#tracking.enabled) return
    const topics = this.#byConnector.get(connector) ?? new Set()
    this.#byConnector.set(connector, topics.add(topic))
  }

  of(connector: string): readonly string[] {
    this.#checkEnabled()
    return [...(this.#byConnector.get(connector) ?? [])]
  }

  reset(connector: string): void {
    this.#checkEnabled()
    if (!this.#tracking.resettable) throw new RestError(403, 'Topic tracking reset is disabled.')
    this.#byConnector.delete(connector)
  }

  #checkEnabled(): void {
    if (!this.#tracking.enabled) throw new RestError(403, 'Topic tracking is disabled.')
  }
}
