import { CoordinatorLink } from './group/coordinator.ts'
import { leaveGroup } from './group/member-requests.ts'
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
    await leaveGroup(coordinator, groupId, memberId, signal)
  }
  if (transactionalId !== undefined) await fence(client, transactionalId, signal)
}

async function fence(
  client: KafkaClient,
  transactionalId: string,
  signal: AbortSignal,
): Promise<void> {
  const node = await client.coordinators.find('transaction', transactionalId, signal)
  const body = { transactionalId, transactionTimeoutMs, producerId: -1, producerEpoch: -1 }
  const { errorCode } = await client.send(
    node,
    'clean-up',
    request(initProducerIdApi, body),
    signal,
  )
  if (errorCode !== ErrorCode.NONE) {
    throw brokerError(errorCode, `Cannot fence the transactional id ${transactionalId}`)
  }
}
