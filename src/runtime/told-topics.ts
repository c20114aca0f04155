import type { TaskServices } from './task.ts'

/** The topics that the main thread has been told a task uses (KIP-558). After a reset it is told of each again with its next use. */
export class ToldTopics {
  readonly #services: Pick<TaskServices, 'notify' | 'counters'>
  readonly #topics = new Set<string>()
  #resets: number

  constructor(services: Pick<TaskServices, 'notify' | 'counters'>) {
    this.#services = services
    this.#resets = services.counters.get('topicResets')
  }

  /** Hot: whether it has been told since the last reset that `beginBatch` knows of. */
  has(topic: string): boolean {
    return this.#topics.has(topic)
  }

  tell(topic: string): void {
    if (this.#topics.has(topic)) return
    this.#topics.add(topic)
    this.#services.notify.topicUsed(topic)
  }

  /** To be called once a batch, not once a record; true where there was a reset since the last time. */
  beginBatch(): boolean {
    const resets = this.#services.counters.get('topicResets')
    if (resets === this.#resets) return false
    this.#resets = resets
    this.#topics.clear()
    return true
  }
}
