/**
 * For each invariant of `docs/delivery.md` a small break of it, and the test that must notice. `docs/delivery.md` lists them
 * by name.
 */
export interface Mutant {
  readonly invariant: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8
  readonly name: string
  readonly file: string
  /** Stands in `file` exactly once. */
  readonly find: string
  readonly replace: string
  /** The test file, and part of the full name of the test in it that must fail. */
  readonly noticedBy: readonly [file: string, test: string]
}

export const mutants: readonly Mutant[] = [
  {
    invariant: 1,
    name: 'a source commits the latest acknowledged offset, whatever is open before it',
    file: 'src/runtime/submitted-records.ts',
    find: 'const watermark = this.#acknowledged.acknowledge(from, to)',
    replace: 'const watermark = Math.max(this.#acknowledged.acknowledge(from, to), to)',
    noticedBy: [
      'test/runtime/submitted-records.test.ts',
      'is the last offset below the watermark, a source partition',
    ],
  },
  {
    invariant: 1,
    name: 'a sink commits what was put, not what preCommit says is durable',
    file: 'src/runtime/sink-offset-committer.ts',
    find: 'const said = durable.flatMap(',
    replace: 'const said = (durable.length < 0 ? durable : put).flatMap(',
    noticedBy: [
      'test/runtime/worker-sink-task.test.ts',
      'commits what preCommit answers, though more was put',
    ],
  },
  {
    invariant: 1,
    name: 'a sink commits a record whose dead letter is not acknowledged',
    file: 'src/runtime/sink-offset-committer.ts',
    find: 'await this.#settled(limit.signal)',
    replace: 'void this.#settled(limit.signal)',
    noticedBy: [
      'test/runtime/dead-letters.test.ts',
      'is not committed before its letter is acknowledged',
    ],
  },
  {
    invariant: 2,
    name: 'a record that fails is skipped though errors are not tolerated',
    file: 'src/config/error-keys.ts',
    find: "config['errors.tolerance'] === 'all'",
    replace: "config['errors.tolerance'].length > 0",
    noticedBy: [
      'test/runtime/worker-source-task.test.ts',
      'fails where a record cannot be converted',
    ],
  },
  {
    invariant: 3,
    name: 'a batch that is tried again goes behind those that came after it',
    file: 'src/kafka/producer/partition-queue.ts',
    find: 'this.#queued.splice(at < 0 ? this.#queued.length : at, 0, ...parts)',
    replace: 'this.#queued.splice(at < -1 ? at : this.#queued.length, 0, ...parts)',
    noticedBy: ['test/kafka/producer/kafka-producer.test.ts', 'is in the log once and in order'],
  },
  {
    invariant: 4,
    name: 'what was put of partitions that belong to another member already is committed',
    file: 'src/runtime/sink-rebalance.ts',
    find: '    await this.#close(lost)',
    replace: '    await this.revoked(lost)',
    noticedBy: [
      'test/runtime/worker-sink-task.test.ts',
      'commits before a revoked partition is given up, and nothing of a lost one',
    ],
  },
  {
    invariant: 4,
    name: 'a thread is heard that is not the current one any more',
    file: 'src/messages/channel.ts',
    find: 'isEnvelope(message, this.#incarnation)',
    replace: 'isEnvelope(message, (message as { incarnation: number }).incarnation)',
    noticedBy: ['test/messages/channel.test.ts', 'drops what a dead incarnation says'],
  },
  {
    invariant: 4,
    name: 'a sink puts what it had read although its session is over',
    file: 'src/runtime/sink-delivery.ts',
    find: 'if (!services.lease.held || !consumer.stillHolds()) return this.#drop(records)',
    replace: 'if (!services.lease.held) return this.#drop(records)',
    noticedBy: ['test/runtime/worker-sink-task.test.ts', 'when its session is over'],
  },
  {
    invariant: 4,
    name: 'a source commits offsets although the lease of its worker is over',
    file: 'src/runtime/source-offset-committer.ts',
    find: 'if (!this.#services.lease.held) return',
    replace: 'if (this.#submitted === undefined) return',
    noticedBy: ['test/runtime/lease.test.ts', 'a source sends and commits nothing'],
  },
  {
    invariant: 5,
    name: 'a file is written over in its place',
    file: 'src/util/replace-file.ts',
    find: 'const temporary = `${target}.tmp`',
    replace: 'const temporary = target',
    noticedBy: ['test/util/replace-file.test.ts', 'finds the old one or the new one, whole'],
  },
  {
    invariant: 6,
    name: 'an integer too large for its type is wrapped',
    file: 'src/converters/json/read-scalar.ts',
    find: 'value === null || value < -limit || value >= limit',
    replace: 'value === null',
    noticedBy: ['test/converters/json-converter-differences.test.ts', '{"type":"int8"}: 300'],
  },
  {
    invariant: 7,
    name: 'a source that stops does not wait for what it has sent',
    file: 'src/runtime/at-least-once-delivery.ts',
    find: 'await this.#producer.flush(limit)',
    replace: 'void this.#producer.flush(limit).catch(() => undefined)',
    noticedBy: [
      'test/runtime/worker-source-task.test.ts',
      'drains what it polled and commits it before it stops',
    ],
  },
  {
    invariant: 8,
    name: 'a password prints itself',
    file: 'src/config/password.ts',
    find: `  toString(): string {
    return hidden`,
    replace: `  toString(): string {
    return this.#value`,
    noticedBy: ['test/config/parse-type.test.ts', 'a password shows itself to nothing'],
  },
]
