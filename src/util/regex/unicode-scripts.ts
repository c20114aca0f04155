import { codeClass } from './char-class.ts'
import type { CharClass } from './char-class.ts'

/** Scripts whose names are not written with a capital at the beginning of each word alone. */
const otherwise: ReadonlyMap<string, string> = new Map([
  ['SIGNWRITING', 'SignWriting'],
  ['PHAGS_PA', 'Phags_Pa'],
])

/** The characters of a script by its name or its code of four letters, in any case; undefined where there is none. */
export function scriptClass(name: string): CharClass | undefined {
  const upper = name.toUpperCase()
  if (!/^\w+$/.test(upper)) return undefined
  const written =
    otherwise.get(upper) ??
    upper.replace(/[A-Z]+/g, (word) => word.charAt(0) + word.slice(1).toLowerCase())
  try {
    const one = new RegExp(`^\\p{Script=${written}}$`, 'u')
    return codeClass((code) => one.test(String.fromCodePoint(code)))
  } catch {
    // Not a script that this Node knows.
    return undefined
  }
}
