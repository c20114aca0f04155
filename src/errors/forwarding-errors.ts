import { ConnectError } from './connect-error.ts'

/** Not for this worker of the cluster: only its leader does what was asked. */
export class NotLeaderError extends ConnectError {
  override readonly javaName: string =
    'org.apache.kafka.connect.runtime.distributed.NotLeaderException'
  /** Where to ask, with a slash at its end; null while no leader is known. */
  readonly leaderUrl: string | null

  constructor(message: string, leaderUrl: string | null) {
    super(message)
    this.leaderUrl = leaderUrl
  }
}

/** Not for this worker of the cluster: what is to be done is done where the connector or task runs. */
export class NotAssignedError extends ConnectError {
  override readonly javaName: string =
    'org.apache.kafka.connect.runtime.distributed.NotAssignedException'
  /** Where to ask, with a slash at its end; null while nobody is known to have it. */
  readonly ownerUrl: string | null

  constructor(message: string, ownerUrl: string | null) {
    super(message)
    this.ownerUrl = ownerUrl
  }
}
