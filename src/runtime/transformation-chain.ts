import type { Predicate, Transformation } from '../api/transformation.ts'
import { withoutPrefix } from '../config/client-config.ts'
import type { ConnectorConfig } from '../config/types.ts'
import type { ConnectRecord } from '../data/records.ts'
import type { TaskCounters } from '../messages/counters.ts'
import { ConfigError, ConnectError } from '../errors/connect-error.ts'
import type { MaybePromise } from '../util/maybe-promise.ts'
import { isPromise } from '../util/maybe-promise.ts'
import type { Closer, Instantiate, PluginInstances } from './converters.ts'
import type { PluginCall } from './task.ts'

/** A transformation as its configuration names it. */
export interface StepName {
  readonly alias: string
  readonly className: string
  /** Whose verdict decides whether it is applied; null where it always is. */
  readonly condition: {
    readonly alias: string
    readonly className: string
    readonly negate: boolean
  } | null
}

interface Step extends StepName {
  readonly transformation: Pick<Transformation, 'apply'>
  readonly predicate: Pick<Predicate, 'test'> | null
  readonly negate: boolean
}

/** Sees what the plugins of a chain do. */
export interface ChainObserver {
  /** The predicate of `step` has said so of `record`. */
  tested(step: StepName, record: ConnectRecord, verdict: boolean): void
  /** To return what `apply` does. */
  applied(
    step: StepName,
    record: ConnectRecord,
    apply: () => MaybePromise<ConnectRecord | null>,
  ): MaybePromise<ConnectRecord | null>
}

/** The transformations of a task, in the order of `transforms`, each under its predicate. */
export class TransformationChain {
  readonly #steps: readonly Step[]
  /** Each lets go of what one of the plugins holds. */
  readonly closers: readonly Closer[]
  readonly #call: PluginCall
  #at = 0
  /** What the step was given that failed last. */
  #failedInput: ConnectRecord | null = null
  #counters: TaskCounters | null = null
  #timesNext = false

  private constructor(steps: readonly Step[], closers: readonly Closer[], call: PluginCall) {
    this.#steps = steps
    this.closers = closers
    this.#call = call
  }

  /** Loads and configures what `transforms` and `predicates` name; null where there is nothing to apply. */
  static async open(
    instantiate: Instantiate,
    config: ConnectorConfig,
    call: PluginCall,
  ): Promise<TransformationChain | null> {
    const aliases = list(config.transforms)
    if (aliases.length === 0) return null
    const closers: Closer[] = []
    const open = opener(instantiate, call, closers)
    const predicates = await openPredicates(open, config)
    const steps: Step[] = []
    for (const alias of aliases) steps.push(await openStep(open, config, alias, predicates))
    return new TransformationChain(steps, closers, call)
  }

  /**
   * The same plugins for records that are taken through them beside the others: where it fails does not change where
   * this chain goes on. Not timed, and nothing of it is to be closed.
   */
  beside(): TransformationChain {
    return new TransformationChain(this.#steps, [], this.#call)
  }

  /** The same plugins, with each of their calls seen by `observer`. Not timed, and nothing of it is to be closed. */
  observedBy(observer: ChainObserver): TransformationChain {
    const steps = this.#steps.map((step) => observed(step, observer))
    return new TransformationChain(steps, [], this.#call)
  }

  /** Java name of the transformation that ran last: the one at fault after `apply` has thrown. */
  get lastClassName(): string {
    return this.#steps[this.#at]?.className ?? ''
  }

  /** Where the times are counted. */
  timeIn(counters: TaskCounters): void {
    this.#counters = counters
  }

  /** The time of the next record is taken: called once a batch, as the clock for every record would cost too much. */
  timeNext(): void {
    this.#timesNext = this.#counters !== null
  }

  /** The record after every step, or null once a step has dropped it. */
  apply<R extends ConnectRecord>(record: R): MaybePromise<R | null> {
    if (this.#timesNext) return this.#applyTimed(record)
    return this.#applyFrom(0, record) as MaybePromise<R | null>
  }

  /** Goes on with the step that failed last, and the record it was given; the steps before it are not repeated. */
  applyAgain(): MaybePromise<ConnectRecord | null> {
    const input = this.#failedInput
    this.#failedInput = null
    if (input === null) throw new ConnectError('No transformation has failed that could go on.')
    return this.#applyFrom(this.#at, input)
  }

  #applyTimed<R extends ConnectRecord>(record: R): MaybePromise<R | null> {
    this.#timesNext = false
    const began = performance.now()
    const result = this.#applyFrom(0, record) as MaybePromise<R | null>
    const done = (): void => this.#counters?.observe('transform', performance.now() - began)
    if (isPromise(result)) return Promise.resolve(result).finally(done)
    done()
    return result
  }

  #applyFrom(first: number, record: ConnectRecord): MaybePromise<ConnectRecord | null> {
    let current: ConnectRecord = record
    try {
      for (let at = first; at < this.#steps.length; at++) {
        const step = this.#steps[at]
        if (step === undefined) break
        this.#at = at
        if (step.predicate !== null && step.predicate.test(current) === step.negate) continue
        const next = step.transformation.apply(current)
        if (isPromise(next)) return this.#applyLater(at, current, next)
        if (next === null) return null
        current = next
      }
    } catch (error) {
      this.#failedInput = current
      throw error
    }
    return current
  }

  async #applyLater(
    at: number,
    input: ConnectRecord,
    applying: Promise<ConnectRecord | null>,
  ): Promise<ConnectRecord | null> {
    let result: ConnectRecord | null
    try {
      result = await applying
    } catch (error) {
      this.#failedInput = input
      throw error
    }
    return result === null ? null : this.#call('convert', () => this.#applyFrom(at + 1, result))
  }
}

function observed(step: Step, observer: ChainObserver): Step {
  const { transformation, predicate } = step
  return {
    ...step,
    transformation: {
      apply: (record) => observer.applied(step, record, () => transformation.apply(record)),
    },
    predicate: predicate && {
      test: (record) => {
        const verdict = predicate.test(record)
        observer.tested(step, record, verdict)
        return verdict
      },
    },
  }
}

/** Loads and configures the plugin that `type` and `plugin.version` of its settings name, and notes how to close it. */
type Open = <K extends 'transformation' | 'predicate'>(
  kind: K,
  prefix: string,
  settings: ConnectorConfig,
) => Promise<{ readonly instance: PluginInstances[K]; readonly className: string }>

function opener(instantiate: Instantiate, call: PluginCall, closers: Closer[]): Open {
  return async (kind, prefix, { type, 'plugin.version': version, ...settings }) => {
    if (type === undefined) throw missing(`${prefix}type`)
    const { instance, className } = await instantiate(kind, type.trim(), version)
    closers.push({ className, close: () => instance.close?.() })
    await call('configure', () => instance.configure(settings))
    return { instance, className }
  }
}

interface OpenPredicate {
  readonly instance: Predicate
  readonly className: string
}

async function openPredicates(
  open: Open,
  config: ConnectorConfig,
): Promise<Map<string, OpenPredicate>> {
  const predicates = new Map<string, OpenPredicate>()
  for (const alias of list(config.predicates)) {
    const prefix = `predicates.${alias}.`
    predicates.set(alias, await open('predicate', prefix, withoutPrefix(config, prefix)))
  }
  return predicates
}

async function openStep(
  open: Open,
  config: ConnectorConfig,
  alias: string,
  predicates: ReadonlyMap<string, OpenPredicate>,
): Promise<Step> {
  const prefix = `transforms.${alias}.`
  const { predicate, negate, ...settings } = withoutPrefix(config, prefix)
  const found = predicate === undefined ? null : predicates.get(predicate.trim())
  if (found === undefined) {
    throw new ConfigError(
      `Invalid value ${predicate ?? ''} for configuration transforms.${alias}.predicate: expected one of the aliases in "predicates". Add it there, or correct the name.`,
    )
  }
  const { instance, className } = await open('transformation', prefix, settings)
  const negated = negate?.trim().toLowerCase() === 'true'
  const condition = found && {
    alias: predicate?.trim() ?? '',
    className: found.className,
    negate: negated,
  }
  return {
    ...{ alias, className, condition, transformation: instance },
    ...{ predicate: found?.instance ?? null, negate: negated },
  }
}

function missing(key: string): ConfigError {
  return new ConfigError(`Missing required configuration "${key}" which has no default value.`)
}

function list(value: string | undefined): readonly string[] {
  const text = value?.trim() ?? ''
  return text === '' ? [] : text.split(/\s*,\s*/)
}
