import type { ConverterTask, TransformSpec } from './converter-task.ts'

/** One table: every contestant does the same. */
export interface ConverterCase {
  /** For `--only`. */
  readonly name: string
  readonly title: string
  readonly task: Pick<ConverterTask, 'work' | 'format' | 'envelope' | 'structs'>
  readonly transforms?: readonly TransformSpec[]
  readonly manyShapes?: boolean
  /** Whether the engine's own JSON takes part. */
  readonly plain?: boolean
}

const transforms = 'org.apache.kafka.connect.transforms'

/** Each as somebody uses it; none of them is the last that does something. */
const chain: readonly TransformSpec[] = [
  {
    type: `${transforms}.InsertField$Value`,
    props: { 'static.field': 'source', 'static.value': 'shop', 'topic.field': 'topic' },
  },
  { type: `${transforms}.Cast$Value`, props: { spec: 'amount:string,active:int8' } },
  {
    type: `${transforms}.ReplaceField$Value`,
    props: { exclude: 'notes', renames: 'customer:client' },
  },
  { type: `${transforms}.MaskField$Value`, props: { fields: 'email' } },
  {
    type: `${transforms}.TimestampConverter$Value`,
    props: {
      field: 'created_at',
      format: "yyyy-MM-dd'T'HH:mm:ss'Z'",
      'target.type': 'Timestamp',
    },
  },
]

const json = { format: 'json', envelope: false, structs: false } as const
const avro = { format: 'avro', envelope: false, structs: true } as const

export const converterCases: readonly ConverterCase[] = [
  {
    name: 'json-read',
    title: 'JSON without schemas, read',
    task: { ...json, work: 'read' },
    plain: true,
  },
  {
    name: 'json-write',
    title: 'JSON without schemas, written of structs',
    task: { ...json, work: 'write', structs: true },
  },
  {
    name: 'json-write-maps',
    title: 'JSON without schemas, written of maps',
    task: { ...json, work: 'write' },
    plain: true,
  },
  {
    name: 'envelope-read',
    title: 'JSON in an envelope, read',
    task: { ...json, work: 'read', envelope: true, structs: true },
  },
  {
    name: 'envelope-write',
    title: 'JSON in an envelope, written',
    task: { ...json, work: 'write', envelope: true, structs: true },
  },
  { name: 'avro-read', title: 'Avro, read', task: { ...avro, work: 'read' } },
  { name: 'avro-write', title: 'Avro, written', task: { ...avro, work: 'write' } },
  {
    name: 'chain',
    title: 'five transformations of structs',
    task: { ...json, work: 'transform', structs: true },
    transforms: chain,
  },
  {
    name: 'chain-maps',
    title: 'five transformations of maps',
    task: { ...json, work: 'transform' },
    transforms: chain,
  },
  {
    name: 'shapes',
    title: 'JSON of 128 shapes, read',
    task: { ...json, work: 'read' },
    manyShapes: true,
    plain: true,
  },
]
