import { setTimeout as delay } from 'node:timers/promises'
import { RetriableError } from 'sluice/api'
import { LostAnswerError, UnreachableError } from './exchange.ts'
import { isStandby } from './remote-exception.ts'

/** How often all addresses are tried before the caller hears of it, and the waits between. */
const waitsMs = [250, 1000]

export interface NameNodeCall {
  /** For messages. */
  readonly action: string
  /** Whether it may be asked again where nobody knows whether it was done. */
  readonly repeatable: boolean
}

/**
 * The addresses of WebHDFS or HttpFS that lead to one file system. Of NameNodes only one is active: it is remembered, and looked for anew
 * when it cannot be reached or says that it stands by.
 */
export class NameNodes {
  readonly #addresses: readonly URL[]
  #active = 0

  constructor(addresses: readonly URL[]) {
    this.#addresses = addresses
  }

  /** Answers with what `call` answers, from the first address that is active. Rejects with a RetriableError where there is none. */
  async ask<T>(
    { action, repeatable }: NameNodeCall,
    call: (address: URL) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    let last: unknown = null
    for (let round = 0; round <= waitsMs.length; round++) {
      if (round > 0) await delay(waitsMs[round - 1], undefined, { signal })
      for (const _try of this.#addresses) {
        const at = this.#active
        try {
          return await call(this.#addressAt(at))
        } catch (error) {
          signal.throwIfAborted()
          const again = error instanceof UnreachableError || isStandby(error)
          if (!again && error instanceof LostAnswerError && !repeatable) {
            throw new RetriableError(
              `It is not known whether ${action} was done: ${error.message}`,
              {
                cause: error,
              },
            )
          }
          if (!again && !(error instanceof LostAnswerError)) throw error
          last = error
          // Another request may have moved on meanwhile.
          if (this.#active === at) this.#active = (at + 1) % this.#addresses.length
        }
      }
    }
    throw new RetriableError(`Cannot ${action}: ${this.#told(last)}`, { cause: last })
  }

  #addressAt(index: number): URL {
    const address = this.#addresses[index]
    if (address === undefined) throw new Error('There is no address of HDFS.')
    return address
  }

  #told(error: unknown): string {
    const addresses = this.#addresses.map(({ origin }) => origin).join(', ')
    const why = error instanceof Error ? error.message : String(error)
    const hint =
      'Set webhdfs.url to the HTTP addresses of the NameNodes or of HttpFS, or hadoop.conf.dir to a folder with their hdfs-site.xml.'
    return `none of ${addresses} answers as the active NameNode (${why}). ${hint}`
  }
}
