import type { TestProject } from 'vitest/node'
import { startBroker } from '../services/kafka/broker.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A real broker, one a run: `127.0.0.1:<port>`. Topics begin with a prefix a file: `topicPrefix`. */
    bootstrapServers: string
  }
}

/** Starts the broker of this run, unless `SLUICE_TEST_BOOTSTRAP` names one that runs already. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.SLUICE_TEST_BOOTSTRAP
  if (given !== undefined && given !== '') {
    project.provide('bootstrapServers', given)
    return () => Promise.resolve()
  }
  const broker = await startBroker()
  project.provide('bootstrapServers', broker.bootstrapServers)
  return () => broker.stop()
}
