interface Held {
  readonly connection: number
  readonly api: number
  readonly release: (overtaken: boolean) => void
}

/** Requests that are held until a like one of another connection has been answered. */
export class Overtaking {
  readonly #held = new Set<Held>()

  /** Resolves to whether that happened within `ms`. */
  async overtaken(connection: number, api: number, ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const release = (overtaken: boolean): void => {
        clearTimeout(timer)
        this.#held.delete(held)
        resolve(overtaken)
      }
      const held = { connection, api, release }
      const timer = setTimeout(() => release(false), ms)
      this.#held.add(held)
    })
  }

  /** To be called when the broker has answered a request of `api` on `connection`. */
  answered(connection: number, api: number): void {
    for (const held of [...this.#held]) {
      if (held.api === api && held.connection !== connection) held.release(true)
    }
  }
}
