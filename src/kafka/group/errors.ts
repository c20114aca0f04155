import { ConnectError, RetriableError } from '../../errors/connect-error.ts'

/** The offsets belong to a generation that is over: the partitions may be someone else's (invariant 4). */
export class CommitFailedError extends ConnectError {
  override readonly javaName: string = 'org.apache.kafka.clients.consumer.CommitFailedException'
}

/** The group is being rebalanced: commit again after the next poll, what is still assigned then. */
export class RebalanceInProgressError extends RetriableError {
  override readonly javaName: string = 'org.apache.kafka.common.errors.RebalanceInProgressException'
}
