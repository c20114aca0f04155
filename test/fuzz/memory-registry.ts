import { DataError } from '../../src/errors/connect-error.ts'
import type {
  RegisteredSchema,
  SchemaRegistry,
  SchemaType,
} from '../../src/converters/registry/registry-client.ts'

const unused = (): Promise<never> => Promise.reject(new DataError('It is not asked this here.'))

/** A registry of schemas that are there already, each under its place as id. Answers at once, out of its memory. */
export function memoryRegistry(type: SchemaType, texts: readonly string[]): SchemaRegistry {
  const registered = texts.map((schema, id): RegisteredSchema => ({
    ...{ type, schema, references: [], hasRules: false, version: 1 },
    ...{ id, guid: `00000000-0000-0000-0000-${String(id).padStart(12, '0')}` },
  }))
  const find = (is: (schema: RegisteredSchema) => boolean): Promise<RegisteredSchema> => {
    const found = registered.find(is)
    return found === undefined
      ? Promise.reject(new DataError('There is no such schema.'))
      : Promise.resolve(found)
  }
  return {
    register: (_subject, { schema }) => find((each) => each.schema === schema),
    lookup: (_subject, { schema }) => find((each) => each.schema === schema),
    byId: (id) => find((each) => each.id === id),
    byGuid: (guid) => find((each) => each.guid === guid),
    latest: unused,
    latestWithMetadata: unused,
    version: unused,
    associations: unused,
    close: () => undefined,
  }
}

/** A datum as it stands in a topic, behind the id of its schema. */
export function framed(id: number, datum: Uint8Array): Buffer {
  const prefix = Buffer.alloc(5)
  prefix.writeInt32BE(id, 1)
  return Buffer.concat([prefix, datum])
}
