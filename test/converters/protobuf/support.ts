import type { Schema, SchemaAndValue } from '../../../src/api/index.ts'
import { ProtobufData, parseProtobufSchema } from '../../../src/converters/protobuf/index.ts'
import type { ProtoMessage, ProtobufSchema } from '../../../src/converters/protobuf/index.ts'

export type Config = Readonly<Record<string, string>>

export function rootOf(schema: ProtobufSchema): ProtoMessage {
  if (schema.root === null) throw new Error('The schema has no message.')
  return schema.root
}

/** The text that a Connect schema is registered as. */
export function textOf(schema: Schema, config: Config = {}): string {
  return new ProtobufData(config).fromConnectSchema(schema).text
}

/** The Connect schema of the first message of a `.proto` file of proto3. */
export function connectOf(body: string, config: Config = {}): Schema {
  const schema = parseProtobufSchema(body.includes('syntax') ? body : `syntax = "proto3"; ${body}`)
  return new ProtobufData(config).toConnectSchema(rootOf(schema))
}

/** What the bytes are read as. */
export function decode(body: string, hex: string, config: Config = {}): SchemaAndValue {
  const schema = parseProtobufSchema(body.includes('syntax') ? body : `syntax = "proto3"; ${body}`)
  const decoder = new ProtobufData(config).decoder(rootOf(schema))
  return decoder.decode(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
}

/** What a value is written as, in hexadecimal, under the schema that is made of its own. */
export function encode(schema: Schema, value: unknown, config: Config = {}): string {
  const data = new ProtobufData(config)
  const proto = data.fromConnectSchema(schema)
  return data.encoder(schema, rootOf(proto)).encode(value).toString('hex')
}

/** What is read again of what is written. */
export function again(schema: Schema, value: unknown, config: Config = {}): SchemaAndValue {
  const data = new ProtobufData(config)
  const { text, root } = data.fromConnectSchema(schema)
  const bytes = data.encoder(schema, rootOf(data.fromConnectSchema(schema))).encode(value)
  const read = parseProtobufSchema(text)
  const messages = [...read.messages]
  const message = messages.find(({ fullName }) => fullName === root?.fullName)
  return data.decoder(message ?? rootOf(read)).decode(bytes)
}
