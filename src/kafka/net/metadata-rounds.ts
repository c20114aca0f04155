/** A question that is being asked, or waits for its pause to be over; until it is sent, topics may join it. */
export interface Round {
  readonly topics: Set<string>
  allowAutoTopicCreation: boolean
  sent: boolean
  readonly done: Promise<void>
}

/** Questions about topics, one at a time: whoever asks while one is on its way shares the next. */
export class MetadataRounds {
  readonly #run: (round: Round) => Promise<void>
  #running: Round | null = null
  #next: Round | null = null

  /** `run` asks what has been joined by the time it sets `sent`. */
  constructor(run: (round: Round) => Promise<void>) {
    this.#run = run
  }

  /** The round that asks about these topics. */
  join(topics: readonly string[], allowAutoTopicCreation: boolean): Round {
    const round = this.#open()
    for (const topic of topics) round.topics.add(topic)
    if (allowAutoTopicCreation) round.allowAutoTopicCreation = true
    return round
  }

  /** Resolves once nothing is being asked. */
  async settled(): Promise<void> {
    await Promise.allSettled([this.#running?.done, this.#next?.done])
  }

  /** The round that topics may join: the running one until it is sent, else the one behind it. */
  #open(): Round {
    if (this.#next !== null) return this.#next
    if (this.#running === null) return (this.#running = this.#start(Promise.resolve()))
    if (!this.#running.sent) return this.#running
    return (this.#next = this.#start(this.#running.done))
  }

  #start(before: Promise<void>): Round {
    const asking: { round: Round | null } = { round: null }
    const done = before
      .catch(() => undefined)
      .then(async () => {
        const { round } = asking
        if (round === null) return
        this.#running = round
        if (this.#next === round) this.#next = null
        try {
          await this.#run(round)
        } finally {
          if (this.#running === round) this.#running = null
        }
      })
    const round: Round = { topics: new Set(), allowAutoTopicCreation: false, sent: false, done }
    asking.round = round
    return round
  }
}
