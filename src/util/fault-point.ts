/**
 * The places where a test may make the process die, wait or fail, so that a kill hits exactly there and not by luck.
 * Nothing is done at them unless `SLUICE_TEST_HOOKS` names a module, which only tests do.
 */
export type FaultPoint =
  /** A source task is about to poll / its records are polled and not yet sent. */
  | 'source.poll'
  | 'source.polled'
  /** A source task is about to hand over the offsets of records that Kafka has acknowledged; where there are none, it is not passed. */
  | 'source.flush'
  /** Source offsets are about to be written / are on their way to their topic / are durable. */
  | 'offsets.write'
  | 'offsets.writing'
  | 'offsets.written'
  /** A source task's transaction has its offsets and is about to be committed / is committed, and the task has not been told. */
  | 'transaction.commit'
  | 'transaction.committed'
  /** A file's new content lies beside it and is not in its place yet. */
  | 'file.replace'
  /** A sink task is about to be given records / has taken them. */
  | 'sink.put'
  | 'sink.delivered'
  /** A sink task's preCommit (its flush) is about to run / its offsets are about to be committed. */
  | 'sink.flush'
  | 'sink.commit'
  /** A consumer is about to join its group / has joined and does not know its partitions yet. */
  | 'group.join'
  | 'group.joined'

type Hook = (point: FaultPoint) => void

let hook: Hook | null = null

/** Marks one of the places above. Called once a batch at most, never once a record. */
export function faultPoint(point: FaultPoint): void {
  hook?.(point)
}

/** Loads the tests' module, once a thread: its default export is called at every fault point. */
export async function loadTestHooks(): Promise<void> {
  const url = process.env.SLUICE_TEST_HOOKS
  if (url === undefined || url === '') return
  const module: unknown = await import(url)
  if (!isHookModule(module)) {
    throw new TypeError(`SLUICE_TEST_HOOKS=${url}: expected a module whose default is a function.`)
  }
  hook = module.default
}

function isHookModule(module: unknown): module is { readonly default: Hook } {
  return (
    typeof module === 'object' &&
    module !== null &&
    'default' in module &&
    typeof module.default === 'function'
  )
}
