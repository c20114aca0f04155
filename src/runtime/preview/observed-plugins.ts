import type { Converter, HeaderConverter } from '../../api/converter.ts'
import type { SchemaAndValue } from '../../data/schema.ts'
import type { NamedConverter, TaskConverters } from '../converters.ts'
import type { Stage } from '../record-errors.ts'
import type { TaskPlugins } from '../task-plugins.ts'
import type { ChainObserver, StepName } from '../transformation-chain.ts'
import { jsonNull, jsonObject, jsonOf } from './json-text.ts'
import type { StageTrace } from './stage-trace.ts'

/** The same plugins; whatever one of them is given and makes of it is written down in `trace`. */
export function observedPlugins(plugins: TaskPlugins, trace: StageTrace): TaskPlugins {
  const { converters, chain } = plugins
  return {
    ...plugins,
    converters: observedConverters(converters, trace),
    chain: chain?.observedBy(chainObserver(trace)) ?? null,
  }
}

function observedConverters(converters: TaskConverters, trace: StageTrace): TaskConverters {
  const { key, value, header, headerClassName } = converters
  return {
    ...converters,
    key: observedConverter(key, 'KEY_CONVERTER', trace),
    value: observedConverter(value, 'VALUE_CONVERTER', trace),
    header: observedHeaderConverter(header, headerClassName, trace),
  }
}

function observedConverter(
  { converter, className }: NamedConverter,
  stage: Stage,
  trace: StageTrace,
): NamedConverter {
  const { text } = trace
  const head = { stage, class: className }
  const observed: Converter = {
    addsHeaders: converter.addsHeaders === true,
    fromConnectData: (topic, headers, schema, value) =>
      trace.observe(
        head,
        () => text.data(schema, value),
        () => converter.fromConnectData(topic, headers, schema, value),
        (bytes) => text.bytes(bytes),
      ),
    toConnectData: (topic, headers, bytes) =>
      trace.observe(
        head,
        () => text.bytes(bytes),
        () => converter.toConnectData(topic, headers, bytes),
        (data) => text.data(data.schema, data.value),
      ),
  }
  return { converter: observed, inPlace: null, className }
}

function observedHeaderConverter(
  header: HeaderConverter,
  className: string,
  trace: StageTrace,
): HeaderConverter {
  const { text } = trace
  const headOf = (key: string) => ({ stage: 'HEADER_CONVERTER', class: className, header: key })
  return {
    fromConnectHeader: (topic, key, schema, value) =>
      trace.observe(
        headOf(key),
        () => text.data(schema, value),
        () => header.fromConnectHeader(topic, key, schema, value),
        (bytes) => text.bytes(bytes),
      ),
    toConnectHeader: (topic, key, bytes) =>
      trace.observe<SchemaAndValue>(
        headOf(key),
        () => text.bytes(bytes),
        () => header.toConnectHeader(topic, key, bytes),
        ({ schema, value }) => text.data(schema, value),
      ),
  }
}

function chainObserver(trace: StageTrace): ChainObserver {
  const { text } = trace
  return {
    tested: (step, record, verdict) => {
      const { alias, className, negate } = step.condition ?? {
        alias: '',
        className: '',
        negate: false,
      }
      const predicate = jsonObject({
        ...{ alias: jsonOf(alias), class: jsonOf(className) },
        ...{ negate: jsonOf(negate), result: jsonOf(verdict) },
      })
      trace.noteVerdict(headOfStep(step), text.record(record), predicate, verdict !== negate)
    },
    applied: (step, record, apply) =>
      trace.observe(
        headOfStep(step),
        () => text.record(record),
        apply,
        (result) => (result === null ? jsonNull : text.record(result)),
      ),
  }
}

function headOfStep({ alias, className }: StepName) {
  return { stage: 'TRANSFORMATION', class: className, alias }
}
