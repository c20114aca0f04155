/** A name for topics in which `${topic}` stands for the record's and `${timestamp}` for a time. Compiled once. */
export class TopicFormat {
  /** What stands before, between and behind the places of the topic. */
  readonly #parts: readonly string[]

  constructor(format: string) {
    this.#parts = format.split('${topic}')
  }

  /** As in Java the topic is put in first, and may bring places for the time. */
  fill(topic: string, timestamp: string): string {
    return this.#parts.join(topic).split('${timestamp}').join(timestamp)
  }
}
