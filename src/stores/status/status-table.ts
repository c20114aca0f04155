import type { StatusRecord, StoredStatus, StoredTopic } from './status-records.ts'

interface ConnectorEntry {
  status: StoredStatus | null
  readonly tasks: Map<number, StoredStatus>
}

/** What the topic of statuses says, record by record, as Java's KafkaStatusBackingStore reads it. */
export class StatusTable {
  readonly #connectors = new Map<string, ConnectorEntry>()
  readonly #topics = new Map<string, Map<string, StoredTopic>>()

  apply(record: StatusRecord): void {
    switch (record.kind) {
      case 'connector':
        this.#connector(record.connector, record.status)
        break
      case 'task':
        this.#task(record.connector, record.task, record.status)
        break
      case 'topic':
        this.#topic(record.connector, record.topic, record.status)
    }
  }

  /** Those of which the topic says something, connector or tasks. */
  get connectors(): readonly string[] {
    return [...this.#connectors.keys()]
  }

  connector(name: string): StoredStatus | null {
    return this.#connectors.get(name)?.status ?? null
  }

  task(connector: string, task: number): StoredStatus | null {
    return this.#connectors.get(connector)?.tasks.get(task) ?? null
  }

  /** By number. */
  tasks(connector: string): ReadonlyMap<number, StoredStatus> {
    const tasks = this.#connectors.get(connector)?.tasks ?? []
    return new Map([...tasks].sort(([a], [b]) => a - b))
  }

  /** What the connector has used since its topics were last reset. */
  topics(connector: string): readonly StoredTopic[] {
    return [...(this.#topics.get(connector)?.values() ?? [])]
  }

  /** A connector's tombstone is that of its tasks too. */
  #connector(name: string, status: StoredStatus | null): void {
    if (status === null) this.#connectors.delete(name)
    else this.#entry(name).status = status
  }

  /**
   * Who gave a task up may say so later than who has it now: that it runs stays true. As with Java this holds for what is said in one generation,
   * be it by one worker: what it gives up in the generation that it was started in is RUNNING until its next owner says more.
   */
  #task(connector: string, task: number, status: StoredStatus | null): void {
    const { tasks } = this.#entry(connector)
    if (status === null) {
      tasks.delete(task)
      return
    }
    const known = tasks.get(task)
    const isLate =
      status.state === 'UNASSIGNED' &&
      known?.state === 'RUNNING' &&
      known.generation >= status.generation
    if (!isLate) tasks.set(task, status)
  }

  #topic(connector: string, topic: string, status: StoredTopic | null): void {
    const topics = this.#topics.get(connector) ?? new Map<string, StoredTopic>()
    if (status === null) topics.delete(topic)
    else topics.set(topic, status)
    this.#topics.set(connector, topics)
  }

  #entry(name: string): ConnectorEntry {
    const entry = this.#connectors.get(name) ?? { status: null, tasks: new Map() }
    this.#connectors.set(name, entry)
    return entry
  }
}

/**
 * Whether a worker may say something that may be late (UNASSIGNED, FAILED): only where nothing is known, or what is known
 * is its own, or not newer.
 */
export function mayReplace(known: StoredStatus | null, next: StoredStatus): boolean {
  if (known === null) return true
  return known.workerId === next.workerId || known.generation <= next.generation
}
