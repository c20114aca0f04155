import { ByLogicalTableRouter } from './by-logical-table-router.ts'
import { EventRouter } from './event-router.ts'
import { ExtractChangedRecordState } from './extract-changed-record-state.ts'
import { ExtractNewRecordState } from './extract-new-record-state.ts'
import { HeaderToValue } from './header-to-value.ts'
import { PartitionRouting } from './partition-routing.ts'
import { SchemaChangeEventFilter } from './schema-change-event-filter.ts'
import { TimezoneConverter } from './timezone-converter.ts'

/** By Java class name; `built-in.ts` lists them without importing them. */
export const transformClasses: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['io.debezium.transforms.ByLogicalTableRouter', ByLogicalTableRouter],
  ['io.debezium.transforms.ExtractChangedRecordState', ExtractChangedRecordState],
  ['io.debezium.transforms.ExtractNewRecordState', ExtractNewRecordState],
  ['io.debezium.transforms.HeaderToValue', HeaderToValue],
  ['io.debezium.transforms.SchemaChangeEventFilter', SchemaChangeEventFilter],
  ['io.debezium.transforms.TimezoneConverter', TimezoneConverter],
  ['io.debezium.transforms.outbox.EventRouter', EventRouter],
  ['io.debezium.transforms.partitions.PartitionRouting', PartitionRouting],
])
