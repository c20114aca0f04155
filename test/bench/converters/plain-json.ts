import type { ConverterTask } from './converter-task.ts'
import { Kept, linesOf, pack, Target } from './documents.ts'
import { serve } from './serve.ts'
import type { Work } from './serve.ts'

/** What the engine itself has: JSON.parse of the text of each record, and JSON.stringify into a batch. */
export async function main(): Promise<void> {
  await serve((task) => Promise.resolve(task.work === 'read' ? parser(task) : writer(task)))
}

interface Order {
  readonly id: number
}

function parser(task: ConverterTask): Work {
  const lines = linesOf(task)
  const { bytes, starts } = pack(lines)
  const kept = new Kept<Order>()
  return {
    count: lines.length,
    step(i) {
      const text = bytes.utf8Slice(starts[i] ?? 0, starts[i + 1] ?? 0)
      const value = JSON.parse(text) as Order
      kept.add(value)
      return value.id
    },
    last: () => JSON.stringify(kept.last),
  }
}

function writer(task: ConverterTask): Work {
  const values = linesOf(task).map((line) => JSON.parse(line) as Order)
  const target = new Target()
  return {
    count: values.length,
    step(i) {
      const { buffer } = target
      const at = target.next()
      const text = JSON.stringify(values[i])
      return target.written(at + buffer.utf8Write(text, at, buffer.length - at))
    },
    last: () => target.last(),
  }
}
