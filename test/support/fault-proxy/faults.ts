/** What a fault does to the request it strikes, or to its response. */
export const faultKinds = [
  /** The broker answers, the client never hears of it; the connection stays. */
  'lose-response',
  /** The connection ends before the broker gets the request. */
  'cut-before',
  /** The broker gets the request and answers; the connection ends before that. */
  'cut-after',
  /** The broker gets a part of the request, then the connection ends. */
  'cut-in-request',
  /** The client gets a part of the response, then the connection ends. */
  'cut-in-response',
  'delay-request',
  'delay-response',
  /**
   * What the connection sends is held until the broker has answered a like request on another one, and a little longer; it
   * gets there all the same, even if the client is gone.
   */
  'overtake',
  /** A byte of the records of a Produce request is another; of any other request the api key. */
  'corrupt-request',
  /** The response has another correlation id, an impossible length, or ends too early; or a fetched record another byte. */
  'corrupt-response',
] as const

export type FaultKind = (typeof faultKinds)[number]

/** One fault. It strikes once. */
export interface Fault {
  readonly kind: FaultKind
  /** The key of the api that it waits for. */
  readonly api: number
  /** So many requests of that api pass before. */
  readonly skip: number
  /** How long a delay lasts, and an overtaking may at most. */
  readonly ms: number
  /** From 0 up to 1: where in the frame it is cut or corrupted, or in which manner. */
  readonly at: number
  /** A cut is a reset of the connection, not an orderly end. */
  readonly abrupt: boolean
}

/** A fault that has had its effect. */
export interface Hit {
  readonly fault: Fault
  readonly correlationId: number
  /** Number of the connection through the proxy, from 0 on. */
  readonly connection: number
}

/** A fault that waits for its request. */
interface Armed {
  readonly fault: Fault
  left: number
}

/** The faults that are to strike, in the order in which they were armed, and those that have. */
export class FaultPlan {
  readonly hits: Hit[] = []
  #armed: Armed[] = []

  arm(fault: Fault): void {
    this.#armed.push({ fault, left: fault.skip })
  }

  /** From now on nothing is struck. */
  disarm(): void {
    this.#armed = []
  }

  /** The fault that strikes a request of `api`, which is at most one. */
  strike(api: number): Fault | null {
    const next = this.#armed.find(({ fault }) => fault.api === api)
    if (next === undefined) return null
    if (next.left-- > 0) return null
    this.#armed = this.#armed.filter((other) => other !== next)
    return next.fault
  }
}
