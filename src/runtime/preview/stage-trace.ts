import { javaNameOf, asError } from '../../errors/connect-error.ts'
import type { MaybePromise } from '../../util/maybe-promise.ts'
import { isPromise } from '../../util/maybe-promise.ts'
import { failureSentence } from '../record-errors.ts'
import type { FailedRecord } from '../record-errors.ts'
import { jsonArray, jsonObject, jsonOf } from './json-text.ts'
import type { JsonText } from './json-text.ts'
import type { PreviewText } from './preview-text.ts'

/** What became of a record. */
export type Outcome = 'sent' | 'put' | 'dropped' | 'failed'

/** What a stage is called by: Java's name of it, the class at work, and what tells it from others of its kind. */
interface StageHead {
  readonly stage: string
  readonly class: string
  readonly alias?: string
  /** Of a header. */
  readonly header?: string
}

interface Entry {
  readonly head: StageHead
  predicate: JsonText | undefined
  applied: boolean | undefined
  before: JsonText | undefined
  after: JsonText | undefined
}

/** The stages of one record, in the order in which it came through them. */
export class StageTrace {
  readonly text: PreviewText
  #entries: Entry[] = []

  constructor(text: PreviewText) {
    this.text = text
  }

  begin(): void {
    this.#entries = []
    this.text.beginRecord()
  }

  /** A stage of which there is only what it gives, or only what it is given. */
  note(head: StageHead, sides: { readonly before?: JsonText; readonly after?: JsonText }): void {
    this.#add(head, sides.before).after = sides.after
  }

  /** The predicate of the next transformation; where that is not applied, all there is of it. */
  noteVerdict(head: StageHead, before: JsonText, predicate: JsonText, applied: boolean): void {
    const entry = this.#add(head, before)
    entry.predicate = predicate
    entry.applied = applied
    if (!applied) entry.after = before
  }

  /** What `operation` is given and makes of it. Where it throws, there is nothing after it. */
  observe<T>(
    head: StageHead,
    before: () => JsonText,
    operation: () => MaybePromise<T>,
    write: (result: T) => JsonText,
  ): MaybePromise<T> {
    const last = this.#entries.at(-1)
    const isNoted = last?.applied === true && last.head.alias === head.alias
    const entry = isNoted ? last : this.#add(head, before())
    const done = (result: T): T => {
      entry.after = write(result)
      return result
    }
    const result = operation()
    return isPromise(result) ? result.then(done) : done(result)
  }

  /** The record as the answer has it. */
  toJson(outcome: Outcome, error?: JsonText): JsonText {
    const stages = this.#entries.map(({ head, predicate, applied, before, after }) =>
      jsonObject({
        stage: jsonOf(head.stage),
        alias: head.alias === undefined ? undefined : jsonOf(head.alias),
        header: head.header === undefined ? undefined : this.text.text(head.header),
        class: jsonOf(head.class),
        predicate,
        applied: applied === undefined ? undefined : jsonOf(applied),
        before,
        after,
      }),
    )
    return jsonObject({ outcome: jsonOf(outcome), error, stages: jsonArray(stages) })
  }

  /** Why a record failed, as the log of its task would say it; `then` is what would become of it. */
  failure(failed: FailedRecord, then: string): JsonText {
    return jsonObject({
      stage: jsonOf(failed.stage),
      class: jsonOf(failed.className),
      exception: jsonOf(javaNameOf(asError(failed.error))),
      message: this.text.text(failureSentence(failed, true)),
      then: this.text.text(then),
    })
  }

  #add(head: StageHead, before: JsonText | undefined): Entry {
    const entry = { head, predicate: undefined, applied: undefined, before, after: undefined }
    this.#entries.push(entry)
    return entry
  }
}
