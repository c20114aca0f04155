/** JSON that is written already: numbers of a record keep every digit they have. */
export type JsonText = string & { readonly __json: true }

/** Takes `text` for JSON; whoever calls this knows it to be. */
export function asJson(text: string): JsonText {
  return text as JsonText
}

export const jsonNull = asJson('null')

/** Of a plain value without numbers that need more than a double holds. */
export function jsonOf(value: string | number | boolean | null): JsonText {
  return asJson(JSON.stringify(value))
}

/** Members in order; those that are undefined are left out. */
export function jsonObject(members: Readonly<Record<string, JsonText | undefined>>): JsonText {
  const written = Object.entries(members)
    .filter((member): member is [string, JsonText] => member[1] !== undefined)
    .map(([name, value]) => `${JSON.stringify(name)}:${value}`)
  return asJson(`{${written.join(',')}}`)
}

export function jsonArray(elements: readonly JsonText[]): JsonText {
  return asJson(`[${elements.join(',')}]`)
}
