import type { Work } from './work.ts'

/**
 * How work is shared out by version 0 of the protocol, where everybody has given up everything: connectors by name, then the tasks of each, to
 * one member after another in the order of their ids.
 */
export function assignEagerly(
  configured: Work,
  members: readonly string[],
): ReadonlyMap<string, Work> {
  const shares = [...members].sort().map((member) => ({
    member,
    connectors: [] as string[],
    tasks: [] as Work['tasks'][number][],
  }))
  let turn = 0
  const next = (): (typeof shares)[number] | undefined => shares[turn++ % shares.length]
  const connectors = [...configured.connectors].sort()
  for (const connector of connectors) next()?.connectors.push(connector)
  for (const connector of connectors) {
    for (const task of configured.tasks) {
      if (task.connector === connector) next()?.tasks.push(task)
    }
  }
  return new Map(shares.map(({ member, connectors, tasks }) => [member, { connectors, tasks }]))
}
