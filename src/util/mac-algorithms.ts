/** Java's names of MACs, and Node's of their hashes. */
const macs: ReadonlyMap<string, string> = new Map([
  ['HmacMD5', 'md5'],
  ['HmacSHA1', 'sha1'],
  ['HmacSHA224', 'sha224'],
  ['HmacSHA256', 'sha256'],
  ['HmacSHA384', 'sha384'],
  ['HmacSHA512', 'sha512'],
  ['HmacSHA512/224', 'sha512-224'],
  ['HmacSHA512/256', 'sha512-256'],
  ['HmacSHA3-224', 'sha3-224'],
  ['HmacSHA3-256', 'sha3-256'],
  ['HmacSHA3-384', 'sha3-384'],
  ['HmacSHA3-512', 'sha3-512'],
])

/** Names as Java writes them; it takes them in any case. */
export const macAlgorithms: readonly string[] = [...macs.keys()]

/** The name of an algorithm as Java writes it; undefined for one that is not known. */
export function macAlgorithm(name: string): string | undefined {
  const wanted = name.toLowerCase()
  return macAlgorithms.find((each) => each.toLowerCase() === wanted)
}

/** Node's name of the hash that the algorithm uses. */
export function hashOfMac(name: string): string | undefined {
  return macs.get(macAlgorithm(name) ?? '')
}
