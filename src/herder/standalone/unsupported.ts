import { RestError } from '../../errors/rest-error.ts'

/** What only a worker of a cluster can do, in Java's words. */
export function unsupported(what: string): Promise<never> {
  return Promise.reject(
    new RestError(500, `Kafka Connect in standalone mode does not support ${what}.`),
  )
}
