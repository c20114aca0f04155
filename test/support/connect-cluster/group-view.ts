import type { KafkaClient } from '../kafka-client.ts'
import { decodeAssignment } from '../../../src/herder/distributed/connect-protocol.ts'

/** A worker's group as its coordinator describes it. */
export interface GroupView {
  readonly members: number
  /** `127.0.0.1:port` of the one that assigns the work; null while there is none. */
  readonly leader: string | null
}

export async function describeGroup(kafka: KafkaClient, groupId: string): Promise<GroupView> {
  const { groups } = await kafka.admin.describeGroups([groupId])
  const members = groups[0]?.members ?? []
  const [assignment] = members
    .map(({ memberAssignment }) => memberAssignment)
    .filter((bytes) => bytes.length > 0)
  if (groups[0]?.state !== 'Stable' || assignment === undefined)
    return { members: members.length, leader: null }
  return {
    members: members.length,
    leader: new URL(decodeAssignment(assignment).leaderUrl).host,
  }
}
