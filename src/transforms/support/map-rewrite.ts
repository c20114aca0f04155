import type { PathTree } from './path-tree.ts'
import { requireMap } from './requirements.ts'
import { copyMap, hasMember, memberOf, putMember } from './schemaless-map.ts'
import type { SchemalessMap } from './schemaless-map.ts'

/** What is done to the members of a map that has no schema. Null is given too. */
export interface MemberChange<T> {
  changeMember(value: unknown, target: T): unknown
  /** For the texts of Requirements. */
  readonly purpose: string
}

/** A copy with the members changed that `tree` names. A member that is not there is given as null and added, as in Java. */
export function changeMembers<T>(
  map: SchemalessMap,
  { branches }: PathTree<T>,
  change: MemberChange<T>,
): SchemalessMap {
  let copy = copyMap(map)
  for (const branch of branches) {
    const value = memberOf(map, branch.name)
    if (branch.target !== undefined) {
      copy = putMember(copy, branch.name, change.changeMember(value, branch.target))
    } else if (branch.within !== null && value !== null && hasMember(map, branch.name)) {
      const inner = changeMembers(requireMap(value, change.purpose), branch.within, change)
      copy = putMember(copy, branch.name, inner)
    }
  }
  return copy
}
