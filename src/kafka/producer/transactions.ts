import type { TopicPartition } from '../../api/topic-partition.ts'
import { asError, ConnectError } from '../../errors/connect-error.ts'
import { abortable } from '../../util/abort.ts'
import { codeOf, ErrorCode } from '../protocol/errors.ts'
import { partitionText } from '../topic-partitions.ts'
import { ProducerFencedError, TransactionAbortableError } from './errors.ts'
import type { Identity } from './producer-batch.ts'
import type { TransactionCoordinator } from './transaction-coordinator.ts'

/** What no abort helps against, as Java's TransactionManager has it. */
const endsProducer: ReadonlySet<number | undefined> = new Set([
  ErrorCode.PRODUCER_FENCED,
  ErrorCode.CLUSTER_AUTHORIZATION_FAILED,
  ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
  ErrorCode.INVALID_PRODUCER_ID_MAPPING,
  ErrorCode.UNSUPPORTED_VERSION,
])
const endsProducerAtCoordinator: ReadonlySet<number | undefined> = new Set([
  ...endsProducer,
  ErrorCode.INVALID_TXN_STATE,
])

/**
 * The transactions of one producer (KIP-98, KIP-360, KIP-890).
 *
 * new ─init─► ready ─begin─► open ─end─► ready
 *                             open ─fail─► doomed: nothing more is sent, only an abort ends it
 *                          whatever ─fenced, or not allowed─► over, for good
 */
export class Transactions {
  readonly #coordinator: TransactionCoordinator
  readonly #signal: AbortSignal
  /** To be called when more can be sent, or nothing of the transaction any more. */
  readonly #changed: () => void
  #state: 'new' | 'ready' | 'open' | 'ending' = 'new'
  #identity: Identity | null = null
  /** Why the transaction can only be aborted, or, where it is {@link #over}, why nothing can be done any more. */
  #failure: Error | null = null
  #over = false
  /** Partitions that the coordinator knows of; in TV2 those that anything was sent to. */
  readonly #added = new Set<string>()
  readonly #toAdd = new Map<string, TopicPartition>()
  #adding: Promise<void> | null = null
  /** Records under the current epoch were given up that may yet arrive. */
  #lost = false

  constructor(coordinator: TransactionCoordinator, changed: () => void, signal: AbortSignal) {
    this.#coordinator = coordinator
    this.#changed = changed
    this.#signal = signal
  }

  get identity(): Identity | null {
    return this.#identity
  }

  get failure(): Error | null {
    return this.#failure
  }

  /** Whether brokers add a partition to the transaction with its first batch (TV2). */
  get brokersAddPartitions(): boolean {
    return this.#coordinator.brokersAddPartitions
  }

  async init(signal: AbortSignal): Promise<void> {
    this.#expect('new')
    this.#identity = await this.#fencing(this.#coordinator.init(null, signal))
    this.#state = 'ready'
  }

  begin(): void {
    this.#expect('ready')
    this.#state = 'open'
  }

  /** Throws where no record may be appended now. */
  checkOpen(): void {
    this.#expect('open')
  }

  /** Whether a batch of the partition may be sent now; in TV1 it is named to the coordinator first. */
  admits(partition: TopicPartition): boolean {
    if (this.#failure !== null || (this.#state !== 'open' && this.#state !== 'ending')) return false
    const key = partitionText(partition)
    if (this.brokersAddPartitions || this.#added.has(key)) return true
    this.#toAdd.set(key, partition)
    this.#adding ??= this.#add()
    return false
  }

  /** A batch of the partition is on its way. */
  sent(partition: TopicPartition): void {
    if (this.brokersAddPartitions) this.#added.add(partitionText(partition))
  }

  /** A record of the transaction could not be sent: it can only be aborted. */
  fail(cause: Error): void {
    if (this.#failure !== null) return
    this.#over = isOf(endsProducer, cause)
    this.#failure = this.#over
      ? cause
      : new TransactionAbortableError(
          `The transaction has to be aborted, as a record of it was not written: ${cause.message}`,
          { cause },
        )
    this.#changed()
  }

  /** To be called once everything appended is acknowledged. Rejects where the transaction can only be aborted. */
  async commit(signal: AbortSignal): Promise<void> {
    this.#expect('open')
    if (this.#failure !== null) throw this.#failure
    await this.#end(true, signal)
  }

  /** To be called once nothing of the transaction is sent any more. */
  async abort(signal: AbortSignal): Promise<void> {
    if (this.#over && this.#failure !== null) throw this.#failure
    if (this.#state !== 'ending') this.#expect('open')
    if (this.#failure !== null) this.#lost = true
    await this.#end(false, signal)
    this.#failure = null
  }

  async #end(committed: boolean, signal: AbortSignal): Promise<void> {
    this.#state = 'ending'
    // What the coordinator is being told of belongs to this transaction, not to the next.
    this.#toAdd.clear()
    if (this.#adding !== null) await abortable(this.#adding, signal)
    const identity = this.#identity
    if (identity === null) throw new ConnectError('The transactions were not initialized.')
    if (this.#added.size > 0) {
      this.#identity = await this.#fencing(this.#coordinator.end(identity, committed, signal))
    }
    this.#added.clear()
    this.#state = 'ready'
  }

  async #add(): Promise<void> {
    try {
      if (this.#added.size === 0) await this.#raise()
      while (this.#toAdd.size > 0 && this.#identity !== null && this.#failure === null) {
        const [...partitions] = this.#toAdd
        await this.#fencing(
          this.#coordinator.add(
            this.#identity,
            partitions.map(([, partition]) => partition),
            this.#signal,
          ),
        )
        for (const [key] of partitions) {
          this.#toAdd.delete(key)
          this.#added.add(key)
        }
      }
    } catch (error) {
      if (!this.#signal.aborted) this.fail(asError(error))
    } finally {
      this.#adding = null
    }
    this.#changed()
  }

  /**
   * TV1, before a transaction: what went unanswered in those before it may arrive in the middle of this one, a commit
   * among them. Under a higher epoch it is refused (KIP-360). TV2 has one for each transaction.
   */
  async #raise(): Promise<void> {
    if (!this.#lost && !this.#coordinator.mayArriveLate) return
    this.#identity = await this.#fencing(this.#coordinator.init(this.#identity, this.#signal))
    this.#lost = false
  }

  async #fencing<T>(asked: Promise<T>): Promise<T> {
    try {
      return await asked
    } catch (error) {
      if (isOf(endsProducerAtCoordinator, error)) {
        this.#over = true
        this.#failure = asError(error)
      }
      throw error
    }
  }

  #expect(state: 'new' | 'ready' | 'open'): void {
    if (this.#over && this.#failure !== null) throw this.#failure
    if (this.#state === state) return
    const needed = { new: 'none was initialized yet', ready: 'none is open', open: 'one is open' }
    throw new ConnectError(
      `Invalid use of transactions: expected that ${needed[state]}, found the state ${this.#state}.`,
    )
  }
}

function isOf(codes: ReadonlySet<number | undefined>, error: unknown): boolean {
  return error instanceof ProducerFencedError || codes.has(codeOf(error))
}
