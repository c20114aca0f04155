import { NotFoundError } from '../../errors/connect-error.ts'
import type { Drain } from '../../herder/herder.ts'
import type { Resource, RestRequest } from '../resource.ts'

/** `/admin/drain`: ours. Has the others of the cluster take over what this worker runs, which nobody waits for. */
export const drain: Resource = {
  path: '/admin/drain',
  consumesJson: true,
  methods: {
    GET: (request) => ({ status: 200, body: drainOf(request).view() }),
    POST: (request) => ({ status: 202, body: drainOf(request).begin() }),
    DELETE: (request) => ({ status: 202, body: drainOf(request).end() }),
  },
  operations: {
    GET: {
      summary: 'Whether this worker is drained, and what it still runs.',
      answers: { 200: 'Drain' },
      errors: [404],
    },
    POST: {
      summary: 'Gives what this worker runs to the others of its cluster; it takes nothing more.',
      answers: { 202: 'Drain' },
      errors: [404],
    },
    DELETE: {
      summary: 'Lets this worker take connectors and tasks again.',
      answers: { 202: 'Drain' },
      errors: [404],
    },
  },
}

function drainOf({ herder }: RestRequest): Drain {
  if (herder.drain !== null) return herder.drain
  throw new NotFoundError(
    'This worker stands alone and cannot be drained: there is no other one to take its connectors. Stop them, or the worker.',
  )
}
