import { RestError } from '../../errors/rest-error.ts'
import { readSignature } from '../../herder/distributed/request-signature.ts'
import type { ConnectorTaskId } from '../../messages/ids.ts'
import { readTaskConfigs } from '../bodies.ts'
import type { Resource, RestRequest } from '../resource.ts'

/** The tasks of a connector; POST is the internal way of a cluster's workers to hand them in. */
export const tasks: Resource = {
  path: '/connectors/:connector/tasks',
  consumesJson: true,
  methods: {
    GET: async ({ herder, param, signal }) => ({
      status: 200,
      body: await herder.taskConfigs(param('connector'), signal),
    }),
    POST: async ({ herder, param, header, body, signal }) => {
      const configs = readTaskConfigs(body)
      const signature = readSignature(header, body)
      await herder.putTaskConfigs(param('connector'), configs, signature, signal)
      return { status: 204 }
    },
  },
  operations: {
    GET: { summary: 'The tasks of a connector.', answers: { 200: 'Tasks' }, errors: [404] },
    POST: {
      summary: 'Internal: a worker hands in the tasks of its connector.',
      body: 'TaskConfigs',
      answers: { 204: null },
      errors: [400, 403, 404, 409],
    },
  },
}

/** Internal, of a cluster's workers (KIP-618). */
export const fence: Resource = {
  path: '/connectors/:connector/fence',
  consumesJson: false,
  methods: {
    PUT: async ({ herder, param, header, body, signal }) => {
      const signature = readSignature(header, body)
      await herder.fenceZombieSourceTasks(param('connector'), signature, signal)
      return { status: 204 }
    },
  },
  operations: {
    PUT: {
      summary: 'Internal: fences earlier tasks of a source connector.',
      answers: { 204: null },
      errors: [400, 403, 404, 409],
    },
  },
}

export const taskStatus: Resource = {
  path: '/connectors/:connector/tasks/:task/status',
  consumesJson: true,
  methods: {
    GET: (request) => ({ status: 200, body: request.herder.taskStatus(taskIdOf(request)) }),
  },
  operations: {
    GET: { summary: 'What a task is doing.', answers: { 200: 'TaskStatus' }, errors: [404] },
  },
}

export const taskRestart: Resource = {
  path: '/connectors/:connector/tasks/:task/restart',
  consumesJson: true,
  methods: {
    POST: async (request) => {
      await request.herder.restartTask(taskIdOf(request), request.signal)
      return { status: 204 }
    },
  },
  operations: {
    POST: { summary: 'Starts a task again.', answers: { 204: null }, errors: [404, 409] },
  },
}

/** What is no int32 is no task: to Java such a path does not exist. */
export function taskIdOf({ param }: RestRequest): ConnectorTaskId {
  const text = param('task')
  const task = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN
  if ((task | 0) !== task) throw new RestError(404, 'HTTP 404 Not Found')
  return { connector: param('connector'), task }
}
