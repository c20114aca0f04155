import { ByLogicalTableRouter } from './by-logical-table-router.ts'
import { ExtractChangedRecordState } from './extract-changed-record-state.ts'
import { SchemaChangeEventFilter } from './schema-change-event-filter.ts'

/** By Java class name; `built-in.ts` lists them without importing them. */
export const transformClasses: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['io.debezium.transforms.ByLogicalTableRouter', ByLogicalTableRouter],
  ['io.debezium.transforms.ExtractChangedRecordState', ExtractChangedRecordState],
  ['io.debezium.transforms.SchemaChangeEventFilter', SchemaChangeEventFilter],
])
