/** Topics whose answer is kept. */
const MAX_TOPICS = 1000

/** What `make` makes of a topic's name, found once a topic: names repeat, and a pattern is dear. */
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
    if (this.#known.size >= MAX_TOPICS) this.#known.clear()
    this.#known.set(topic, made)
    return made
  }
}
