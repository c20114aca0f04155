import { ConfigError } from '../../errors/connect-error.ts'
import type { PartitionAssignor, RebalanceProtocol } from './assignor.ts'
import { rangeAssignor } from './range-assignor.ts'
import { roundRobinAssignor } from './round-robin-assignor.ts'
import { cooperativeStickyAssignor, stickyAssignor } from './sticky-assignors.ts'

const known: readonly PartitionAssignor[] = [
  rangeAssignor,
  roundRobinAssignor,
  stickyAssignor,
  cooperativeStickyAssignor,
]

/** Java's default: a group that can go from `range` to `cooperative-sticky` by leaving out the first. */
export const defaultAssignmentStrategy = `${rangeAssignor.javaName},${cooperativeStickyAssignor.javaName}`

/** The assignors of `partition.assignment.strategy`, in order of preference: names or Java class names. */
export function parseAssignors(strategy: string): readonly PartitionAssignor[] {
  const names = strategy
    .split(',')
    .map((name) => name.trim().replace(/^class /, ''))
    .filter((name) => name !== '')
  const assignors = names.map((name) => {
    const found = known.find((each) => each.name === name || each.javaName === name)
    if (found) return found
    throw invalid(strategy, `an assignor called ${name}`)
  })
  if (assignors.length === 0) throw invalid(strategy, 'no assignor')
  const twice = assignors.find((each, i) => assignors.indexOf(each) !== i)
  if (twice) throw invalid(strategy, `${twice.name} twice`)
  return assignors
}

/** The protocol that all of `assignors` can do, cooperative where they can. */
export function commonProtocol(assignors: readonly PartitionAssignor[]): RebalanceProtocol {
  const all = (protocol: RebalanceProtocol): boolean =>
    assignors.every((assignor) => assignor.protocols.includes(protocol))
  return all('COOPERATIVE') ? 'COOPERATIVE' : 'EAGER'
}

function invalid(strategy: string, found: string): ConfigError {
  return new ConfigError(
    `Invalid value ${strategy} for configuration partition.assignment.strategy: found ${found}, expected a list of some of ` +
      known.map((each) => each.javaName).join(', ') +
      '.',
  )
}
