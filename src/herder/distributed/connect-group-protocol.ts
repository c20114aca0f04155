import type { GroupProtocol, LeaderTask } from '../../kafka/group/join-exchange.ts'
import type { ClusterConfigState } from '../../stores/config/cluster-config.ts'
import { createLogger } from '../../util/logger.ts'
import { decodeMetadata, encodeAssignment, encodeMetadata } from './connect-protocol.ts'
import type {
  ConnectProtocolVersion,
  WorkerAssignment,
  WorkerMetadata,
} from './connect-protocol.ts'
import { assignEagerly } from './eager-assignor.ts'
import type { IncrementalAssignor } from './incremental-assignor.ts'
import { noWork } from './work.ts'
import type { Work } from './work.ts'

const log = createLogger('org.apache.kafka.connect.runtime.distributed.WorkerCoordinator')

/** `connect.protocol`: what a worker is ready to speak. The coordinator takes the first that all members offer. */
export const connectProtocols = {
  eager: ['default'],
  compatible: ['compatible', 'default'],
  sessioned: ['sessioned', 'compatible', 'default'],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type ConnectProtocolMode = keyof typeof connectProtocols

const versions: Readonly<Record<string, ConnectProtocolVersion>> = {
  default: 0,
  compatible: 1,
  sessioned: 2,
}

/** The configurations as this worker has read them. */
export interface ConfigSnapshots {
  /** What `fresh` gave last: what this worker joined with, or what it needed to lead. */
  readonly joined: () => ClusterConfigState
  /** What it has read by now; asked for each join. */
  readonly fresh: () => ClusterConfigState
}

export interface ConnectGroupProtocolParts {
  readonly mode: ConnectProtocolMode
  /** Advertised, with a slash at its end. */
  readonly url: string
  readonly configs: ConfigSnapshots
  readonly assignor: IncrementalAssignor
  /** Whether this worker is to have nothing. */
  readonly isDrained: () => boolean
  /** What this worker runs by the last assignment; null for nothing. */
  readonly held: () => WorkerAssignment | null
  /** The last generation that this worker has joined; -1 for none. */
  readonly lastGeneration: () => number
  /** The id of this member in the generation that is being made. */
  readonly memberId: () => string
}

/** The protocol of groups whose members share connectors and tasks. */
export class ConnectGroupProtocol implements GroupProtocol {
  readonly type = 'connect'
  readonly #parts: ConnectGroupProtocolParts
  #owners: ReadonlyMap<string, string> = new Map()
  #saidDrained = false

  constructor(parts: ConnectGroupProtocolParts) {
    this.#parts = parts
  }

  /** Whether the last offer of this worker, which is the one the group is made of, said that it is drained. */
  get saidDrained(): boolean {
    return this.#saidDrained
  }

  protocols(): readonly { readonly name: string; readonly metadata: Buffer }[] {
    const { mode, url, configs, held } = this.#parts
    const isDrained = this.#parts.isDrained()
    this.#saidDrained = isDrained
    const { offset: configOffset } = configs.fresh()
    const metadata = { url, configOffset, assignment: held(), isDrained }
    return connectProtocols[mode].map((name) => ({
      name,
      metadata: encodeMetadata(metadata, versions[name] ?? 0),
    }))
  }

  /** The URL of the worker that runs a connector, or one of its tasks; null where this one has not decided that. */
  ownerUrl(connector: string, task?: number): string | null {
    return this.#owners.get(ownerKey(connector, task)) ?? null
  }

  assign({
    protocolName,
    generationId,
    members,
    keepsAssignment,
  }: LeaderTask): Promise<ReadonlyMap<string, Buffer>> {
    // Who led before it was restarted decides nothing until it has asked everybody again.
    if (keepsAssignment) return Promise.resolve(new Map())
    const version = versions[protocolName] ?? 0
    const workers = new Map(
      members.map(({ memberId, metadata }) => [memberId, decodeMetadata(metadata)]),
    )
    const newest = Math.max(...Array.from(workers.values(), ({ configOffset }) => configOffset))
    const snapshot = this.#upTo(newest)
    const head = this.#head(version, workers, snapshot?.offset ?? newest)
    if (snapshot === null) return Promise.resolve(this.#mismatch(workers, head))
    const configured = workOfConfigs(snapshot)
    const decided =
      version === 0
        ? eagerly(configured, workers, head)
        : this.#incrementally(configured, workers, generationId, head)
    this.#owners = ownersOf(workers, decided.allocated)
    const isStatic = new Set(
      members.filter((each) => each.groupInstanceId !== null).map(({ memberId }) => memberId),
    )
    const bytesOf = (memberId: string, each: WorkerAssignment): Buffer => {
      const all = isStatic.has(memberId) ? decided.allocated.get(memberId) : undefined
      return encodeAssignment(all === undefined ? each : { ...each, assigned: all, isWhole: true })
    }
    return Promise.resolve(
      new Map(Array.from(decided.assignments, ([id, each]) => [id, bytesOf(id, each)])),
    )
  }

  /** The configurations that all can act on; null where this worker has not read as much as another one. */
  #upTo(newest: number): ClusterConfigState | null {
    const { configs } = this.#parts
    const joined = configs.joined()
    if (joined.offset >= newest) return { ...joined, offset: newest }
    const fresh = configs.fresh()
    if (fresh.offset >= newest) return fresh
    log.info(
      `Was selected to perform assignments, but has read configurations up to ${fresh.offset}, and another worker up to ${newest}: assigning nothing, so that all join again.`,
    )
    return null
  }

  #head(
    version: ConnectProtocolVersion,
    workers: ReadonlyMap<string, WorkerMetadata>,
    configOffset: number,
  ): WorkerAssignment {
    const leader = this.#parts.memberId()
    const leaderUrl = workers.get(leader)?.url ?? this.#parts.url
    const nothing = { assigned: noWork, revoked: noWork, delayMs: 0 }
    return { version, error: 0, leader, leaderUrl, configOffset, ...nothing }
  }

  #mismatch(
    workers: ReadonlyMap<string, WorkerMetadata>,
    head: WorkerAssignment,
  ): ReadonlyMap<string, Buffer> {
    const bytes = encodeAssignment({ ...head, error: 1 })
    return new Map(Array.from(workers.keys(), (memberId) => [memberId, bytes]))
  }

  #incrementally(
    configured: Work,
    workers: ReadonlyMap<string, WorkerMetadata>,
    generation: number,
    head: WorkerAssignment,
  ): Decided {
    const members = new Map(
      Array.from(workers, ([memberId, { assignment }]) => [
        memberId,
        assignment?.assigned ?? noWork,
      ]),
    )
    const lastCompletedGeneration = this.#parts.lastGeneration()
    const { assigned, revoked, allocated, delayMs } = this.#parts.assignor.assign({
      configured,
      members,
      generation,
      lastCompletedGeneration,
      drained: drainedOf(workers),
    })
    const assignments = Array.from(members.keys(), (memberId): [string, WorkerAssignment] => [
      memberId,
      {
        ...head,
        assigned: assigned.get(memberId) ?? noWork,
        revoked: revoked.get(memberId) ?? noWork,
        delayMs,
      },
    ])
    return { assignments: new Map(assignments), allocated }
  }
}

interface Decided {
  readonly assignments: ReadonlyMap<string, WorkerAssignment>
  readonly allocated: ReadonlyMap<string, Work>
}

function eagerly(
  configured: Work,
  workers: ReadonlyMap<string, WorkerMetadata>,
  head: WorkerAssignment,
): Decided {
  const drained = drainedOf(workers)
  const takers = [...workers.keys()].filter((memberId) => !drained.has(memberId))
  const allocated = assignEagerly(configured, takers)
  const assignments = Array.from(workers.keys(), (memberId): [string, WorkerAssignment] => [
    memberId,
    { ...head, assigned: allocated.get(memberId) ?? noWork },
  ])
  return { assignments: new Map(assignments), allocated }
}

function drainedOf(workers: ReadonlyMap<string, WorkerMetadata>): ReadonlySet<string> {
  const drained = [...workers].filter(([, { isDrained }]) => isDrained === true)
  return new Set(drained.map(([memberId]) => memberId))
}

function workOfConfigs({ connectors }: ClusterConfigState): Work {
  const tasks = [...connectors].flatMap(([connector, state]) =>
    state.tasks.map((_, task) => ({ connector, task })),
  )
  return { connectors: [...connectors.keys()], tasks }
}

function ownersOf(
  workers: ReadonlyMap<string, WorkerMetadata>,
  allocated: ReadonlyMap<string, Work>,
): ReadonlyMap<string, string> {
  const owners = new Map<string, string>()
  for (const [memberId, { connectors, tasks }] of allocated) {
    const url = workers.get(memberId)?.url
    if (url === undefined) continue
    for (const connector of connectors) owners.set(ownerKey(connector), url)
    for (const { connector, task } of tasks) owners.set(ownerKey(connector, task), url)
  }
  return owners
}

/** No connector has a line break in its name. */
function ownerKey(connector: string, task?: number): string {
  return `${connector}\n${task ?? ''}`
}
