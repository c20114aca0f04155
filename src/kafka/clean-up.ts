import { isRetriable } from '../errors/connect-error.ts'
import { delay } from '../util/abort.ts'
import { CoordinatorLink } from './group/coordinator.ts'
import { leaveGroup } from './group/member-requests.ts'
import { backoffMs } from './net/backoff.ts'
import { clientOptions } from './net/client-options.ts'
import { KafkaClient } from './net/client.ts'
import { request } from './protocol/api.ts'
import { brokerError, ErrorCode } from './protocol/errors.ts'
import { initProducerIdApi } from './protocol/transactions.ts'
import type { ClientConfig } from './types.ts'

/** Under which names a client that is gone may still be known to the cluster. */
export interface LeftBehind {
  readonly groupId?: string
  readonly memberId?: string
  readonly transactionalId?: string
}

/** As little as a transaction may be given: the one this begins is never used. */
const transactionTimeoutMs = 1000

/**
 * Takes out of the cluster what a client that died has left there: its members leave their groups, so that the others need not wait
 * for its session to end, and its transactions are aborted and its producers fenced (KIP-360), so that nothing of them can follow.
 */
export async function cleanUp(
  config: ClientConfig,
  left: readonly LeftBehind[],
  signal: AbortSignal,
): Promise<void> {
  const client = new KafkaClient(clientOptions(config))
  try {
    await Promise.all(left.map((each) => cleanUpOne(client, each, signal)))
  } finally {
    await client.close()
  }
}

async function cleanUpOne(
  client: KafkaClient,
  { groupId, memberId, transactionalId }: LeftBehind,
  signal: AbortSignal,
): Promise<void> {
  if (groupId !== undefined && memberId !== undefined) {
    const coordinator = new CoordinatorLink(client, groupId, 'clean-up')
    const leave = (): Promise<void> => leaveGroup(coordinator, groupId, memberId, signal)
    await untilDone(client, leave, () => coordinator.forget(), signal)
  }
  if (transactionalId !== undefined) {
    const forget = (): void => client.coordinators.forget('transaction', transactionalId)
    await untilDone(client, () => fence(client, transactionalId, signal), forget, signal)
  }
}

/** Tries again, with pauses, what may come right: the coordinator moves, or it is still aborting what it found open. */
async function untilDone(
  client: KafkaClient,
  attempt: () => Promise<void>,
  forget: () => void,
  signal: AbortSignal,
): Promise<void> {
  for (let failures = 1; ; failures++) {
    try {
      await attempt()
      return
    } catch (error) {
      if (signal.aborted || !isRetriable(error)) throw error
      forget()
      await delay(backoffMs(client.options.retryBackoff, failures), signal)
    }
  }
}

/** An open transaction is aborted first: until that is done the answer is CONCURRENT_TRANSACTIONS. */
async function fence(
  client: KafkaClient,
  transactionalId: string,
  signal: AbortSignal,
): Promise<void> {
  const node = await client.coordinators.find('transaction', transactionalId, signal)
  const body = { transactionalId, transactionTimeoutMs, producerId: -1, producerEpoch: -1 }
  const asked = request(initProducerIdApi, body)
  const { errorCode } = await client.send(node, 'clean-up', asked, signal)
  if (errorCode === ErrorCode.NONE) return
  throw brokerError(errorCode, `Cannot fence the transactional id ${transactionalId}`)
}
