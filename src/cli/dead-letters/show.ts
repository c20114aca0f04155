import { byteFormatOf, hexOf } from '../../data/byte-format.ts'
import { bytesText } from '../../runtime/failure-text.ts'
import { letterOf, matches, placeOf } from './letter.ts'
import type { Letter } from './letter.ts'
import type { LetterTopics } from './letter-topics.ts'
import type { DlqOptions } from './options.ts'

const shownUnlessAsked = 10

/** Prints letters with all that is known of them. */
export async function show(
  topics: LetterTopics,
  options: DlqOptions,
  print: (line: string) => void,
): Promise<void> {
  const { filter, limit } = options
  const count = { left: limit ?? shownUnlessAsked, more: false }
  await topics.read(await topics.ranges(options.topics), (records) => {
    for (const raw of records) {
      const letter = letterOf(raw)
      if (!matches(letter, filter)) continue
      if (count.left-- <= 0) {
        count.more = true
        return Promise.resolve(false)
      }
      for (const line of linesOf(letter, options)) print(line)
    }
    return Promise.resolve(true)
  })
  if (count.more) print('There are more: ask for them by --limit, --offset or another filter.')
}

function* linesOf(letter: Letter, { shownBytes, trace }: DlqOptions): Generator<string> {
  const { raw, own, replays, context } = letter
  const time = raw.timestamp < 0 ? '' : `  ${new Date(raw.timestamp).toISOString()}`
  yield `${placeOf(raw)}${time}`
  if (context('topic') !== undefined) {
    const source = context('source.partition')
    yield field('from', source === undefined ? kafkaOrigin(letter) : sourceOrigin(letter, source))
    yield field(
      'connector',
      `${context('connector.name') ?? '?'}, task ${context('task.id') ?? '?'}`,
    )
    yield field('failed in', `${context('stage') ?? '?'}, ${context('class.name') ?? '?'}`)
    const message = context('exception.message') ?? ''
    yield field('with', `${context('exception.class.name') ?? '?'}: ${message}`)
  }
  if (replays > 0) yield field('replayed', replays === 1 ? 'once' : `${replays} times`)
  yield* bytesLines('key', raw.key, letter, shownBytes)
  yield* bytesLines('value', raw.value, letter, shownBytes)
  for (const { key, value } of own) {
    yield field('header', `${key} = ${value === null ? 'null' : headerText(value, shownBytes)}`)
  }
  const stack = context('exception.stacktrace')
  if (trace && stack !== undefined) {
    for (const line of stack.trimEnd().split('\n')) yield `    ${line}`
  }
  yield ''
}

function kafkaOrigin({ context }: Letter): string {
  return `${context('topic') ?? '?'}-${context('partition') ?? '?'}@${context('offset') ?? '?'}`
}

function sourceOrigin({ context }: Letter, partition: string): string {
  return `source partition ${partition}, offset ${context('source.offset') ?? '?'}, for topic ${context('topic') ?? '?'} (kept as ${context('format') ?? '?'})`
}

function* bytesLines(
  role: 'key' | 'value',
  bytes: Buffer | null,
  { context }: Letter,
  shownBytes: number,
): Generator<string> {
  if (bytes === null) {
    yield field(role, 'null')
    return
  }
  const failedHere = context('stage') === `${role.toUpperCase()}_CONVERTER`
  const className = failedHere ? (context('class.name') ?? '') : ''
  const said = bytesText(className, { role, bytes }, true)
  // The way out is one for the converter that failed; the other has read its bytes.
  yield field(role, failedHere ? said : said.slice(0, said.indexOf('.') + 1))
  if (bytes.length > 0) yield field('', hexOf(bytes, shownBytes))
  if (isText(bytes)) yield field('', printable(bytes.toString('utf8', 0, shownBytes)))
}

function headerText(value: Uint8Array, shownBytes: number): string {
  const text = Buffer.from(value).toString('utf8', 0, shownBytes)
  return isText(value) ? printable(text) : hexOf(value, shownBytes)
}

function isText(bytes: Uint8Array): boolean {
  return ['text', 'json', 'connect-json', 'empty'].includes(byteFormatOf(bytes).kind)
}

/** In one line, as JSON writes it; what a terminal would obey besides is escaped where lines are printed. */
function printable(text: string): string {
  return JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"')
}

function field(name: string, text: string): string {
  return `  ${name.padEnd(10)} ${text.replaceAll('\n', ' ')}`
}
