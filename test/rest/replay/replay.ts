import { expect } from 'vitest'
import type { Answer } from './client.ts'
import { send } from './client.ts'
import { comparable, expectedAnswer, movedCall } from './comparable.ts'
import type { Surroundings } from './comparable.ts'
import { differenceOf } from './differences.ts'
import { notReplayedIds } from './not-replayed.ts'
import type { RecordedCall } from './recorded.ts'
import { stepAfter } from './steps.ts'

/** Sends the calls of one recorded file in their order, but those that concern what is not ours, and compares every answer. */
export async function replay(
  calls: readonly RecordedCall[],
  surroundings: Surroundings,
): Promise<void> {
  for (const call of calls) {
    if (!notReplayedIds.has(call.id)) await replayCall(call, surroundings)
    await stepAfter(call.id, surroundings.mode)?.(surroundings)
  }
}

async function replayCall(call: RecordedCall, surroundings: Surroundings): Promise<void> {
  const answer = comparable(
    call,
    surroundings,
    await send(surroundings.port, movedCall(call, surroundings)),
  )
  const java = expectedAnswer(call, surroundings)
  const what = `${call.id} (${call.note || call.path})`
  const difference = differenceOf(call.id, surroundings.mode)
  if (!difference) {
    expect.soft(answer, what).toEqual(java)
    return
  }
  expect.soft(answer, `${what} still differs`).not.toEqual(java)
  const listed = difference.answers[call.id]
  if (listed === undefined) {
    const without = (whole: Answer): unknown =>
      difference.apart?.without({ ...whole, body: JSON.parse(whole.body) as unknown })
    expect.soft(without(answer), `${what}: ${difference.title}`).toEqual(without(java))
  } else {
    expect.soft(essence(answer, surroundings), `${what}: ${difference.title}`).toEqual(listed)
  }
}

/** Status and message, or the whole body, with the worker's address taken out; of what is no JSON its type. */
function essence({ status, contentType, body }: Answer, { port }: Surroundings): [number, unknown] {
  if (contentType !== undefined && contentType !== 'application/json') return [status, contentType]
  const value = JSON.parse(body.replaceAll(`127.0.0.1:${port}`, '{worker}')) as {
    message?: unknown
  }
  return [status, status >= 400 ? value.message : value]
}
