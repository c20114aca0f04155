import { expect } from 'vitest'
import type { Answer } from './client.ts'
import { send } from './client.ts'
import { comparable, expectedAnswer, movedCall } from './comparable.ts'
import type { Surroundings } from './comparable.ts'
import { differences } from './differences.ts'
import type { RecordedCall } from './recorded.ts'
import { stepsAfter } from './steps.ts'

/** Sends the calls of one recorded file in their order, but those skipped, and compares every answer. */
export async function replay(
  calls: readonly RecordedCall[],
  skipped: ReadonlySet<string>,
  surroundings: Surroundings,
): Promise<void> {
  for (const call of calls) {
    if (!skipped.has(call.id)) await replayCall(call, surroundings)
    await stepsAfter.get(call.id)?.(surroundings)
  }
}

async function replayCall(call: RecordedCall, surroundings: Surroundings): Promise<void> {
  const answer = comparable(call.path, await send(surroundings.port, movedCall(call, surroundings)))
  const java = expectedAnswer(call, surroundings)
  const what = `${call.id} (${call.note || call.path})`
  const difference = differences.find(({ answers }) => call.id in answers)
  if (!difference) {
    expect.soft(answer, what).toEqual(java)
    return
  }
  const [status, text] = difference.answers[call.id] ?? [0, '']
  expect.soft(answer, `${what} still differs`).not.toEqual(java)
  expect.soft(essence(answer, surroundings), `${what}: ${difference.title}`).toEqual([status, text])
}

/** Status and message, or the whole body, with the worker's address taken out. */
function essence({ status, body }: Answer, { port }: Surroundings): [number, unknown] {
  const value = JSON.parse(body.replaceAll(`127.0.0.1:${port}`, '{worker}')) as {
    message?: unknown
  }
  return [status, status >= 400 ? value.message : value]
}
