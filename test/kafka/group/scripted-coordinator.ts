import type { GroupCoordinator } from '../../../src/kafka/group/coordinator.ts'
import type { Api, WireRequest } from '../../../src/kafka/protocol/api.ts'
import { decodeBody, encodeBody } from '../../../src/kafka/protocol/api.ts'
import { ByteReader } from '../../../src/kafka/protocol/byte-reader.ts'
import { offsetCommitApi, offsetFetchApi } from '../../../src/kafka/protocol/group-offsets.ts'
import {
  heartbeatApi,
  joinGroupApi,
  leaveGroupApi,
  syncGroupApi,
} from '../../../src/kafka/protocol/group.ts'
import { abortable } from '../../../src/util/abort.ts'

type BodyOf<A> = A extends Api<infer Q, unknown> ? Q : never
type AnswerOf<A> = A extends Api<never, infer R> ? R : A extends Api<infer _Q, infer R> ? R : never

const apis = {
  JoinGroup: joinGroupApi,
  SyncGroup: syncGroupApi,
  Heartbeat: heartbeatApi,
  LeaveGroup: leaveGroupApi,
  OffsetCommit: offsetCommitApi,
  OffsetFetch: offsetFetchApi,
}
export type Spoken = keyof typeof apis
type Bodies = { [K in Spoken]: BodyOf<(typeof apis)[K]> }
type Answers = { [K in Spoken]: AnswerOf<(typeof apis)[K]> }

/** How one request is answered: at once, later, or with an error of the connection. */
export type Script<K extends Spoken> = (
  body: Bodies[K],
) => Partial<Answers[K]> | Promise<Partial<Answers[K]>>

type AnyScript = (body: unknown) => object | Promise<object>

const blank: Answers = {
  JoinGroup: {
    throttleTimeMs: 0,
    errorCode: 0,
    generationId: 1,
    protocolType: 'consumer',
    protocolName: 'range',
    leader: 'other',
    skipAssignment: false,
    memberId: 'm-1',
    members: [],
  },
  SyncGroup: {
    throttleTimeMs: 0,
    errorCode: 0,
    protocolType: 'consumer',
    protocolName: 'range',
    assignment: Buffer.from('assigned'),
  },
  Heartbeat: { throttleTimeMs: 0, errorCode: 0 },
  LeaveGroup: { throttleTimeMs: 0, errorCode: 0, members: [] },
  OffsetCommit: { throttleTimeMs: 0, topics: [] },
  OffsetFetch: { throttleTimeMs: 0, topics: [], errorCode: 0 },
}

/**
 * A coordinator that answers by script, through the real bytes of the protocol: first what `next` lined up, then what
 * `always` says, then a plain success.
 */
export class ScriptedCoordinator implements GroupCoordinator {
  /** Every request, in order: `['Heartbeat', body]`. */
  readonly log: { readonly name: Spoken; readonly body: unknown; readonly at: number }[] = []
  forgotten = 0
  disconnects = 0
  readonly #next = new Map<Spoken, AnyScript[]>()
  readonly #always = new Map<Spoken, AnyScript>()

  next<K extends Spoken>(name: K, ...scripts: Script<K>[]): this {
    const lined = this.#next.get(name) ?? []
    this.#next.set(name, [...lined, ...(scripts as unknown as AnyScript[])])
    return this
  }

  always<K extends Spoken>(name: K, script: Script<K>): this {
    this.#always.set(name, script as unknown as AnyScript)
    return this
  }

  /** The bodies of the requests of one kind. */
  sent<K extends Spoken>(name: K): readonly Bodies[K][] {
    return this.log.filter((each) => each.name === name).map(({ body }) => body as Bodies[K])
  }

  async send<R>(request: WireRequest<R>, signal: AbortSignal): Promise<R> {
    signal.throwIfAborted()
    const name = request.api.name as Spoken
    const api = apis[name] as Api<unknown, unknown>
    const version = api.maxVersion
    const bytes = Buffer.concat(request.encode(version))
    const body = decodeBody(api, api.request, new ByteReader(bytes), version)
    this.log.push({ name, body, at: performance.now() })
    const script = this.#next.get(name)?.shift() ?? this.#always.get(name)
    const said = await abortable(Promise.resolve(script?.(body)), signal)
    const answer = encodeBody(api, api.response, { ...blank[name], ...said }, version)
    return request.decode(new ByteReader(Buffer.from(answer)), version)
  }

  forget(): void {
    this.forgotten++
  }

  disconnect(): void {
    this.disconnects++
  }
}

/** A script for an answer that never comes. */
export function never(): Promise<never> {
  return new Promise(() => undefined)
}
