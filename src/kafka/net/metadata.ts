import { asError, isRetriable, RetriableError } from '../../errors/connect-error.ts'
import { abortable, delay, reasonOf } from '../../util/abort.ts'
import { createLogger } from '../../util/logger.ts'
import type { MaybePromise } from '../../util/maybe-promise.ts'
import type { WireRequest } from '../protocol/api.ts'
import { request } from '../protocol/api.ts'
import { ZERO_UUID } from '../protocol/codec.ts'
import { brokerError, codeOf, ErrorCode, isRetriableCode } from '../protocol/errors.ts'
import { metadataApi } from '../protocol/metadata.ts'
import type { MetadataResponse } from '../protocol/metadata.ts'
import { backoffMs } from './backoff.ts'
import type { Backoff } from './backoff.ts'
import type { RecoveryOptions } from './client-options.ts'
import { ClientClosedError, DisconnectError } from './errors.ts'
import { MetadataRounds } from './metadata-rounds.ts'
import type { Round } from './metadata-rounds.ts'
import { Recovery } from './recovery.ts'
import type { HostPort } from './socket.ts'
import { nodesOf, topicsOf } from './topic-metadata.ts'
import type { BrokerNode, PartitionMetadata, TopicMetadata } from './topic-metadata.ts'

const log = createLogger('org.apache.kafka.clients.Metadata')

/** The topic did not come up in time. */
export class TopicMissingError extends RetriableError {
  override readonly javaName = 'org.apache.kafka.common.errors.TimeoutException'
}

export interface TopicWait {
  /** How long to wait for a topic that is not there yet. */
  readonly timeoutMs: number
  /** Whether the question may create the topic, where the broker has `auto.create.topics.enable`. */
  readonly allowAutoTopicCreation: boolean
}

export interface MetadataOptions {
  readonly metadataMaxAgeMs: number
  readonly retryBackoff: Backoff
  readonly recovery: RecoveryOptions
}

type SendAny = <R>(request: WireRequest<R>, signal: AbortSignal) => Promise<R>

/**
 * What is known of the cluster: brokers, topics, who leads each partition. Asked for by topic, one question at a time,
 * and again after {@link invalidate}, or when older than `metadata.max.age.ms` at the time it is used.
 */
export class ClusterMetadata {
  readonly #options: MetadataOptions
  readonly #send: SendAny
  readonly #closing = new AbortController()
  readonly #topics = new Map<string, TopicMetadata>()
  readonly #stale = new Set<string>()
  #nodes = new Map<number, BrokerNode>()
  #clusterId: string | null = null
  #controllerId = -1
  readonly #rounds = new MetadataRounds((round) => this.#run(round))
  readonly #recovery: Recovery
  readonly #onRebootstrap: () => void
  #failures = 0
  #askedAt = -Infinity

  /** `onRebootstrap` is called where what is known of the brokers was forgotten: connections to them are of no use. */
  constructor(options: MetadataOptions, send: SendAny, onRebootstrap: () => void) {
    this.#options = options
    this.#send = send
    this.#recovery = new Recovery(options.recovery)
    this.#onRebootstrap = onRebootstrap
  }

  /** Null until the first answer. */
  get clusterId(): string | null {
    return this.#clusterId
  }

  /** Node id of the controller; -1 until the first answer. */
  get controllerId(): number {
    return this.#controllerId
  }

  node(id: number): BrokerNode | undefined {
    return this.#nodes.get(id)
  }

  nodes(): readonly HostPort[] {
    return [...this.#nodes.values()]
  }

  /** Makes known where a broker listens, told by something other than Metadata. */
  addNode(id: number, { host, port }: HostPort): void {
    this.#nodes.set(id, { host, port, rack: this.#nodes.get(id)?.rack ?? null })
  }

  /** The topic as it is known now; undefined where it was never asked for. */
  topic(name: string): TopicMetadata | undefined {
    return this.#topics.get(name)
  }

  /**
   * The partition, where it has a leader and nothing says it is out of date; else undefined, and the question
   * is on its way: `refresh` waits for the answer. What is merely old is given, and asked for beside.
   */
  leader(topic: string, partition: number): PartitionMetadata | undefined {
    const known = this.#topics.get(topic)
    const found = known?.partitions[partition]
    const usable = found !== undefined && found.leaderId >= 0 && !this.#stale.has(topic)
    if (!usable || this.#isOld(known)) this.#refreshBeside(topic)
    return usable ? found : undefined
  }

  /** To be called after NOT_LEADER_OR_FOLLOWER and the like, and a disconnect from the leader. */
  invalidate(topic: string): void {
    this.#stale.add(topic)
  }

  /** Marks out of date what broker `nodeId` leads: the connection to it broke. */
  invalidateNode(nodeId: number): void {
    for (const { name, partitions } of this.#topics.values()) {
      if (partitions.some(({ leaderId }) => leaderId === nodeId)) this.#stale.add(name)
    }
  }

  /**
   * The topic with its partitions, at once where it is known. Waits `timeoutMs` for a topic that is missing: then
   * rejects with a TopicMissingError, or what kept the brokers from answering, and likewise where the signal is a time limit; at once for what no waiting helps against (no right to it, a bad name).
   */
  ensureTopic(name: string, wait: TopicWait, signal: AbortSignal): MaybePromise<TopicMetadata> {
    const known = this.#topics.get(name)
    if (known === undefined || this.#stale.has(name) || problemOf(known) !== ErrorCode.NONE) {
      return this.#awaitTopic(name, wait, signal)
    }
    if (this.#isOld(known)) this.#refreshBeside(name)
    return known
  }

  /** Asks about these topics and waits for the answer, once. Rejects where no broker gave one. */
  async refresh(
    topics: readonly string[],
    signal: AbortSignal,
    allowAutoTopicCreation = false,
  ): Promise<void> {
    await abortable(this.#rounds.join(topics, allowAutoTopicCreation).done, signal)
  }

  /** Every topic of the cluster, asked for afresh: for subscriptions by pattern. */
  async allTopics(signal: AbortSignal): Promise<TopicMetadata[]> {
    const answer = await this.#ask(null, false, signal)
    return topicsOf(answer, this.#topics)
  }

  /** The id of the cluster, asked for where nothing has been yet. */
  async ensureCluster(signal: AbortSignal): Promise<string | null> {
    if (this.#nodes.size === 0) await this.refresh([], signal)
    return this.#clusterId
  }

  async close(): Promise<void> {
    this.#closing.abort(new ClientClosedError('The Kafka client is closed.'))
    await this.#rounds.settled()
  }

  async #awaitTopic(name: string, wait: TopicWait, signal: AbortSignal): Promise<TopicMetadata> {
    const began = performance.now()
    let reason: Error | undefined
    for (;;) {
      try {
        await this.refresh([name], signal, wait.allowAutoTopicCreation)
        const found = this.#topics.get(name)
        const problem = problemOf(found)
        if (found !== undefined && problem === ErrorCode.NONE) return found
        reason = brokerError(problem, `Topic ${name}`)
        if (!isRetriableCode(problem)) throw reason
      } catch (error) {
        if (signal.aborted) throw outOfTime(signal, reason) ? missing(name, began, reason) : error
        if (!isRetriable(error)) throw error
        reason = asError(error)
      }
      if (performance.now() - began >= wait.timeoutMs) throw missing(name, began, reason)
    }
  }

  #refreshBeside(topic: string): void {
    if (this.#closing.signal.aborted) return
    const { done } = this.#rounds.join([topic], false)
    done.catch((error: unknown) => {
      log.debug(`Metadata of ${topic} could not be refreshed: ${asError(error).message}`)
    })
  }

  async #run(round: Round): Promise<void> {
    const { signal } = this.#closing
    const pause = this.#pauseMs(round.topics)
    if (pause > 0) await delay(pause, signal)
    round.sent = true
    this.#askedAt = performance.now()
    try {
      const topics = [...round.topics]
      const answer = await this.#ask(topics, round.allowAutoTopicCreation, signal)
      this.#apply(answer, topics)
    } catch (error) {
      this.#failures++
      if (!signal.aborted && this.#recovery.failed(this.#askedAt)) {
        this.#rebootstrap(`no broker has answered since: ${asError(error).message}`)
      }
      throw error
    }
  }

  #rebootstrap(reason: string): void {
    log.info(`Rebootstrapping: ${reason}`)
    this.#nodes = new Map()
    this.#onRebootstrap()
  }

  /** Nothing for what is new; else the pause after failures, and never two questions of one topic in quick succession. */
  #pauseMs(topics: ReadonlySet<string>): number {
    const news = [...topics].every((topic) => !this.#topics.has(topic))
    if (this.#failures === 0 && news) return 0
    const pause = backoffMs(this.#options.retryBackoff, Math.max(this.#failures, 1))
    return this.#askedAt + pause - performance.now()
  }

  async #ask(
    topics: readonly string[] | null,
    allowAutoTopicCreation: boolean,
    signal: AbortSignal,
  ): Promise<MetadataResponse> {
    const answer = await this.#send(
      request(metadataApi, {
        topics: topics?.map((name) => ({ topicId: ZERO_UUID, name })) ?? null,
        allowAutoTopicCreation,
        includeClusterAuthorizedOperations: false,
        includeTopicAuthorizedOperations: false,
      }),
      signal,
    )
    this.#check(answer)
    this.#recovery.answered()
    this.#nodes = nodesOf(answer)
    this.#clusterId = answer.clusterId
    this.#controllerId = answer.controllerId
    return answer
  }

  /** Throws where the answer says nothing of the cluster: something retriable where another broker may know more. */
  #check({ errorCode, brokers, clusterId }: MetadataResponse): void {
    if (errorCode === ErrorCode.REBOOTSTRAP_REQUIRED) {
      if (this.#recovery.enabled) this.#rebootstrap('a broker asked for it.')
      throw new DisconnectError(
        'A broker asked its client to begin again at its bootstrap servers.',
      )
    }
    if (errorCode !== ErrorCode.NONE) throw brokerError(errorCode, 'Cannot get metadata')
    // A broker that has just started knows of none, not even of itself.
    if (brokers.length === 0) throw new DisconnectError('A broker knows of no brokers yet.')
    if (this.#clusterId === null || this.#clusterId === clusterId) return
    log.warn(
      `The brokers answer for cluster ${clusterId} now, and did for ${this.#clusterId} before: check bootstrap.servers.`,
    )
  }

  #apply(answer: MetadataResponse, asked: readonly string[]): void {
    for (const topic of topicsOf(answer, this.#topics)) this.#topics.set(topic.name, topic)
    for (const name of asked) this.#stale.delete(name)
    const troubled = asked.some((name) => problemOf(this.#topics.get(name)) !== ErrorCode.NONE)
    this.#failures = troubled ? this.#failures + 1 : 0
  }

  #isOld(topic: TopicMetadata | undefined): boolean {
    if (topic === undefined) return true
    return performance.now() - topic.refreshedAt > this.#options.metadataMaxAgeMs
  }
}

/** What keeps a topic from being used. A partition without a leader does not: the others may be written to. */
function problemOf(topic: TopicMetadata | undefined): number {
  if (topic === undefined) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
  if (topic.errorCode !== ErrorCode.NONE) return topic.errorCode
  return topic.partitions.length === 0 ? ErrorCode.LEADER_NOT_AVAILABLE : ErrorCode.NONE
}

/** Where no broker answered, that is the error; the topic may well be there. */
function missing(name: string, began: number, cause: Error): Error {
  if (codeOf(cause) === undefined) return cause
  const waitedMs = Math.round(performance.now() - began)
  return new TopicMissingError(
    `Topic ${name} not present in metadata after ${waitedMs} ms (${cause.message}). ` +
      'Create the topic, or let the brokers do it with auto.create.topics.enable=true.',
    { cause },
  )
}

/** A time limit that is over says less than what kept the topic from coming up. */
function outOfTime(signal: AbortSignal, reason: Error | undefined): reason is Error {
  return reason !== undefined && reasonOf(signal).name === 'TimeoutError'
}
