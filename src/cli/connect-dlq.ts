import { runDeadLetters } from './dead-letters/run.ts'

const stop = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort())
// A reader that has seen enough, as `head`, ends the command.
process.stdout.on('error', () => process.exit(0))

const terminal = {
  out: (line: string) => void process.stdout.write(`${line}\n`),
  err: (line: string) => void process.stderr.write(`${line}\n`),
}
process.exitCode = await runDeadLetters(process.argv.slice(2), terminal, stop.signal)
