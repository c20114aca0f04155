import { RegistryClient } from './registry-client.ts'
import type { RegisteredSchema, SchemaText } from './registry-client.ts'
import { RestClientError } from './registry-errors.ts'

/** Ids count down from here, where no registry has come to. */
const highestId = 2 ** 31 - 1

/**
 * The registry as a preview asks it: nothing is registered. A schema that the registry has is known by its id; one that it would
 * take gets an id and a GUID that stand for those it would be given, by which the preview itself can read what it has written.
 */
export class PreviewRegistryClient extends RegistryClient {
  /** By subject and text. */
  readonly #unregistered = new Map<string, RegisteredSchema & { readonly id: number }>()

  override async register(
    subject: string,
    schema: SchemaText,
    normalize: boolean,
  ): Promise<RegisteredSchema> {
    try {
      return await this.lookup(subject, schema, { normalize, deleted: false })
    } catch (error) {
      if (!isUnknown(error)) throw error
    }
    await this.checkCompatible(subject, schema, normalize)
    const id = highestId - this.#unregistered.size
    const guid = `00000000-0000-0000-0000-${id.toString(16).padStart(12, '0')}`
    const stand = { ...schema, id, guid, version: null, hasRules: false }
    this.#unregistered.set(keyOf(subject, schema), stand)
    return stand
  }

  override async lookup(
    subject: string,
    schema: SchemaText,
    options: { readonly normalize: boolean; readonly deleted: boolean },
  ): Promise<RegisteredSchema> {
    const stand = this.#unregistered.get(keyOf(subject, schema))
    return stand ?? super.lookup(subject, schema, options)
  }

  override async byId(id: number, subject: string | null): Promise<RegisteredSchema> {
    return this.#standing((stand) => stand.id === id) ?? super.byId(id, subject)
  }

  override async byGuid(guid: string): Promise<RegisteredSchema> {
    return this.#standing((stand) => stand.guid === guid) ?? super.byGuid(guid)
  }

  #standing(matches: (stand: RegisteredSchema) => boolean): RegisteredSchema | undefined {
    return [...this.#unregistered.values()].find(matches)
  }
}

/** Neither the subject nor the schema under it. */
function isUnknown(error: unknown): boolean {
  return error instanceof RestClientError && [40401, 40403].includes(error.errorCode)
}

function keyOf(subject: string, { type, schema, references }: SchemaText): string {
  return JSON.stringify([subject, type, schema, references])
}
