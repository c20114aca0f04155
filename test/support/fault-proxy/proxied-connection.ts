import type net from 'node:net'
import { delay } from '../../../src/util/abort.ts'
import { readdressed } from './addresses.ts'
import type { Readdress } from './addresses.ts'
import type { Fault, FaultPlan } from './faults.ts'
import { FrameCutter } from './frame-cutter.ts'
import type { Overtaking } from './overtaking.ts'
import { corruptedResponse, corruptRequest, headOf } from './requests.ts'
import type { RequestHead } from './requests.ts'

/** How long after the one that overtook it a request arrives at most. */
const MOST_LATE_MS = 200

export interface ConnectionParts {
  /** Counts the connections of a proxy. */
  readonly number: number
  readonly client: net.Socket
  readonly broker: net.Socket
  readonly plan: FaultPlan
  readonly overtaking: Overtaking
  readonly readdress: Readdress
}

interface Forwarded {
  readonly head: RequestHead
  readonly fault: Fault | null
}

/**
 * One connection of a client and the one to the broker behind it, frame by frame in order. Where the client goes, what it
 * has sent still reaches the broker and is answered, as what is on its way in a network does; only then it is `done`.
 * Every request must be one that the broker answers (not Produce with acks=0).
 */
export class ProxiedConnection {
  readonly done: Promise<void>
  readonly #parts: ConnectionParts
  readonly #unanswered = new Map<number, Forwarded>()
  #toBroker: Promise<void> = Promise.resolve()
  #toClient: Promise<void> = Promise.resolve()
  /** Frames that are held, or wait behind one that is. */
  #held = 0
  #clientGone = false
  /** The broker gets nothing more of what the client sends. */
  #severed = false

  constructor(parts: ConnectionParts) {
    this.#parts = parts
    const { client, broker } = parts
    this.done = new Promise((resolve) => broker.once('close', resolve))
    const requests = new FrameCutter()
    const responses = new FrameCutter()
    client.on('error', () => client.destroy())
    broker.on('error', () => broker.destroy())
    client.on('close', () => {
      this.#clientGone = true
      this.#endIfDrained()
    })
    broker.on('close', () => client.destroy())
    client.on('data', (chunk) => {
      for (const frame of requests.push(chunk)) this.#received(frame)
    })
    broker.on('data', (chunk) => {
      for (const frame of responses.push(chunk)) this.#answered(frame)
    })
  }

  get clientGone(): boolean {
    return this.#clientGone
  }

  destroy(): void {
    this.#parts.client.destroy()
    this.#parts.broker.destroy()
  }

  #received(frame: Buffer): void {
    const head = headOf(frame)
    const fault = this.#parts.plan.strike(head.api)
    this.#toBroker = this.#inTurn(this.#toBroker, () => this.#pass(frame, { head, fault }))
  }

  #answered(frame: Buffer): void {
    const id = frame.readInt32BE(4)
    const forwarded = this.#unanswered.get(id)
    if (forwarded === undefined) return
    this.#parts.overtaking.answered(this.#parts.number, forwarded.head.api)
    this.#toClient = this.#inTurn(this.#toClient, async () => {
      await this.#giveBack(frame, forwarded)
      this.#unanswered.delete(id)
    })
  }

  async #inTurn(before: Promise<void>, work: () => Promise<void>): Promise<void> {
    this.#held++
    await before
    await work()
    this.#held--
    this.#endIfDrained()
  }

  async #pass(frame: Buffer, forwarded: Forwarded): Promise<void> {
    if (this.#severed) return
    const { head, fault } = forwarded
    const { broker, overtaking, number } = this.#parts
    switch (fault?.kind) {
      case 'cut-in-request':
        broker.write(frame.subarray(0, partOf(frame, fault)))
        this.#sever(forwarded)
        return
      case 'cut-before':
        this.#sever(forwarded)
        return
      case 'delay-request':
        await delay(fault.ms)
        this.#hit(forwarded)
        break
      case 'overtake':
        if (await overtaking.overtaken(number, head.api, fault.ms)) {
          await delay(fault.at * MOST_LATE_MS)
          this.#hit(forwarded)
        }
        break
      case 'corrupt-request':
        corruptRequest(frame, fault.at)
        this.#hit(forwarded)
        break
      case 'cut-after':
        this.#cut(fault)
        break
      case 'lose-response':
      case 'cut-in-response':
      case 'delay-response':
      case 'corrupt-response':
      case undefined:
        break
    }
    // The broker closes a connection without an answer to what it cannot understand.
    this.#unanswered.set(head.correlationId, forwarded)
    broker.write(frame)
  }

  async #giveBack(answer: Buffer, forwarded: Forwarded): Promise<void> {
    const { fault } = forwarded
    const { client, readdress } = this.#parts
    const frame = readdressed(answer, forwarded.head, readdress)
    switch (fault?.kind) {
      case 'lose-response':
      case 'cut-after':
        this.#hit(forwarded)
        return
      case 'cut-in-response':
        client.write(frame.subarray(0, partOf(frame, fault)), () => this.#cut(fault))
        this.#hit(forwarded)
        return
      case 'delay-response':
        await delay(fault.ms)
        this.#hit(forwarded)
        break
      case 'corrupt-response':
        client.write(corruptedResponse(frame, forwarded.head, fault.at))
        this.#hit(forwarded)
        return
      case 'cut-in-request':
      case 'cut-before':
      case 'delay-request':
      case 'overtake':
      case 'corrupt-request':
      case undefined:
        break
    }
    client.write(frame)
  }

  #sever(forwarded: Forwarded): void {
    this.#severed = true
    this.#hit(forwarded)
    if (forwarded.fault !== null) this.#cut(forwarded.fault)
  }

  #cut({ abrupt }: Fault): void {
    if (abrupt) this.#parts.client.resetAndDestroy()
    else this.#parts.client.destroy()
  }

  #hit({ head, fault }: Forwarded): void {
    const { plan, number } = this.#parts
    if (fault === null) return
    plan.hits.push({ fault, correlationId: head.correlationId, connection: number })
  }

  #endIfDrained(): void {
    if (this.#clientGone && this.#held === 0 && this.#unanswered.size === 0) {
      this.#parts.broker.destroy()
    }
  }
}

/** How many bytes of the frame get through: at least one, and not all. */
function partOf(frame: Buffer, { at }: Fault): number {
  return 1 + Math.floor(at * (frame.length - 1))
}
