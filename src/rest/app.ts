import fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import { BadRequestError } from '../errors/rest-error.ts'
import { dispatch, failure, write } from './dispatch.ts'
import type { Backend } from './dispatch.ts'
import { methods } from './http-server.ts'
import { bodyLimitBytes, maxHeaderSize } from './limits.ts'
import { ProtocolError } from './resource.ts'
import type { Resource } from './resource.ts'

/** Routes requests to `resources`. Until there is a herder, all are told that the worker is starting. */
export function createApp(resources: readonly Resource[], backend: Backend): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: bodyLimitBytes,
    exposeHeadRoutes: false,
    rewriteUrl: ({ url = '/' }) => withoutPrefix(url, backend.pathPrefix ?? ''),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: maxHeaderSize },
    // What cannot be unescaped.
    frameworkErrors: (_error, request, reply) => {
      const message = `The path ${request.url} cannot be unescaped: a % is followed by two hexadecimal digits.`
      write(reply, failure(new BadRequestError(message)))
    },
  })
  // Bodies are read by the resources, which know what to expect of them.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body)
  })
  for (const resource of resources) {
    app.route({
      method: [...methods],
      url: resource.path,
      handler: async (request, reply) => {
        write(reply, await dispatch(resource, request, backend))
      },
    })
  }
  app.setNotFoundHandler((_request, reply) => {
    write(reply, failure(new ProtocolError(404)))
  })
  app.setErrorHandler((error, _request, reply) => {
    write(reply, failure(toProtocolError(error)))
  })
  return app
}

/** A path that does not begin with the prefix is served as it is: peers and probes know none. */
function withoutPrefix(url: string, prefix: string): string {
  if (prefix === '' || !url.startsWith(prefix)) return url
  const rest = url.slice(prefix.length)
  if (rest.startsWith('/')) return rest
  return rest === '' || /^[?#]/.test(rest) ? `/${rest}` : url
}

/** What Fastify refuses before a resource sees it. */
function toProtocolError(error: unknown): unknown {
  const { statusCode } = error as { statusCode?: number }
  return statusCode === 413 || statusCode === 415 ? new ProtocolError(statusCode) : error
}
