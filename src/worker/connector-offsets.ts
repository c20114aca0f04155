import type { ConnectorOffset, OffsetChange } from '../messages/connector-offsets.ts'
import { OffsetPlugin } from './offset-plugin.ts'
import type { AlterOffsets, ConnectorRef } from './offset-plugin.ts'
import type { OffsetService } from './offset-service.ts'
import { SinkOffsets } from './sink-offsets.ts'
import type { SinkGroups } from './sink-offsets.ts'
import { SourceOffsets } from './source-offsets.ts'
import { TimeBudget } from './time-budget.ts'

export interface ConnectorOffsetsParts {
  readonly service: OffsetService
  readonly groups: SinkGroups
  readonly alterOffsets: AlterOffsets
  /** Most time that one modification may take. */
  readonly limitMs?: number
}

/** Within what REST gives a request, so that it is told what took so long. */
const defaultLimitMs = 80_000

/** The offsets of connectors as REST shows and changes them (KIP-875). */
export class ConnectorOffsets {
  readonly #limitMs: number
  readonly #sources: SourceOffsets
  readonly #sinks: SinkOffsets

  constructor({ service, groups, alterOffsets, limitMs }: ConnectorOffsetsParts) {
    this.#limitMs = limitMs ?? defaultLimitMs
    const plugin = new OffsetPlugin(alterOffsets)
    this.#sources = new SourceOffsets({ service, plugin })
    this.#sinks = new SinkOffsets(groups, plugin)
  }

  read(connector: ConnectorRef, signal: AbortSignal): Promise<readonly ConnectorOffset[]> {
    return this.#of(connector).read(connector, signal)
  }

  /**
   * Resets every offset where `changes` is null. Answers whether the connector says that it has done its part. To be
   * called only while the connector has no tasks, and by one at a time.
   */
  async modify(
    connector: ConnectorRef,
    changes: readonly OffsetChange[] | null,
    signal: AbortSignal,
  ): Promise<boolean> {
    const budget = new TimeBudget(this.#limitMs, signal)
    try {
      return await this.#of(connector).modify(connector, changes, budget)
    } finally {
      budget.close()
    }
  }

  #of({ type }: ConnectorRef): SourceOffsets | SinkOffsets {
    return type === 'source' ? this.#sources : this.#sinks
  }
}
