// Runs a file task on standard input or output in a thread, as the worker does: `node stdio-host.mjs source|sink COUNT`.
// The source reports COUNT lines as JSON, then the thread is terminated and the process exits; the sink puts COUNT lines.
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'

const plugin = new URL('../../../dist/connectors/file/index.js', import.meta.url)

if (isMainThread) {
  const [role, count] = process.argv.slice(2)
  const thread = new Worker(new URL(import.meta.url), {
    workerData: { role, count: Number(count) },
  })
  thread.on('message', async (lines) => {
    if (lines !== null) console.log(JSON.stringify(lines))
    await thread.terminate()
    process.exit(0)
  })
} else {
  const { role, count } = workerData
  const connectors = await import(plugin)
  parentPort.postMessage(
    role === 'source' ? await readLines(connectors, count) : await writeLines(connectors, count),
  )
}

/** Reads in two tasks, one after the other: what the first leaves unread is the second one's. */
async function readLines({ FileStreamSourceConnector }, count) {
  const TaskClass = new FileStreamSourceConnector().taskClass()
  const signal = AbortSignal.any([])
  const lines = []
  for (const goal of [1, count]) {
    const task = new TaskClass()
    await task.start({ topic: 't', 'batch.size': '1' }, signal)
    while (lines.length < goal) {
      for (const record of (await task.poll(signal)) ?? []) {
        lines.push([record.value, record.sourcePartition, record.sourceOffset])
      }
    }
    await task.stop()
  }
  return lines
}

async function writeLines({ FileStreamSinkConnector }, count) {
  const TaskClass = new FileStreamSinkConnector().taskClass()
  const task = new TaskClass()
  await task.start({})
  for (let line = 0; line < count; line += 1000) {
    await task.put(
      Array.from({ length: 1000 }, (_, i) => ({ value: `line ${line + i}`, valueSchema: null })),
    )
  }
  await task.flush()
  await task.stop()
  return null
}
