import { keyAndValue } from './side.ts'
import type { PlainTransformation, Side } from './side.ts'

/** The transformations of one Java package: those of which there is a `$Key` and a `$Value`, and those that there are once. */
interface Package {
  readonly name: string
  readonly sided: Readonly<Record<string, new (side: Side) => PlainTransformation>>
  readonly whole: Readonly<Record<string, unknown>>
}

/** Class by Java class name. */
export function pluginClasses({ name, sided, whole }: Package): ReadonlyMap<string, unknown> {
  const classes = new Map<string, unknown>()
  for (const [simple, Base] of Object.entries(sided)) {
    const { Key, Value } = keyAndValue(Base)
    classes.set(`${name}.${simple}$Key`, Key).set(`${name}.${simple}$Value`, Value)
  }
  for (const [simple, Class] of Object.entries(whole)) classes.set(`${name}.${simple}`, Class)
  return classes
}
