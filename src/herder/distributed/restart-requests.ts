import { NotFoundError } from '../../errors/connect-error.ts'
import { NotAssignedError, NotLeaderError } from '../../errors/forwarding-errors.ts'
import { taskIdText } from '../../messages/ids.ts'
import type { ConnectorTaskId } from '../../messages/ids.ts'
import { createLogger } from '../../util/logger.ts'
import type { ConnectorStateInfo, RestartRequest } from '../herder.ts'
import { connectorVersionOf } from '../lifecycle-services.ts'
import { untilDone } from '../request-stage.ts'
import type { RestartPlan } from '../restart-plan.ts'
import { planRestart } from '../restart-plan.ts'
import type { ClusterMembership } from './cluster-membership.ts'
import type { ClusterViews } from './cluster-views.ts'
import type { ConnectorRequests } from './connector-requests.ts'
import type { ConfigStore } from './options.ts'
import { OvertakenError } from './overtaken-error.ts'
import type { OwnedServices } from './owned-services.ts'
import type { OwnedWork } from './owned-work.ts'

const log = createLogger('org.apache.kafka.connect.runtime.distributed.DistributedHerder')

export interface RestartRequestsParts {
  readonly configs: Pick<ConfigStore, 'putRestartRequest'>
  readonly membership: ClusterMembership
  readonly requests: ConnectorRequests
  readonly views: ClusterViews
  readonly owned: OwnedWork
  readonly services: OwnedServices
}

/** Restarts what it is asked to where it runs here, and says who else is to be asked. */
export class RestartRequests {
  readonly #parts: RestartRequestsParts

  constructor(parts: RestartRequestsParts) {
    this.#parts = parts
  }

  /** The connector alone, by the worker that runs it. Resolves once it is started again. */
  async connector(name: string, signal: AbortSignal): Promise<void> {
    const { membership, views, owned, services } = this.#parts
    await membership.untilSettled(signal)
    views.get(name, `Unknown connector: ${name}`)
    const unit = owned.hasConnector(name) ? owned.connector(name) : undefined
    if (unit === undefined) throw this.#elsewhere(`connector ${name}`, name)
    services.restarts.reset(name)
    await untilDone(services.worker, name, unit.restart(), signal)
  }

  async task(id: ConnectorTaskId, signal: AbortSignal): Promise<void> {
    const { membership, views, owned, services } = this.#parts
    await membership.untilSettled(signal)
    const { tasks, taskNumbers } = views.get(id.connector, `Unknown connector: ${id.connector}`)
    if (!taskNumbers.has(id.task)) throw new NotFoundError(`Unknown task: ${taskIdText(id)}`)
    const isConfigured = tasks[id.task] !== undefined
    const unit = isConfigured && owned.hasTask(id) ? owned.task(id) : undefined
    if (unit === undefined) throw this.#elsewhere(`task ${taskIdText(id)}`, id.connector, id.task)
    services.restarts.reset(id.connector)
    await untilDone(services.worker, id.connector, unit.restart(), signal)
  }

  /** Has each worker restart what it runs of the connector, by the leader's word in the topic (KIP-745). */
  async plan(request: RestartRequest, signal: AbortSignal): Promise<ConnectorStateInfo> {
    const { configs, requests, views } = this.#parts
    const { connector: name } = request
    const refusal = 'Only the leader can process restart requests.'
    return requests.asLeader(refusal, signal, async () => {
      views.get(name, `Unknown connector: ${name}`)
      const status = views.status(name, `Status for connector ${name} not found`)
      const { answer } = planRestart(status, request)
      await configs.putRestartRequest(request, signal)
      return answer
    })
  }

  /** The leader has said so: what of it runs here is restarted, once this worker has its place in the group. */
  async heard(request: RestartRequest, signal: AbortSignal): Promise<void> {
    const { connector: name } = request
    const { membership, views, services } = this.#parts
    try {
      // Drained, and out of the group: nothing of it runs here.
      if (membership.isDrained && membership.isRelieved) return
      await membership.untilSettled(signal)
      const plan = planRestart(views.status(name), request)
      services.restarts.reset(name)
      await this.#restart(name, plan)
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof OvertakenError) {
        log.info(`Connector ${name} or a task of it is not restarted here: ${error.message}`)
      } else log.error(`Failed to restart connector ${name}.`, error)
    }
  }

  /** Restarts what of the plan is still failed when its turn comes, and this worker's, once it has its place in the group. */
  async failed(name: string, plan: RestartPlan, signal: AbortSignal): Promise<void> {
    const { owned, services, membership } = this.#parts
    const { own } = services.statuses
    await membership.untilSettled(signal).catch(() => undefined)
    if (membership.settled === null) return
    const tasks = plan.tasks.map((task) => {
      const id = { connector: name, task }
      return owned.task(id)?.restartQuietly(() => own.taskState(id) === 'FAILED')
    })
    const connector = plan.connector
      ? owned.connector(name)?.restartQuietly(() => own.connectorState(name) === 'FAILED')
      : undefined
    await Promise.all([connector, ...tasks])
  }

  /** Values of it have run out: the connector is restarted where it is this worker's, once that has its place in the group. */
  async expired(name: string, signal: AbortSignal): Promise<void> {
    const { membership, owned } = this.#parts
    await membership.untilSettled(signal).catch(() => undefined)
    if (membership.settled !== null) await owned.connector(name)?.restartQuietly(() => true)
  }

  async #restart(name: string, plan: RestartPlan): Promise<void> {
    const { owned, services, views } = this.#parts
    const { statuses, worker } = services
    const tasks = plan.tasks.map((task) => {
      const id = { connector: name, task }
      return owned.task(id)?.restart(() => statuses.setTask(id, 'RESTARTING'))
    })
    const mark = (): void => {
      const version = connectorVersionOf(worker, views.get(name).config)
      statuses.setConnector(name, 'RESTARTING', version)
    }
    const connector = plan.connector ? owned.connector(name)?.restart(mark) : undefined
    await Promise.all([connector, ...tasks])
  }

  /** Who runs it knows the leader alone. */
  #elsewhere(what: string, connector: string, task?: number): Error {
    const { membership } = this.#parts
    const { settled } = membership
    if (settled?.isLeader === true) {
      const url = membership.ownerUrl(connector, task)
      return new NotAssignedError(
        `Cannot restart ${what} since it is not assigned to this worker`,
        url,
      )
    }
    const url = settled?.leaderUrl ?? null
    return new NotLeaderError(`Cannot restart ${what} since this worker does not run it`, url)
  }
}
