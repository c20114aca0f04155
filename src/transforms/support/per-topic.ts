/** Topics whose answer is kept. */
const MAX_TOPICS = 1000
/** As long as Kafka lets the name of a topic be; a longer text came from a record, and is not kept. */
const MAX_LENGTH = 249

/**
 * What `make` makes of a topic's name, found once a topic: names repeat, and a pattern is dear. What is kept takes some hundred
 * kilobytes at most, whatever the names are.
 */
export class PerTopic<T> {
  readonly #make: (topic: string) => T
  readonly #known = new Map<string, T>()

  constructor(make: (topic: string) => T) {
    this.#make = make
  }

  of(topic: string): T {
    const known = this.#known.get(topic)
    if (known !== undefined) return known
    const made = this.#make(topic)
    if (topic.length > MAX_LENGTH) return made
    if (this.#known.size >= MAX_TOPICS) this.#known.clear()
    this.#known.set(topic, made)
    return made
  }
}
