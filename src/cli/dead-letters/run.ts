import { asError } from '../../errors/connect-error.ts'
import { KafkaClient } from '../../kafka/net/client.ts'
import { clientOptions } from '../../kafka/net/client-options.ts'
import { setLogLevel } from '../../util/log-levels.ts'
import { formatEntry, setLogSink } from '../../util/logger.ts'
import { maskSecrets } from '../../util/secrets.ts'
import { LetterTopics } from './letter-topics.ts'
import { list } from './list.ts'
import { readOptions, usage } from './options.ts'
import type { DlqOptions } from './options.ts'
import { replay } from './replay.ts'
import { show } from './show.ts'
import { plainLine, plainLines } from './terminal-text.ts'

/** Where the command prints to. */
export interface Terminal {
  readonly out: (line: string) => void
  readonly err: (line: string) => void
}

export const exitCodes = { done: 0, usage: 1, failed: 2 } as const

/** `connect-dlq` from its arguments to its exit code. `signal` breaks it off. */
export async function runDeadLetters(
  args: readonly string[],
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const err = (text: string): void => terminal.err(plainLines(maskSecrets(text)))
  setLogLevel('root', 'WARN')
  setLogSink((entry) => err(formatEntry(entry).trimEnd()))
  let options: DlqOptions | null
  try {
    options = await readOptions(args, signal)
  } catch (error) {
    err(`${asError(error).message}\n\n${usage}`)
    return exitCodes.usage
  }
  if (options === null) {
    terminal.out(usage)
    return exitCodes.usage
  }
  try {
    await run(options, (line) => terminal.out(plainLine(line)), signal)
    return exitCodes.done
  } catch (error) {
    err(signal.aborted ? 'Broken off.' : `connect-dlq: ${asError(error).message}`)
    return exitCodes.failed
  }
}

async function run(
  options: DlqOptions,
  out: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const client = new KafkaClient(clientOptions(options.client))
  const topics = new LetterTopics(client, options.client, signal)
  try {
    if (options.command === 'list') await list(topics, options, out)
    else if (options.command === 'show') await show(topics, options, out)
    else await replay(topics, options, out, signal)
  } finally {
    await client.close()
  }
}
