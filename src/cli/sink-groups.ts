import { consumerConfigFor, groupAdminConfigFor } from '../config/client-config.ts'
import type { ConnectorConfig } from '../config/types.ts'
import { createGroupAdmin } from '../kafka/admin/group-admin.ts'
import type { SinkGroups } from '../worker/sink-offsets.ts'

/** The consumer groups of sink connectors: `connect-<name>`, or what `consumer.override.group.id` says. */
export function sinkGroups(worker: ConnectorConfig): SinkGroups {
  return ({ name, config }) => {
    const owner = { connector: name }
    const groupId = consumerConfigFor(worker, config, owner)['group.id'] ?? `connect-${name}`
    const groups = createGroupAdmin(groupAdminConfigFor(worker, config, owner))
    return {
      offsets: (signal) => groups.offsets(groupId, signal),
      commit: (offsets, signal) => groups.commit(groupId, offsets, signal),
      deleteOffsets: (partitions, signal) => groups.deleteOffsets(groupId, partitions, signal),
      delete: async (signal) => {
        await groups.deleteGroup(groupId, signal)
      },
    }
  }
}
